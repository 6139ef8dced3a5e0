import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigResourceTypes, ConfigSource, KafkaJSProtocolError, type Admin } from 'kafkajs';
import type { KafkaClient } from './client';

export interface TopicToEnsure {
  readonly name: string;
  readonly partitions: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  /** -1: for ever. */
  readonly retentionMs: number;
  /** The largest record; absent: the brokers' own limit. */
  readonly maxMessageBytes?: number;
}

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

const MAX_MESSAGE = 'max.message.bytes';

/**
 * Creates the topics that are not there; one that is stays as it is, but that it takes larger records if it has to. The
 * brokers' default replication.
 */
export function ensureTopics(kafka: KafkaClient, topics: readonly TopicToEnsure[]): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !known.has(topic.name));
    await widen(
      admin,
      topics.filter((topic) => known.has(topic.name)),
    );
    if (missing.length === 0) return;
    // False: somebody else created one of them meanwhile, which is as good.
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: -1,
        configEntries: [
          { name: 'cleanup.policy', value: topic.cleanupPolicy },
          { name: 'retention.ms', value: String(topic.retentionMs) },
          ...(topic.maxMessageBytes === undefined ? [] : [maxMessage(topic.maxMessageBytes)]),
        ],
      })),
    });
  });
}

const maxMessage = (bytes: number) => ({ name: MAX_MESSAGE, value: String(bytes) });

/** Topics made by an older version. Brokers take a topic's settings as a whole: what is set of the others is said again. */
async function widen(admin: Admin, topics: readonly TopicToEnsure[]): Promise<void> {
  const wide = topics.filter(({ maxMessageBytes }) => maxMessageBytes !== undefined);
  if (wide.length === 0) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wide.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  const narrow = resources.flatMap(({ resourceName, configEntries }) => {
    const wanted = wide.find(({ name }) => name === resourceName)?.maxMessageBytes ?? 0;
    const now = configEntries.find(({ configName }) => configName === MAX_MESSAGE)?.configValue;
    if (Number(now) >= wanted) return [];
    const others = configEntries.filter(
      ({ configName, configSource }) => configName !== MAX_MESSAGE && configSource === ConfigSource.TOPIC_CONFIG,
    );
    const kept = others.map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    return [{ type: ConfigResourceTypes.TOPIC, name: resourceName, configEntries: [...kept, maxMessage(wanted)] }];
  });
  if (narrow.length > 0) await admin.alterConfigs({ validateOnly: false, resources: narrow });
}

/** The offset after each partition's last record. */
export function endOffsets(kafka: KafkaClient, topic: string): Promise<PartitionOffset[]> {
  return withAdmin(kafka, async (admin) =>
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ topic, partition, offset: BigInt(high) })),
  );
}

/** What a consumer group told the broker: the offset after the last record it was done with; none: it said nothing. */
export function committedOffsets(
  kafka: KafkaClient,
  groupId: string,
  topics: readonly string[],
): Promise<PartitionOffset[]> {
  return withAdmin(kafka, async (admin) =>
    (await admin.fetchOffsets({ groupId, topics: [...topics] })).flatMap(({ topic, partitions }) =>
      partitions.flatMap(({ partition, offset }) =>
        BigInt(offset) < 0n ? [] : [{ topic, partition, offset: BigInt(offset) }],
      ),
    ),
  );
}

/** The first offset of each partition at or after an instant (milliseconds since the epoch); its end when there is none. */
export function offsetsAt(kafka: KafkaClient, topic: string, timestampMs: number): Promise<PartitionOffset[]> {
  return withAdmin(kafka, async (admin) =>
    (await admin.fetchTopicOffsetsByTimestamp(topic, timestampMs)).map(({ partition, offset }) => ({
      topic,
      partition,
      offset: BigInt(offset),
    })),
  );
}

/** Removes a consumer group nobody is in any more; one that is not there is as good. */
export function deleteGroup(kafka: KafkaClient, groupId: string): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const { groups } = await admin.listGroups();
    if (groups.some((group) => group.groupId === groupId)) await admin.deleteGroups([groupId]);
  });
}

/** A topic made a moment ago may have no leader yet, at this broker or that: asked again for so long. */
const SETTLES_WITHIN_MS = 30_000;
const ASK_AGAIN_MS = 200;

async function withAdmin<Result>(kafka: KafkaClient, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const until = Date.now() + SETTLES_WITHIN_MS;
    for (;;) {
      try {
        return await work(admin);
      } catch (error) {
        if (!(error instanceof KafkaJSProtocolError && error.retriable) || Date.now() >= until) throw error;
        await sleep(ASK_AGAIN_MS);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
