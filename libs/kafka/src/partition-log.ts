import type { Admin } from 'kafkajs';
import type { KafkaClient } from './client';
import type { QuietPartition } from './sweep';

/** Partitions by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/** What the brokers say of the partitions assigned here, asked over one connection of its own. */
export interface PartitionLog {
  /** Where the log starts, asked anew when what was fetched does not follow on what was fetched before. */
  logStart(topic: string, partition: number, firstOffset: bigint): Promise<bigint>;
  /** The batch before `next` has an outcome. */
  follow(topic: string, partition: number, next: bigint): void;
  /** Partitions were dealt anew. */
  forget(): void;
  positions(assigned: Assignment): Promise<QuietPartition[]>;
  close(): Promise<void>;
}

export function openPartitionLog(kafka: KafkaClient, groupId: string): PartitionLog {
  let connecting: Promise<Admin> | undefined;
  const connected = (): Promise<Admin> => {
    connecting ??= connect(kafka).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  const starts = new Map<string, bigint>();
  const nexts = new Map<string, bigint>();

  const askStarts = async (topic: string): Promise<void> => {
    const admin = await connected();
    for (const { partition, low } of await admin.fetchTopicOffsets(topic))
      starts.set(id(topic, partition), BigInt(low));
  };

  const startOf = (topic: string, partition: number): bigint => {
    const start = starts.get(id(topic, partition));
    if (start === undefined) throw new Error(`No log start for ${topic}/${partition}`);
    return start;
  };

  return {
    async logStart(topic, partition, firstOffset) {
      const place = id(topic, partition);
      if (!starts.has(place) || nexts.get(place) !== firstOffset) await askStarts(topic);
      // What is fetched next follows on this, unless something moves the position meanwhile.
      nexts.set(place, firstOffset);
      return startOf(topic, partition);
    },
    follow: (topic, partition, next) => void nexts.set(id(topic, partition), next),
    forget: () => nexts.clear(),
    async positions(assigned) {
      const topics = Object.keys(assigned);
      if (topics.length === 0) return [];
      const admin = await connected();
      const committed = await admin.fetchOffsets({ groupId, topics });
      for (const topic of topics) await askStarts(topic);
      return committed.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ partition }) => assigned[topic]?.includes(partition) === true)
          .map(({ partition, offset }) => {
            const logStart = startOf(topic, partition);
            // -1: the group has said nothing yet and reads from the start.
            return { topic, partition, logStart, position: offset === '-1' ? logStart : BigInt(offset) };
          }),
      );
    },
    async close() {
      const admin = await connecting?.catch(() => undefined);
      await admin?.disconnect();
    },
  };
}

async function connect(kafka: KafkaClient): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  return admin;
}

function id(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
