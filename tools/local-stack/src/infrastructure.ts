import path from 'node:path';
import { localKafka } from './kafka';
import type { PartSpec } from './part';
import { answers, embeddedPostgres } from './postgres';

/** Postgres and Kafka: the given ones (`DATABASE_URL`, `KAFKA_BROKERS`), else parts of our own. */
export interface Infrastructure {
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
  readonly parts: readonly PartSpec[];
}

export async function infrastructure(options: {
  env: NodeJS.ProcessEnv;
  localDir: string;
  logs: string;
  durable: boolean;
  progress: (text: string) => void;
}): Promise<Infrastructure> {
  const given = { databaseUrl: options.env['DATABASE_URL'], kafkaBrokers: options.env['KAFKA_BROKERS'] };
  if (given.databaseUrl && !(await answers(given.databaseUrl))) {
    throw new Error(
      'DATABASE_URL is set, but no server answers there. Start it, or unset DATABASE_URL to use the embedded one.',
    );
  }
  const log = (name: string): string => path.join(options.logs, `${name}.log`);
  const postgres = given.databaseUrl
    ? undefined
    : await embeddedPostgres({ localDir: options.localDir, log: log('postgres'), durable: options.durable });
  const kafka = given.kafkaBrokers
    ? undefined
    : await localKafka({ localDir: options.localDir, log: log('kafka'), progress: options.progress });
  return {
    databaseUrl: given.databaseUrl || (postgres?.url ?? ''),
    kafkaBrokers: given.kafkaBrokers || (kafka?.brokers ?? ''),
    parts: [postgres?.spec, kafka?.spec].filter((spec) => spec !== undefined),
  };
}
