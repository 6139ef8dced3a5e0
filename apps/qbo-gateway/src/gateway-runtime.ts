import { splitKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { placeQuiet, readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Outbox } from '@qbo-sync/eventstore/outbox';
import type { Connections } from '@qbo-sync/gateway/company/connections';
import { startGatewayOutbox } from '@qbo-sync/gateway/outbox';
import type { Reader } from '@qbo-sync/gateway/calling/reader';
import { allStandings, standingOf, type Standing } from '@qbo-sync/gateway/company/standing';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import type { QuietAnswer, QuietPartition } from '@qbo-sync/kafka/sweep';
import { endOffsets, ensureTopics } from '@qbo-sync/kafka/topics';
import { settingsAreRead, type PartitionEnd } from '@qbo-sync/service/entity-service/settings-gate';
import type { Health } from '@qbo-sync/service/health';
import type { Log } from '@qbo-sync/service/log';
import { logTrouble } from '@qbo-sync/service/trouble';
import type { Registry } from 'prom-client';
import type { FeedWork } from './feed-work';
import type { GatewayConfig } from './gateway-config';
import { gatewayParts, type GatewayParts } from './gateway-parts';
import type { RecoveryWatch } from './recovery-watch';

/** The topics the gateway reads. */
export const CONSUMED: readonly string[] = [TOPICS.requests.name, TOPICS.settings.name];
const SETTINGS_POLL_MS = 200;
/** What a batch costs whatever it holds is shared by about 1,800 requests (bench.md). */
const PARTITION_BYTES = 2 * 1024 * 1024;
const WRITTEN = [TOPICS.answers, TOPICS.changes, TOPICS.commands, TOPICS.activity];

export interface RuntimeParts {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Registry;
  /** Consumer group; specs have their own. */
  readonly group: string;
}

/** The gateway at work: what is read, sent and said, from the start of its process to the end (its parts: gateway-parts.ts). */
export class GatewayRuntime {
  readonly connections: Connections;
  readonly reader: Reader;
  readonly feed: FeedWork;
  readonly restore: RecoveryWatch;
  private readonly own: GatewayParts;
  private outbox: Outbox | undefined;
  private consumer: RunningConsumer | undefined;
  private settingsEnds: readonly PartitionEnd[] = [];
  private settingsRead = false;
  private gateTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RuntimeParts) {
    this.own = gatewayParts({ ...parts, consumed: CONSUMED, onCommit: () => this.outbox?.wake() });
    ({ connections: this.connections, reader: this.reader, feed: this.feed, restore: this.restore } = this.own);
    this.addChecks(parts.health);
  }

  /** One batch of either topic. */
  async take(batch: Batch): Promise<BatchOutcome> {
    const outcome = await this.own.intake.take(batch);
    this.parts.log.debug({ topic: batch.topic, partition: batch.partition, count: batch.messages.length }, 'took');
    // Settings may open or shut gates; requests only fill the queues of their companies.
    const tenants = batch.topic === TOPICS.requests.name ? tenantsOf(batch) : undefined;
    this.own.dispatcher.wake(tenants);
    this.own.neighbours.tell(tenants);
    this.outbox?.wake();
    return outcome;
  }

  /** How things stand for a company; undefined: it was never connected. */
  standing(tenant: string): Promise<Standing | undefined> {
    return standingOf(this.own.db, tenant, this.own.permits.limits, new Date());
  }

  /** How things stand for every company, who waits longest first. */
  standings(): Promise<Standing[]> {
    return allStandings(this.own.db, this.own.permits.limits, new Date());
  }

  /** Starts reading, sending and saying; the transport calls it. */
  async startConsumer(
    topics: readonly string[],
    handle: (batch: Batch) => Promise<BatchOutcome>,
  ): Promise<{ stop(): Promise<void> }> {
    const { log, group } = this.parts;
    await ensureTopics(this.own.kafka, [TOPICS.requests, TOPICS.settings, ...WRITTEN]);
    this.outbox = startGatewayOutbox(
      this.own.db,
      (messages) => this.own.producer.send(messages),
      (err) => log.warn({ err }, 'could not publish; trying again'),
    );
    this.settingsEnds = await endOffsets(this.own.kafka, TOPICS.settings.name);
    await this.restore.find();
    this.own.keys.start();
    this.own.revoking.start();
    this.own.house.start();
    this.consumer = runConsumer({
      kafka: this.own.kafka,
      groupId: group,
      topics,
      handle,
      partitionBytes: PARTITION_BYTES,
      sweep: (partitions) => this.sweep(partitions),
      onTrouble: (trouble) => logTrouble(log, trouble),
    });
    this.watchSettings();
    return { stop: () => this.stopConsuming() };
  }

  /** What is in flight ends and is stored; what is stored is published next time if not now. */
  async close(): Promise<void> {
    await this.stopConsuming();
    await this.feed.stop();
    await this.own.neighbours.stop();
    await this.own.dispatcher.stop();
    await this.own.keys.stop();
    await this.own.revoking.stop();
    await this.own.house.stop();
    this.own.permits.stop();
    await this.own.metered.stop();
    await this.outbox?.stop();
    await this.own.producer.close();
    await this.own.client.close();
    await this.own.leaseDb.end();
    await this.own.db.end();
  }

  /** Nothing is sent before the settings are read to where they ended at start: a pause may stand among them. */
  private watchSettings(): void {
    const look = async (): Promise<void> => {
      const stored = await readOffsets(this.own.db, this.parts.group);
      if (this.consumer === undefined || !settingsAreRead(TOPICS.settings.name, this.settingsEnds, stored)) return;
      this.settingsRead = true;
      await this.own.dispatcher.start();
      this.feed.start();
      this.parts.log.info({}, 'settings read');
    };
    const poll = (): void => {
      look()
        .catch((err: unknown) => this.parts.log.warn({ err }, 'could not look at the offsets of the settings'))
        .finally(() => {
          if (!this.settingsRead && this.consumer !== undefined) this.gateTimer = setTimeout(poll, SETTINGS_POLL_MS);
        });
    };
    poll();
  }

  private async stopConsuming(): Promise<void> {
    clearTimeout(this.gateTimer);
    this.restore.stop();
    const { consumer } = this;
    this.consumer = undefined;
    await consumer?.stop();
  }

  private async sweep(partitions: readonly QuietPartition[]): Promise<readonly QuietAnswer[]> {
    const stored = await readOffsets(this.own.db, this.parts.group);
    return partitions.map(({ topic, partition, position, logStart }) => {
      const row = stored.find((one) => one.topic === topic && one.partition === partition);
      const place = placeQuiet({ stored: row?.next ?? null, position, logStart });
      return place.place === 'seek' ? { ...place, topic, partition } : place;
    });
  }

  private addChecks(health: Health): void {
    health.add('consumer', () => {
      const state = this.consumer?.status().state ?? 'starting';
      return { ok: state === 'running', state };
    });
    health.add('settings', () => ({ ok: this.settingsRead, state: this.settingsRead ? 'read' : 'reading' }));
    health.add('database', async () => {
      await this.own.db.query('select 1');
      return { ok: true };
    });
    health.add('outbox', () => ({ ok: (this.outbox?.status().failures ?? 1) === 0 }));
  }
}

/** The companies a batch of requests is for, by its keys. */
function tenantsOf({ messages }: Batch): string[] {
  return [...new Set(messages.flatMap(({ key }) => splitKey(key ?? '')?.tenant ?? []))];
}
