import { createKafka } from '@qbo-sync/kafka/client';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { createProducer } from '@qbo-sync/kafka/producer';
import { endOffsets, ensureTopics } from '@qbo-sync/kafka/topics';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { PlannedDay } from '@qbo-sync/sandbox/runacall/day';
import type { DayEvent, Phase } from '@qbo-sync/sandbox/runacall/journal';
import type { PublishedDay, PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import { until } from './stopped';
import type { World } from './world';

/** A batch is one call to Kafka; a first publishing keeps about this pace, as a busy day would. */
const BATCH = 10;
const BATCHES_PER_SECOND = 6;

/** Run a Call's way to Kafka. */
export interface RunACall {
  /** Says it again for as long as Kafka is away: doubled at worst. */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Resolves once the services have taken in all that stands in its topics. */
  takenIn(): Promise<void>;
  close(): Promise<void>;
}

/** Services by the topic they take in; each reads in the group `qbo-sync.<service>`. */
export const READERS: Readonly<Record<string, string>> = {
  [TOPICS.runacallCustomers.name]: 'qbo-sync.customers',
  [TOPICS.runacallItems.name]: 'qbo-sync.items',
  [TOPICS.runacallInvoices.name]: 'qbo-sync.invoices',
  [TOPICS.runacallPayments.name]: 'qbo-sync.payments',
  [TOPICS.runacallTax.name]: 'qbo-sync.tax',
};
const TAKEN_IN_WITHIN_MS = 120_000;
const SENT_WITHIN_MS = 120_000;

/** Opens Run a Call's own producer, with its topics in place. */
export async function openRunACall({ config }: Pick<World, 'config'>): Promise<RunACall> {
  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: 'run-a-call' });
  await ensureTopics(
    kafka,
    Object.values(TOPICS).filter(({ foreign }) => foreign),
  );
  const producer = createProducer(kafka);
  const admin = kafka.admin();
  await admin.connect();
  const isTakenIn = async (topic: string, groupId: string): Promise<boolean> => {
    const ends = await endOffsets(kafka, topic);
    const [read] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return ends.every(({ partition, offset }) => {
      const at = read?.partitions.find((one) => one.partition === partition)?.offset ?? '-1';
      return offset === 0n || BigInt(at) >= offset;
    });
  };
  return {
    async send(messages) {
      await until(
        () =>
          producer.send(messages).then(
            () => true,
            () => undefined,
          ),
        { withinMs: SENT_WITHIN_MS, sentence: 'Kafka took in nothing for two minutes.' },
      );
    },
    async takenIn() {
      for (const [topic, groupId] of Object.entries(READERS)) {
        await until(async () => ((await isTakenIn(topic, groupId).catch(() => false)) ? true : undefined), {
          withinMs: TAKEN_IN_WITHIN_MS,
          sentence: `${groupId} did not take in all of ${topic} within two minutes.`,
        });
      }
    },
    async close() {
      await producer.close();
      await admin.disconnect();
    },
  };
}

/**
 * Publishes some phases of the day. What was published before is sent again as it was, all at once; what was not is
 * stamped and written down, then sent. Gives the messages of these phases, in order.
 */
export async function publish(
  world: World,
  runACall: Pick<RunACall, 'send'>,
  plan: PlannedDay,
  stored: PublishedDay,
  phases: readonly Phase[],
  obeying: (event: DayEvent) => DayEvent = (event) => event,
): Promise<readonly PublishedMessage[]> {
  const places = plan.events.flatMap((event, place) => (phases.includes(event.phase) ? [{ event, place }] : []));
  const sent: PublishedMessage[] = [];
  for (let from = 0; from < places.length; from += BATCH) {
    const startedAt = Date.now();
    const batch = places.slice(from, from + BATCH);
    const isFirst = batch.some(({ place }) => stored.messages[place] === undefined);
    const messages = batch.map(({ event, place }) =>
      stored.message(place, obeying(event), () => new Date().toISOString()),
    );
    await runACall.send(messages.map(({ topic, key, headers, value }) => ({ topic, key, headers, value })));
    sent.push(...messages);
    world.progress.live(`Publishing: ${sent.length} of ${places.length} messages`);
    const pauseMs = startedAt + 1000 / BATCHES_PER_SECOND - Date.now();
    if (isFirst && plan.pace === 'a busy day' && pauseMs > 0)
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return sent;
}
