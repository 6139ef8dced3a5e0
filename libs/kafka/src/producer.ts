import { CompressionTypes, Partitioners } from 'kafkajs';
import type { Producer as KafkaProducer } from 'kafkajs';
import { chunks } from './chunks';
import type { KafkaClient } from './client';
import type { OutgoingMessage } from './message';

export interface Producer {
  /**
   * Sends in as few calls as their size allows, all acknowledged by every in-sync replica, in order per partition. Resolves once all are stored;
   * rejects when any might not be, after its own retries. Connects at the first call.
   */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * An idempotent producer: its own retries neither double nor reorder. One whose send failed is replaced, because the
 * brokers may refuse its sequence from then on; what is sent again after that may double, never reorder.
 */
export function createProducer(kafka: KafkaClient): Producer {
  let current: Promise<KafkaProducer> | undefined;
  const connected = (): Promise<KafkaProducer> => {
    current ??= connect(kafka).catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    return current;
  };
  const close = async (): Promise<void> => {
    const last = current;
    current = undefined;
    await (await last)?.disconnect();
  };
  return {
    async send(messages) {
      if (messages.length === 0) return;
      const producer = await connected();
      try {
        for (const chunk of chunks(messages)) {
          await producer.sendBatch({ acks: -1, compression: CompressionTypes.None, topicMessages: byTopic(chunk) });
        }
      } catch (error) {
        await close().catch(() => undefined);
        throw error;
      }
    },
    close,
  };
}

async function connect(kafka: KafkaClient): Promise<KafkaProducer> {
  const producer = kafka.producer({
    // Java's partitioner: whatever client writes, a key stays on its partition.
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { retries: 20, maxRetryTime: 5_000 },
  });
  await producer.connect();
  return producer;
}

interface Outgoing {
  key: string | null;
  value: string | Buffer | null;
  headers?: Record<string, string>;
}

function byTopic(messages: readonly OutgoingMessage[]): { topic: string; messages: Outgoing[] }[] {
  const topics = new Map<string, Outgoing[]>();
  for (const { topic, key, value, headers } of messages) {
    const outgoing = { key, value, ...(headers === undefined ? {} : { headers: { ...headers } }) };
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [outgoing]);
    else known.push(outgoing);
  }
  return [...topics].map(([topic, outgoing]) => ({ topic, messages: outgoing }));
}
