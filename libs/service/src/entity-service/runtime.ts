import { TOPICS, type TopicSpec } from '@qbo-sync/contracts/topics';
import { placeQuiet, readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Outbox } from '@qbo-sync/eventstore/outbox';
import { createPool, type Client, type Database } from '@qbo-sync/eventstore/pool';
import { startRelay } from '@qbo-sync/eventstore/relay';
import type { StoredEvent } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { createKafka, type KafkaClient } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import type { Batch, BatchOutcome, OutgoingMessage } from '@qbo-sync/kafka/message';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import type { QuietAnswer, QuietPartition } from '@qbo-sync/kafka/sweep';
import { endOffsets, ensureTopics } from '@qbo-sync/kafka/topics';
import { Counter, type Registry } from 'prom-client';
import type { BaseConfig } from '../config';
import type { Health } from '../health';
import { traceIdOf, type Log } from '../log';
import { logTrouble } from '../trouble';
import { decideApart, type Told } from './apart';
import type { Applied } from './applying';
import type { Decided } from './deciding';
import type { EntityService } from './definition';
import { Intake } from './intake';
import { kitMessages } from './kit-events';
import { readStates } from './read-states';
import { Redecider } from './redecider';
import { Replayer } from './replayer';
import { readParkedAgain } from './reviver';
import { settingsAreRead, type PartitionEnd } from './settings-gate';

/** Connections: one for the relay's lock, the others for the consumer, the redecider and the health check. */
const POOL_SIZE = 5;
const GATE_POLL_MS = 500;

export interface RuntimeParts {
  readonly service: EntityService;
  readonly config: BaseConfig;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Registry;
}

/**
 * One entity service at work: pool, intake, redecider, relay, and the consumer group `qbo-sync.<service>`.
 *
 *   start ──▶ settings topic only ──read to its end──▶ every topic, redecider
 *     └──▶ relay
 */
export class EntityRuntime {
  readonly group: string;
  private readonly pool: Database;
  private readonly kafka: KafkaClient;
  private readonly producer: Producer;
  private readonly intake: Intake;
  private readonly redecider: Redecider;
  private readonly replayer: Replayer;
  private readonly records: Counter;
  private relay: Outbox | undefined;
  private consumer: RunningConsumer | undefined;
  private settingsEnds: readonly PartitionEnd[] | undefined;
  private settingsRead = false;
  private reviving: Promise<void> | undefined;
  private gateTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RuntimeParts) {
    const { service, config, log } = parts;
    const name = service.group ?? `qbo-sync.${service.name}`;
    this.group = name;
    this.pool = createPool(config.DATABASE_URL, {
      max: POOL_SIZE,
      applicationName: name,
      onIdleError: (err) => log.warn({ err }, 'lost an idle connection'),
    });
    this.kafka = createKafka({
      brokers: config.KAFKA_BROKERS,
      clientId: name,
      onLog: ({ level, message }) => log[level]({ reason: message }, 'kafka client'),
    });
    this.producer = createProducer(this.kafka);
    const now = (): string => new Date().toISOString();
    this.intake = new Intake({
      pool: this.pool,
      group: name,
      service,
      now,
      onApplied: (topic, applied) => this.applied(topic, applied),
    });
    this.redecider = new Redecider({
      pool: this.pool,
      service,
      now,
      onDecided: (decided) => this.decided(decided),
      onError: (err, stream) => log.error({ err, ...stream }, 'could not decide again'),
    });
    this.replayer = new Replayer({
      pool: this.pool,
      kafka: this.kafka,
      group: name,
      service,
      now,
      onApplied: (topic, applied) => this.applied(topic, applied),
      onTold: () => this.relay?.wake(),
      onError: (err, commandId) => log.error({ err, commandId }, 'could not replay; trying again'),
      onTrouble: (trouble) => logTrouble(log, trouble),
    });
    this.records = new Counter({
      name: 'qbo_sync_records_total',
      help: 'Records taken in, by topic and by what became of them',
      labelNames: ['topic', 'outcome'],
      registers: [parts.metrics],
    });
    this.addChecks(parts.health);
  }

  /** The service's database, for what its internal API reads and stores. */
  get database(): Database {
    return this.pool;
  }

  /** The settings were read: from now on it may decide. */
  get decides(): boolean {
    return this.settingsRead && this.consumer !== undefined;
  }

  /**
   * One transaction of what this service reads by itself outside the topics: `work` stores it and names the company's
   * streams that are told.
   */
  async tell(tenant: string, work: (client: Client) => Promise<readonly Told[]>): Promise<void> {
    const { service, log } = this.parts;
    const decided = await inTransaction(this.pool, (client) =>
      decideApart(client, service, tenant, work, new Date().toISOString()),
    );
    this.decided(decided);
    for (const { ref, failure } of decided) {
      if (failure !== undefined) log.error({ err: failure, tenant, ref }, 'could not decide again');
    }
  }

  /** Streams of a company as they stand, by ref, for what the internal API shows; one without events is absent. */
  states(tenant: string, refs: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    return readStates(this.pool, this.parts.service.functions, tenant, refs);
  }

  /** Every topic this service reads. */
  get topics(): readonly string[] {
    return topicsOf(this.parts.service).map(({ name }) => name);
  }

  /** One batch of any of its topics. */
  async take(batch: Batch): Promise<BatchOutcome> {
    const { topic, partition, firstOffset, messages } = batch;
    try {
      const outcome = await this.intake.take(batch);
      const count = messages.length;
      this.parts.log.debug({ topic, partition, offset: firstOffset, count, outcome: outcome.outcome }, 'took a batch');
      return outcome;
    } catch (err) {
      this.parts.log.warn({ err, topic, partition, offset: firstOffset }, 'could not take a batch; it comes again');
      throw err;
    }
  }

  /** Starts reading with this handler; the transport calls it. */
  async startConsumer(
    topics: readonly string[],
    handle: (batch: Batch) => Promise<BatchOutcome>,
  ): Promise<{ stop(): Promise<void> }> {
    const { service, config, log } = this.parts;
    const made = [...topicsOf(service), TOPICS.requests, TOPICS.activity, TOPICS.runacallCommands];
    await ensureTopics(
      this.kafka,
      made.filter(({ foreign }) => !foreign || config.NODE_ENV !== 'production'),
    );
    this.settingsEnds = await endOffsets(this.kafka, TOPICS.settings.name);
    this.relay = startRelay({
      pool: this.pool,
      name: this.group,
      toMessages: (event) => this.messagesOf(event),
      publish: (messages) => this.producer.send(messages),
      onError: (err) => log.warn({ err }, 'could not relay; trying again'),
    });
    this.consumer = runConsumer({
      kafka: this.kafka,
      groupId: this.group,
      topics,
      handle,
      pausedTopics: topics.filter((topic) => topic !== TOPICS.settings.name),
      sweep: (partitions) => this.sweep(partitions),
      onTrouble: (trouble) => logTrouble(log, trouble),
    });
    this.watchGate();
    return { stop: () => this.stopConsuming() };
  }

  /** Closes what is left once nothing is consumed any more. */
  async close(): Promise<void> {
    await this.stopConsuming();
    await this.replayer.stop();
    await this.reviving;
    await this.redecider.stop();
    await this.relay?.stop();
    await this.producer.close();
    await this.pool.end();
  }

  private async stopConsuming(): Promise<void> {
    clearTimeout(this.gateTimer);
    this.gateTimer = undefined;
    const { consumer } = this;
    this.consumer = undefined;
    await consumer?.stop();
  }

  /** Lets the other topics in once the settings are read. */
  private watchGate(): void {
    const look = async (): Promise<void> => {
      const stored = await readOffsets(this.pool, this.group);
      if (this.consumer === undefined || !settingsAreRead(TOPICS.settings.name, this.settingsEnds ?? [], stored))
        return;
      this.settingsRead = true;
      this.parts.log.info({}, 'settings read');
      this.consumer.resume(this.topics);
      this.redecider.start();
      this.replayer.start();
      this.reviving = this.readParkedAgain();
    };
    const poll = (): void => {
      look()
        .catch((err: unknown) => this.parts.log.warn({ err }, 'could not look at the settings’ offsets'))
        .finally(() => {
          if (!this.settingsRead && this.consumer !== undefined) this.gateTimer = setTimeout(poll, GATE_POLL_MS);
        });
    };
    poll();
  }

  /** Beside the live traffic; what is left when it fails is for the next start. */
  private async readParkedAgain(): Promise<void> {
    const { service, log } = this.parts;
    const onError = (err: unknown): void => log.error({ err }, 'could not read again what was set aside');
    await readParkedAgain({
      pool: this.pool,
      service,
      now: () => new Date().toISOString(),
      onApplied: (topic, applied) => this.applied(topic, applied),
      onError,
    })
      .then((count) => count > 0 && log.info({ count }, 'read again what was set aside'))
      .catch(onError);
  }

  private messagesOf({ tenant, ref, version, ...event }: StoredEvent): readonly OutgoingMessage[] {
    const { service } = this.parts;
    // What was erased cannot be said again.
    if (event.erased) return [];
    const place = { tenant, ref, version, service: service.name };
    return kitMessages(place, event) ?? service.functions.toMessages(place, event);
  }

  private async sweep(partitions: readonly QuietPartition[]): Promise<readonly QuietAnswer[]> {
    const stored = await readOffsets(this.pool, this.group);
    return partitions.map(({ topic, partition, position, logStart }) => {
      const row = stored.find((one) => one.topic === topic && one.partition === partition);
      const place = placeQuiet({ stored: row?.next ?? null, position, logStart });
      return place.place === 'seek' ? { ...place, topic, partition } : place;
    });
  }

  private applied(topic: string, applied: Applied): void {
    const { decided, duplicates, parked, settingsChanged, replayAsked, redecisionAsked } = applied;
    this.decided(decided);
    for (const { tenant, ref, failure } of decided) {
      if (failure !== undefined) this.parts.log.error({ err: failure, tenant, ref }, 'could not decide again');
    }
    this.records.inc({ topic, outcome: 'decided' }, decided.length);
    this.records.inc({ topic, outcome: 'duplicate' }, duplicates);
    this.records.inc({ topic, outcome: 'parked' }, parked.length);
    if (duplicates > 0) this.parts.log.debug({ topic, count: duplicates }, 'absorbed duplicates');
    for (const { tenant, eventId, code } of parked) {
      this.parts.log.warn({ topic, tenant, eventId, code }, 'set a message aside');
    }
    if (parked.length > 0) this.relay?.wake();
    if ((settingsChanged || redecisionAsked) && this.settingsRead) this.redecider.wake();
    if (replayAsked) this.replayer.wake();
  }

  private decided(decided: readonly Decided[]): void {
    if (decided.length > 0) this.relay?.wake();
    for (const { tenant, ref, version, triggers, events } of decided) {
      for (const trigger of triggers) {
        const traceId = trigger.kind === 'changed' ? traceIdOf(trigger.traceparent) : undefined;
        this.parts.log.debug({ tenant, ref, streamVersion: version, kind: trigger.kind, traceId }, 'took');
      }
      this.parts.log.debug({ tenant, ref, streamVersion: version, count: events.length, outcome: events }, 'decided');
    }
  }

  private addChecks(health: Health): void {
    health.add('consumer', () => {
      const state = this.consumer?.status().state ?? 'starting';
      return { ok: state === 'running', state };
    });
    health.add('settings', () => ({ ok: this.settingsRead, state: this.settingsRead ? 'read' : 'reading' }));
    health.add('database', async () => {
      await this.pool.query('select 1');
      return { ok: true };
    });
    health.add('relay', () => {
      const failures = this.relay?.status().failures ?? 0;
      return { ok: this.relay !== undefined && failures === 0 };
    });
  }
}

function topicsOf(service: EntityService): readonly TopicSpec[] {
  const ours = [TOPICS.commands, TOPICS.answers, TOPICS.settings, ...(service.lists ? [TOPICS.changes] : [])];
  const theirs = Object.values(TOPICS).filter(
    ({ name }) => service.events.includes(name) || name === service.follows?.topic,
  );
  return [...theirs, ...ours];
}
