import { createKafka } from '@qbo-sync/kafka/client';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { PlannedDay } from '@qbo-sync/sandbox/runacall/day';
import type { Phase } from '@qbo-sync/sandbox/runacall/journal';
import type { PublishedDay, PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import type { World } from './world';

/** A batch is one call to Kafka; a first publishing keeps about this pace, as a busy day would. */
const BATCH = 10;
const BATCHES_PER_SECOND = 6;

/** Opens Run a Call's own producer, with its topics in place. */
export async function openRunACall({ config }: World): Promise<Producer> {
  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: 'run-a-call' });
  await ensureTopics(
    kafka,
    Object.values(TOPICS).filter(({ foreign }) => foreign),
  );
  return createProducer(kafka);
}

/**
 * Publishes some phases of the day. What was published before is sent again as it was, all at once; what was not is
 * stamped and written down, then sent. Gives the messages of these phases, in order.
 */
export async function publish(
  world: World,
  producer: Pick<Producer, 'send'>,
  plan: PlannedDay,
  stored: PublishedDay,
  phases: readonly Phase[],
): Promise<readonly PublishedMessage[]> {
  const places = plan.events.flatMap((event, place) => (phases.includes(event.phase) ? [{ event, place }] : []));
  const sent: PublishedMessage[] = [];
  for (let from = 0; from < places.length; from += BATCH) {
    const startedAt = Date.now();
    const batch = places.slice(from, from + BATCH);
    const isFirst = batch.some(({ place }) => stored.messages[place] === undefined);
    const messages = batch.map(({ event, place }) => stored.message(place, event, () => new Date().toISOString()));
    await producer.send(messages.map(({ topic, key, headers, value }) => ({ topic, key, headers, value })));
    sent.push(...messages);
    world.progress.live(`Publishing: ${sent.length} of ${places.length} messages`);
    const pauseMs = startedAt + 1000 / BATCHES_PER_SECOND - Date.now();
    if (isFirst && plan.pace === 'a busy day' && pauseMs > 0)
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return sent;
}
