import { hostname } from 'node:os';
import { createPool } from '@qbo-sync/eventstore/pool';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Connections } from '@qbo-sync/gateway/company/connections';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { Neighbours } from '@qbo-sync/gateway/scheduling/neighbours';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { MeteredReads } from '@qbo-sync/gateway/calling/metered-reads';
import { Quickbooks, type Company } from '@qbo-sync/gateway/calling/quickbooks';
import { ReadsNoted } from '@qbo-sync/gateway/calling/reads-noted';
import { Reader } from '@qbo-sync/gateway/calling/reader';
import { Revoking } from '@qbo-sync/gateway/tokens/revoking';
import { Tokens } from '@qbo-sync/gateway/tokens/tokens';
import { readKeyRing, Vault } from '@qbo-sync/gateway/tokens/vault';
import { createKafka } from '@qbo-sync/kafka/client';
import { createProducer } from '@qbo-sync/kafka/producer';
import { QboClient } from '@qbo-sync/qbo/client';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import type { Log } from '@qbo-sync/service/log';
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
/** A queue may grow from nothing to all of a company's records within seconds. */
const PLANS_KEPT_MS = 2_000;
/** Leases wait for nobody: what is sent under them would be given up. Never idle, this one hears the other gateways too. */
const LEASE_POOL_SIZE = 1;

/** What all of it is made from. */
export interface PartsOf {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly metrics: Registry;
  /** Consumer group; specs have their own. */
  readonly group: string;
  /** The topics the group reads. */
  readonly consumed: readonly string[];
  /** Messages were stored: publish them. */
  readonly onCommit: () => void;
}

/** All that a gateway's process is made of, wired and not yet at work. */
export function gatewayParts({ config, log, metrics, group, consumed, onCommit }: PartsOf) {
  const db = createPool(config.DATABASE_URL, {
    max: POOL_SIZE,
    plansKeptMs: PLANS_KEPT_MS,
    applicationName: group,
    onIdleError: (err) => log.warn({ err }, 'lost an idle connection'),
  });
  const leaseDb = createPool(config.DATABASE_URL, {
    max: LEASE_POOL_SIZE,
    applicationName: `${group}.leases`,
    onIdleError: (err) => log.warn({ err }, 'lost an idle connection'),
    onConnect: (client) => neighbours.hear(client),
  });
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: group,
    onLog: ({ level, message }) => log[level]({ reason: message }, 'kafka client'),
  });
  const producer = createProducer(kafka);
  const client = new QboClient(config.QBO_API_URL, { headersMs: config.QBO_ANSWER_WITHIN_MS });
  const permits = new Permits({
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
  const wake = (): void => {
    dispatcher.wake();
    onCommit();
  };
  const alarms = new Counter({
    name: 'qbo_sync_gateway_token_alarms_total',
    help: 'Refresh tokens that changed before their time: somebody else may hold one',
    labelNames: ['alarm'],
    registers: [metrics],
  });
  const keys = keyKeeper(db, vault, config.TOKEN_KEYS_FILE, log);
  const onError = (err: unknown): void => log.warn({ err }, 'could not end a grant; trying again');
  const revoking = new Revoking({ db, vault, oauth, onError });
  const house = houseKeeper(db, config.ANSWERS_KEPT_DAYS, log);
  const tokens = new Tokens(db, vault, oauth, clock, {
    onCommit: wake,
    onAlarm: (tenant, alarm) => {
      alarms.inc({ alarm });
      log.error({ tenant, alarm }, 'look at this grant');
    },
  });
  const watch = new CompanyWatch(db, clock, (tenant) => {
    dispatcher.changed(tenant);
    onCommit();
  });
  const mayWrite = (company: Company, forMs: number): boolean => dispatcher.maySend(company, forMs);
  const metered = new MeteredReads(db, clock, (err) => log.warn({ err }, 'could not count reads; trying again'));
  const counts: GatewayMetrics = new GatewayMetrics({
    ...{ db, registry: metrics, permits, clock },
    dispatcher: () => dispatcher,
    readsPerMonth: config.QBO_READS_PER_MONTH,
    onMeteredRead: ({ tenant }, call) => {
      feed.count(call);
      metered.count(tenant);
    },
  });
  const ended: ConstructorParameters<typeof Quickbooks>[5] = (...call) => counts.ended(...call);
  const reads = new ReadsNoted(db, clock, (err) =>
    log.warn({ err }, 'could not note the end of a read; it counts for longer'),
  );
  const quickbooks = new Quickbooks(client, tokens, permits, watch, mayWrite, ended, reads);
  const connections = new Connections({ db, vault, oauth, client, onCommit: wake });
  const reader = new Reader(db, quickbooks);
  const feed: FeedWork = new FeedWork({ db, quickbooks, vault, config, log, metrics, onCommit });
  const restore = new RecoveryWatch({
    ...{ db, kafka, group, consumed, log },
    unsureWaitMs: config.QBO_UNSURE_WAIT_MS,
  });
  const intake = new BatchIntake(db, group, (place) => log.warn(place, 'set a message aside'));
  const dispatcher: Dispatcher = new Dispatcher({
    db,
    leaseDb,
    quickbooks,
    owner: `${hostname()}:${config.PORT}`,
    unsureWaitMs: config.QBO_UNSURE_WAIT_MS,
    onCommit,
    onStep: (step) => {
      log.debug({ ...step }, 'stepped');
      if (step.step === 'answered') answers.inc({ outcome: step.outcome ?? '', code: step.code ?? '' });
    },
    onError: (err, { tenant, ref }) => log.error({ err, tenant, ref }, 'could not work on a request'),
    onFenced: (shard) => log.warn({ shard }, 'another gateway has taken the shard'),
  });
  const neighbours: Neighbours = new Neighbours({
    db,
    holds: (tenant) => dispatcher.holds(tenant),
    onTold: (tenants) => {
      log.debug({ count: tenants?.length }, 'told by a gateway');
      dispatcher.wake(tenants);
    },
    onError: (err) => log.warn({ err }, 'could not tell the other gateways; they look by themselves'),
  });
  const answers = new Counter({
    name: 'qbo_sync_gateway_answers_total',
    help: 'Answers by their outcome and code',
    labelNames: ['outcome', 'code'],
    registers: [metrics],
  });
  return {
    ...{ db, leaseDb, kafka, producer, client, permits, dispatcher, neighbours, intake },
    ...{ connections, reader, feed, restore, keys, revoking, house, metered },
  };
}

export type GatewayParts = ReturnType<typeof gatewayParts>;
