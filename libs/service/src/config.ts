import 'reflect-metadata';
import { plainToInstance, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, validateSync } from 'class-validator';

/**
 * Settings come from the environment alone. A configuration is a class whose properties are the variables' names, with
 * class-validator decorators for the form and `@Expects` for the sentence shown when it is missing or wrong.
 */
const EXPECTED = Symbol('expected');

/** Says what a variable must be set to: `KAFKA_BROKERS is missing: set it to host:port[,host:port].` */
export function Expects(text: string): PropertyDecorator {
  return (target, property) => Reflect.defineMetadata(EXPECTED, text, target, property);
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What every process reads. */
export class BaseConfig {
  @Expects('host:port[,host:port]')
  @Matches(/^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/)
  KAFKA_BROKERS: string;

  @Expects('postgres://user:password@host:port/database')
  @Matches(/^postgres(ql)?:\/\/\S+$/)
  DATABASE_URL: string;

  @Expects('a port from 0 to 65535 (0 picks a free one)')
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT: number = 0;

  @Expects(`one of ${LOG_LEVELS.join(', ')}`)
  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  @Expects('development, test or production')
  @IsOptional()
  @IsString()
  @IsIn(['development', 'test', 'production'])
  NODE_ENV?: 'development' | 'test' | 'production';

  @Expects('1 to let production talk to a sandbox, else 0')
  @IsIn(['0', '1'])
  ALLOW_SANDBOX: '0' | '1' = '0';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every fault of an environment, one sentence per setting. Values never stand in it. */
export class ConfigError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Reads the settings a class names. Empty variables count as missing. Throws {@link ConfigError} with all faults. */
export function readConfig<C extends object>(config: new () => C, env: Environment): C {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const values = plainToInstance(config, given, { exposeDefaultValues: true });
  const errors = validateSync(values, { forbidUnknownValues: false });
  if (errors.length > 0) {
    throw new ConfigError(
      errors.map(({ property }) => faultSentence(property, property in given, expectation(values, property))),
    );
  }
  return values;
}

function faultSentence(name: string, given: boolean, expected: string): string {
  return `${name} is ${given ? 'wrong' : 'missing'}: set it to ${expected}.`;
}

function expectation(values: object, property: string): string {
  const text: unknown = Reflect.getMetadata(EXPECTED, values, property);
  return typeof text === 'string' ? text : 'a value of the right form';
}
