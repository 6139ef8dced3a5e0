import { IsString } from 'class-validator';
import { BaseConfig, ConfigError, Expects, readConfig } from './config';

const GOOD = { KAFKA_BROKERS: 'a:9092,b:9092', DATABASE_URL: 'postgres://u:p@h:5432/d' };

class TokenConfig extends BaseConfig {
  @Expects('the operator’s bearer token')
  @IsString()
  OPERATOR_TOKEN: string;
}

function sentencesOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(TokenConfig, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.sentences;
    throw error;
  }
}

describe('readConfig', () => {
  it('reads numbers, texts and defaults', () => {
    const config = readConfig(BaseConfig, { ...GOOD, PORT: '8080', LOG_LEVEL: 'debug' });
    expect(config).toMatchObject({ ...GOOD, PORT: 8080, LOG_LEVEL: 'debug', ALLOW_SANDBOX: '0' });
    expect(readConfig(BaseConfig, GOOD)).toMatchObject({ PORT: 0, LOG_LEVEL: 'info' });
  });

  it('a wrong or missing setting stops a service at start with one sentence per setting', () => {
    expect(sentencesOf({ DATABASE_URL: '', PORT: 'http', LOG_LEVEL: 'loud' }).toSorted()).toEqual([
      'DATABASE_URL is missing: set it to postgres://user:password@host:port/database.',
      'KAFKA_BROKERS is missing: set it to host:port[,host:port].',
      'LOG_LEVEL is wrong: set it to one of fatal, error, warn, info, debug, silent.',
      'OPERATOR_TOKEN is missing: set it to the operator’s bearer token.',
      'PORT is wrong: set it to a port from 0 to 65535 (0 picks a free one).',
    ]);
  });

  it('never says a value', () => {
    const sentences = sentencesOf({
      ...GOOD,
      OPERATOR_TOKEN: 't',
      DATABASE_URL: 'mysql://secret@h',
      NODE_ENV: 'secret',
    });
    expect(sentences).toHaveLength(2);
    expect(sentences.join()).not.toContain('secret');
  });
});
