import { Inject, Injectable } from '@nestjs/common';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Database } from '@qbo-sync/eventstore/pool';
import type { KafkaClient } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { Health } from '@qbo-sync/service/health';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { sweepQuiet } from './activity/offset-sweep';
import { EVENT_DATABASE, GROUP, KAFKA } from './tokens';

/** Every topic the console reads. */
export const CONSUMED = [TOPICS.activity.name, TOPICS.requests.name, TOPICS.answers.name] as const;
const OWN_TOPICS = [TOPICS.activity, TOPICS.requests, TOPICS.answers, TOPICS.settings, TOPICS.commands];

/** The consumer of this process and what readiness says of it. */
@Injectable()
export class ConsoleRuntime {
  private consumer: RunningConsumer | undefined;

  constructor(
    @Inject(KAFKA) private readonly kafka: KafkaClient,
    @Inject(GROUP) private readonly group: string,
    @Inject(EVENT_DATABASE) private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
    @Inject(Health) health: Health,
  ) {
    health.add('consumer', () => {
      const state = this.consumer?.status().state ?? 'starting';
      return { ok: state === 'running', state };
    });
    health.add('database', async () => {
      await this.database.query('select 1');
      return { ok: true };
    });
  }

  /** Starts reading with this handler; the transport calls it. */
  async startConsumer(
    topics: readonly string[],
    handle: (batch: Batch) => Promise<BatchOutcome>,
  ): Promise<{ stop(): Promise<void> }> {
    await ensureTopics(this.kafka, OWN_TOPICS);
    const consumer = runConsumer({
      kafka: this.kafka,
      groupId: this.group,
      topics,
      handle,
      sweep: (partitions) => sweepQuiet(this.database, this.group, partitions),
      onTrouble: ({ what, groupId, topic, partition, offset }) =>
        this.log.warn({ kind: what, group: groupId, topic, partition, offset }, 'trouble with the consumer'),
    });
    this.consumer = consumer;
    return { stop: () => consumer.stop() };
  }
}
