import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { pauseAfter } from './error-policy';
import type { Batch, BatchOutcome, ConsumedMessage } from './message';
import { pause } from './pause';

export interface Handling {
  readonly handle: (batch: Batch) => Promise<BatchOutcome>;
  readonly logStart: (topic: string, partition: number, firstOffset: bigint) => Promise<bigint>;
  readonly heartbeatMs: number;
  /** Aborted when the consumer is to end. */
  readonly ending: AbortSignal;
  readonly onFailure: (error: unknown, payload: EachBatchPayload, failures: number) => void;
}

/**
 * Handles one fetched batch until it has an outcome, heartbeating meanwhile. Undefined: the consumer ends, nothing of the
 * batch counts. Throws only what a heartbeat threw: the group is dealt anew, and kafkajs joins it again.
 */
export async function handleBatch(payload: EachBatchPayload, handling: Handling): Promise<BatchOutcome | undefined> {
  const { topic, partition } = payload.batch;
  const pulse = startPulse(payload, handling.heartbeatMs);
  try {
    for (let failures = 0; !handling.ending.aborted && payload.isRunning();) {
      try {
        const first = fetchedOffset(payload);
        return await handling.handle({
          topic,
          partition,
          messages: payload.batch.messages.map((message) => consumed(topic, partition, message)),
          firstOffset: first,
          lastOffset: BigInt(payload.batch.lastOffset()),
          highWatermark: BigInt(payload.batch.highWatermark),
          logStart: await handling.logStart(topic, partition, first),
        });
      } catch (error) {
        failures += 1;
        handling.onFailure(error, payload, failures);
        await pause(pauseAfter(failures), AbortSignal.any([handling.ending, pulse.lost]));
        pulse.throwIfLost();
      }
    }
    return undefined;
  } finally {
    pulse.end();
  }
}

/** The offset that was asked for. kafkajs keeps it on the batch, though its types do not say so. */
function fetchedOffset({ batch }: EachBatchPayload): bigint {
  const asked: unknown = Reflect.get(batch, 'fetchedOffset');
  if (typeof asked !== 'string') throw new Error('kafkajs batches have no fetchedOffset: another version?');
  return BigInt(asked);
}

/** Heartbeats until it is ended; the first that fails says that the member is out of the group or must join it again. */
function startPulse({ heartbeat }: EachBatchPayload, everyMs: number) {
  const lost = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const timer = setInterval(() => {
    heartbeat().catch((error: unknown) => {
      clearInterval(timer);
      failure = { error };
      lost.abort();
    });
  }, everyMs);
  return {
    lost: lost.signal,
    throwIfLost(): void {
      if (failure !== undefined) throw failure.error;
    },
    end: (): void => clearInterval(timer),
  };
}

function consumed(topic: string, partition: number, message: KafkaMessage): ConsumedMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) headers[name] = last.toString();
  }
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key === null ? null : message.key.toString(),
    headers,
    value: message.value,
    timestamp: Number(message.timestamp),
  };
}
