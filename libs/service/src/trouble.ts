import type { Trouble } from '@qbo-sync/kafka/consumer';
import type { Log } from './log';

/**
 * A consumer's trouble as a log line. Its text is the Kafka client's own, except where a handler threw: that error may quote a
 * row, so it is left out; the handler's owner logs its class.
 */
export function logTrouble(log: Log, { what, remedy, groupId, message, topic, partition, offset }: Trouble): void {
  log.warn(
    {
      step: what,
      outcome: remedy,
      group: groupId,
      topic,
      partition,
      offset,
      ...(what === 'handle' ? {} : { reason: message }),
    },
    'consumer in trouble',
  );
}
