import { Kafka, logLevel } from 'kafkajs';
import { patchIdlePolling } from './idle-patch';

/** One process' way to the brokers; consumers, producers and admins are made from it. */
export type KafkaClient = Kafka;

export interface ClientSettings {
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  readonly clientId: string;
  /** What kafkajs has to say from warnings up: its own words, without keys, headers or values. */
  readonly onLog?: (entry: { readonly level: 'warn' | 'error'; readonly message: string }) => void;
}

export function createKafka(settings: ClientSettings): KafkaClient {
  patchIdlePolling();
  return new Kafka({
    clientId: settings.clientId,
    brokers: settings.brokers.split(',').map((broker) => broker.trim()),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, namespace, log }) => {
        const name = level === logLevel.ERROR ? 'error' : 'warn';
        settings.onLog?.({ level: name, message: `${namespace}: ${log.message}` });
      },
  });
}
