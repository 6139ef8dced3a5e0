import { hostname } from 'node:os';
import { splitKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { placeQuiet, readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Outbox } from '@qbo-sync/eventstore/outbox';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Connections } from '@qbo-sync/gateway/company/connections';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { Neighbours } from '@qbo-sync/gateway/scheduling/neighbours';
import { startGatewayOutbox } from '@qbo-sync/gateway/outbox';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { MeteredReads } from '@qbo-sync/gateway/calling/metered-reads';
import { Quickbooks, type Company } from '@qbo-sync/gateway/calling/quickbooks';
import { ReadsNoted } from '@qbo-sync/gateway/calling/reads-noted';
import { Reader } from '@qbo-sync/gateway/calling/reader';
import { Revoking } from '@qbo-sync/gateway/tokens/revoking';
import { allStandings, standingOf, type Standing } from '@qbo-sync/gateway/company/standing';
import type { Rounds } from '@qbo-sync/gateway/rounds';
import { Tokens } from '@qbo-sync/gateway/tokens/tokens';
import { readKeyRing, Vault } from '@qbo-sync/gateway/tokens/vault';
import { createKafka, type KafkaClient } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import type { QuietAnswer, QuietPartition } from '@qbo-sync/kafka/sweep';
import { endOffsets, ensureTopics } from '@qbo-sync/kafka/topics';
import { QboClient } from '@qbo-sync/qbo/client';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { settingsAreRead, type PartitionEnd } from '@qbo-sync/service/entity-service/settings-gate';
import type { Health } from '@qbo-sync/service/health';
import type { Log } from '@qbo-sync/service/log';
import { logTrouble } from '@qbo-sync/service/trouble';
import { Counter, type Registry } from 'prom-client';
import { BatchIntake } from './batch-intake';
import { houseKeeper } from './house-keeper';
import { keyKeeper } from './key-keeper';
import { FeedWork } from './feed-work';
import type { GatewayConfig } from './gateway-config';
import { GatewayMetrics } from './gateway-metrics';
import { RecoveryWatch } from './recovery-watch';

/** One for the outbox's lock, one per refresh at a time, the others for work in flight. */
const POOL_SIZE = 16;
/** Leases wait for nobody: what is sent under them would be given up. Never idle, this one hears the other gateways too. */
const LEASE_POOL_SIZE = 1;

/** The topics the gateway reads. */
export const CONSUMED: readonly string[] = [TOPICS.requests.name, TOPICS.settings.name];
const SETTINGS_POLL_MS = 200;
const WRITTEN = [TOPICS.answers, TOPICS.changes, TOPICS.commands, TOPICS.activity];

export interface RuntimeParts {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Registry;
  /** Consumer group; specs have their own. */
  readonly group: string;
}

/** The gateway at work: intake, dispatcher, outbox, tokens, connections, reads. */
export class GatewayRuntime {
  readonly connections: Connections;
  readonly reader: Reader;
  readonly feed: FeedWork;
  readonly restore: RecoveryWatch;
  private readonly db: Database;
  private readonly leaseDb: Database;
  private readonly kafka: KafkaClient;
  private readonly producer: Producer;
  private readonly client: QboClient;
  private readonly permits: Permits;
  private readonly dispatcher: Dispatcher;
  private readonly neighbours: Neighbours;
  private readonly intake: BatchIntake;
  private readonly answers: Counter;
  private readonly keys: Rounds;
  private readonly revoking: Revoking;
  private readonly house: Rounds;
  private readonly metered: MeteredReads;
  private readonly counts: GatewayMetrics;
  private outbox: Outbox | undefined;
  private consumer: RunningConsumer | undefined;
  private settingsEnds: readonly PartitionEnd[] = [];
  private settingsRead = false;
  private gateTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RuntimeParts) {
    const { config, log, group } = parts;
    this.db = createPool(config.DATABASE_URL, {
      max: POOL_SIZE,
      applicationName: group,
      onIdleError: (err) => log.warn({ err }, 'lost an idle connection'),
    });
    this.leaseDb = createPool(config.DATABASE_URL, {
      max: LEASE_POOL_SIZE,
      applicationName: `${group}.leases`,
      onIdleError: (err) => log.warn({ err }, 'lost an idle connection'),
      onConnect: (client) => this.neighbours.hear(client),
    });
    this.kafka = createKafka({
      brokers: config.KAFKA_BROKERS,
      clientId: group,
      onLog: ({ level, message }) => log[level]({ reason: message }, 'kafka client'),
    });
    this.producer = createProducer(this.kafka);
    this.client = new QboClient(config.QBO_API_URL, { headersMs: config.QBO_ANSWER_WITHIN_MS });
    this.permits = new Permits({
      ...REALM_LIMITS,
      concurrent: config.QBO_CONCURRENT_CALLS,
      perWindow: { single: config.QBO_SINGLES_PER_MINUTE, batch: config.QBO_BATCHES_PER_MINUTE },
    });
    const vault = new Vault(readKeyRing(config.TOKEN_KEYS_FILE));
    const oauth = new IntuitOAuth({
      clientId: config.INTUIT_CLIENT_ID,
      clientSecret: config.INTUIT_CLIENT_SECRET,
      redirectUri: config.INTUIT_REDIRECT_URI,
      authorizeUrl: config.INTUIT_AUTHORIZE_URL,
      tokenUrl: config.INTUIT_TOKEN_URL,
      revokeUrl: config.INTUIT_REVOKE_URL,
    });
    const clock = (): Date => new Date();
    const wake = (): void => this.wake();
    const alarms = new Counter({
      name: 'qbo_sync_gateway_token_alarms_total',
      help: 'Refresh tokens that changed before their time: somebody else may hold one',
      labelNames: ['alarm'],
      registers: [parts.metrics],
    });
    this.keys = keyKeeper(this.db, vault, config.TOKEN_KEYS_FILE, log);
    const onError = (err: unknown): void => log.warn({ err }, 'could not end a grant; trying again');
    this.revoking = new Revoking({ db: this.db, vault, oauth, onError });
    this.house = houseKeeper(this.db, config.ANSWERS_KEPT_DAYS, log);
    const tokens = new Tokens(this.db, vault, oauth, clock, {
      onCommit: wake,
      onAlarm: (tenant, alarm) => {
        alarms.inc({ alarm });
        log.error({ tenant, alarm }, 'look at this grant');
      },
    });
    const watch = new CompanyWatch(this.db, clock, (tenant) => {
      this.dispatcher.changed(tenant);
      this.outbox?.wake();
    });
    const mayWrite = (company: Company, forMs: number): boolean => this.dispatcher.maySend(company, forMs);
    this.metered = new MeteredReads(this.db, clock, (err) => log.warn({ err }, 'could not count reads; trying again'));
    this.counts = new GatewayMetrics({
      ...{ db: this.db, registry: parts.metrics, permits: this.permits, clock },
      dispatcher: () => this.dispatcher,
      readsPerMonth: config.QBO_READS_PER_MONTH,
      onMeteredRead: ({ tenant }, call) => {
        this.feed.count(call);
        this.metered.count(tenant);
      },
    });
    const ended: ConstructorParameters<typeof Quickbooks>[5] = (...call) => this.counts.ended(...call);
    const reads = new ReadsNoted(this.db, clock);
    const quickbooks = new Quickbooks(this.client, tokens, this.permits, watch, mayWrite, ended, reads);
    this.connections = new Connections({ db: this.db, vault, oauth, client: this.client, onCommit: wake });
    this.reader = new Reader(this.db, quickbooks);
    this.feed = new FeedWork({
      db: this.db,
      quickbooks,
      vault,
      config,
      log,
      metrics: parts.metrics,
      onCommit: () => this.outbox?.wake(),
    });
    this.restore = new RecoveryWatch({
      ...{ db: this.db, kafka: this.kafka, group, consumed: CONSUMED, log },
      unsureWaitMs: config.QBO_UNSURE_WAIT_MS,
    });
    this.intake = new BatchIntake(this.db, group, (place) => log.warn(place, 'set a message aside'));
    this.dispatcher = new Dispatcher({
      db: this.db,
      leaseDb: this.leaseDb,
      quickbooks,
      owner: `${hostname()}:${config.PORT}`,
      unsureWaitMs: config.QBO_UNSURE_WAIT_MS,
      onCommit: () => this.outbox?.wake(),
      onStep: (step) => {
        log.debug({ ...step }, 'stepped');
        if (step.step === 'answered') this.answers.inc({ outcome: step.outcome ?? '', code: step.code ?? '' });
      },
      onError: (err, { tenant, ref }) => log.error({ err, tenant, ref }, 'could not work on a request'),
      onFenced: (shard) => log.warn({ shard }, 'another gateway has taken the shard'),
    });
    this.neighbours = new Neighbours({
      db: this.db,
      holds: (tenant) => this.dispatcher.holds(tenant),
      onTold: (tenants) => {
        log.debug({ companies: tenants?.length }, 'told by a gateway');
        this.dispatcher.wake(tenants);
      },
      onError: (err) => log.warn({ err }, 'could not tell the other gateways; they look by themselves'),
    });
    this.answers = new Counter({
      name: 'qbo_sync_gateway_answers_total',
      help: 'Answers by their outcome and code',
      labelNames: ['outcome', 'code'],
      registers: [parts.metrics],
    });
    this.addChecks(parts.health);
  }

  /** One batch of either topic. */
  async take(batch: Batch): Promise<BatchOutcome> {
    const outcome = await this.intake.take(batch);
    this.parts.log.debug({ topic: batch.topic, partition: batch.partition, count: batch.messages.length }, 'took');
    // Settings may open or shut gates; requests only fill the queues of their companies.
    const tenants = batch.topic === TOPICS.requests.name ? tenantsOf(batch) : undefined;
    this.dispatcher.wake(tenants);
    this.neighbours.tell(tenants);
    this.outbox?.wake();
    return outcome;
  }

  /** How things stand for a company; undefined: it was never connected. */
  standing(tenant: string): Promise<Standing | undefined> {
    return standingOf(this.db, tenant, this.permits.limits, new Date());
  }

  /** How things stand for every company, who waits longest first. */
  standings(): Promise<Standing[]> {
    return allStandings(this.db, this.permits.limits, new Date());
  }

  /** Starts reading, sending and saying; the transport calls it. */
  async startConsumer(
    topics: readonly string[],
    handle: (batch: Batch) => Promise<BatchOutcome>,
  ): Promise<{ stop(): Promise<void> }> {
    const { log, group } = this.parts;
    await ensureTopics(this.kafka, [TOPICS.requests, TOPICS.settings, ...WRITTEN]);
    this.outbox = startGatewayOutbox(
      this.db,
      (messages) => this.producer.send(messages),
      (err) => log.warn({ err }, 'could not publish; trying again'),
    );
    this.settingsEnds = await endOffsets(this.kafka, TOPICS.settings.name);
    await this.restore.find();
    this.keys.start();
    this.revoking.start();
    this.house.start();
    this.consumer = runConsumer({
      kafka: this.kafka,
      groupId: group,
      topics,
      handle,
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
    await this.neighbours.stop();
    await this.dispatcher.stop();
    await this.keys.stop();
    await this.revoking.stop();
    await this.house.stop();
    this.permits.stop();
    await this.metered.stop();
    await this.outbox?.stop();
    await this.producer.close();
    await this.client.close();
    await this.leaseDb.end();
    await this.db.end();
  }

  private wake(): void {
    this.dispatcher.wake();
    this.outbox?.wake();
  }

  /** Nothing is sent before the settings are read to where they ended at start: a pause may stand among them. */
  private watchSettings(): void {
    const look = async (): Promise<void> => {
      const stored = await readOffsets(this.db, this.parts.group);
      if (this.consumer === undefined || !settingsAreRead(TOPICS.settings.name, this.settingsEnds, stored)) return;
      this.settingsRead = true;
      await this.dispatcher.start();
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
    const stored = await readOffsets(this.db, this.parts.group);
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
      await this.db.query('select 1');
      return { ok: true };
    });
    health.add('outbox', () => ({ ok: (this.outbox?.status().failures ?? 1) === 0 }));
  }
}

/** The companies a batch of requests is for, by its keys. */
function tenantsOf({ messages }: Batch): string[] {
  return [...new Set(messages.flatMap(({ key }) => splitKey(key ?? '')?.tenant ?? []))];
}
