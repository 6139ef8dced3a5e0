import net from 'node:net';
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
  if (given.kafkaBrokers && !(await anyListens(given.kafkaBrokers))) {
    throw new Error(
      'KAFKA_BROKERS is set, but no broker listens there. Start it, or unset KAFKA_BROKERS to use one of our own.',
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

const CONNECT_WITHIN_MS = 2000;

/** True when one of the brokers (`host:port`, comma between) takes a connection. */
async function anyListens(brokers: string): Promise<boolean> {
  const tries = brokers.split(',').map((broker) => listens(broker.trim()));
  return (await Promise.all(tries)).includes(true);
}

function listens(broker: string): Promise<boolean> {
  const at = broker.lastIndexOf(':');
  const port = Number(broker.slice(at + 1));
  if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = net.connect({ host: broker.slice(0, at), port });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
