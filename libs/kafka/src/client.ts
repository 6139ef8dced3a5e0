import { Kafka, logLevel } from 'kafkajs';
import { foldRepeats } from './fold-repeats';
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

/**
 * Tries for 53 s, at most 2 s apart: a broker that is started again finds its clients where it left them. What gives up
 * sooner comes back as another member, and the group waits a session's time for the one that is gone.
 */
const OUTLASTS_A_RESTART = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 30 };

export function createKafka(settings: ClientSettings): KafkaClient {
  patchIdlePolling();
  const say = foldRepeats(
    ({ level, message }: { level: 'warn' | 'error'; message: string }) => settings.onLog?.({ level, message }),
    () => performance.now(),
  );
  return new Kafka({
    clientId: settings.clientId,
    brokers: settings.brokers.split(',').map((broker) => broker.trim()),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: OUTLASTS_A_RESTART,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, namespace, log }) => {
        const name = level === logLevel.ERROR ? 'error' : 'warn';
        say({ level: name, message: `${namespace}: ${log.message}` });
      },
  });
}
