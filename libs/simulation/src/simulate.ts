import { DEFAULT_SETTINGS } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { EVENT_STORE_MIGRATIONS, migrate } from '@qbo-sync/eventstore/migrations';
import type { Database } from '@qbo-sync/eventstore/pool';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { sealPair } from '@qbo-sync/gateway/tokens';
import { Vault } from '@qbo-sync/gateway/vault';
import { judge, type LogRow } from './oracle';
import { MemoryPostgres } from './postgres/database';
import { startGateway, UNSURE_WAIT_MS } from './world/gateway-process';
import { MemoryIntuit } from './world/intuit';
import { ConsumerGroup, MemoryKafka } from './world/kafka';
import { planDay, type Published } from './world/plan';
import { identityOf } from './world/quickbooks';
import { groupOf, SERVICES, startService } from './world/service-process';
import type { Counters } from './world/faults';
import { VirtualTime } from './world/virtual-time';
import { World, type Actor } from './world/world';

export interface SeedResult {
  readonly seed: string;
  readonly hash: string;
  readonly failures: readonly string[];
  readonly counters: Counters;
  readonly steps: number;
  readonly lines: readonly string[];
}

const DAY_MS = 90_000;
/** The books are at rest within this, once nothing goes wrong any more. */
const REST_MS = 1_200_000;
/** A look proves something once QuickBooks has ended the request (quickbooks.md §1.3). */
const LATEST_MS = 120_000;
const GATEWAYS = ['gateway-1', 'gateway-2'];

/** Runs one seed: a day under faults, then the same without, until everything is at rest; then it is judged. */
export async function simulate(
  seed: string,
  options: { readonly verbose?: boolean; readonly unsureWaitMs?: number } = {},
): Promise<SeedResult> {
  const world = new World(seed, options.verbose);
  world.time.install();
  try {
    const day = new SimulatedDay(world, options.unsureWaitMs ?? UNSURE_WAIT_MS);
    await day.run();
  } catch (error) {
    world.fail(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    VirtualTime.uninstall();
  }
  const { failures, lines, steps } = world;
  return { seed, hash: world.traceHash(), failures, counters: world.faults.counters, steps, lines };
}

class SimulatedDay {
  private readonly kafka: MemoryKafka;
  private readonly intuit: MemoryIntuit;
  private readonly vault = new Vault({ current: 'k', keys: new Map([['k', Buffer.alloc(32, 7)]]) });
  private readonly gatewayDatabase = new MemoryPostgres();
  private readonly databases = new Map(SERVICES.map(({ name }) => [name as string, new MemoryPostgres()]));
  private readonly groups = new Map<string, ConsumerGroup>();
  private readonly actors = new Map<string, Actor>();
  private readonly told: Published[] = [];
  private readonly startMs: number;
  private version = 0;

  constructor(
    private readonly world: World,
    private readonly unsureWaitMs: number,
  ) {
    this.kafka = new MemoryKafka(world);
    this.intuit = new MemoryIntuit(world);
    this.startMs = world.time.nowMs;
    for (const service of SERVICES) this.groups.set(service.name, groupOf(world, this.kafka, service));
    this.groups.set('gateway', new ConsumerGroup(world, this.kafka, [TOPICS.requests.name, TOPICS.settings.name]));
  }

  async run(): Promise<void> {
    const { world } = this;
    const { time } = world;
    let prepared = false;
    const plan = planDay(world.random, this.startMs, DAY_MS);
    void this.prepare(plan.tenants).then(
      () => (prepared = true),
      (error: unknown) => world.fail(`preparing: ${String(error)}`),
    );
    await time.runUntil(Infinity, () => prepared || world.failures.length > 0);
    for (const name of [...SERVICES.map((service) => service.name as string), ...GATEWAYS]) this.start(name);
    for (const one of plan.published) this.schedule(one);
    this.disturb(plan.tenants);
    await time.runUntil(this.startMs + DAY_MS, () => false);
    time.nowMs = this.startMs + DAY_MS;
    world.faults.enabled = false;
    world.trace('faults end');
    for (const tenant of plan.tenants) this.settings(tenant, true);
    for (const [name, actor] of this.actors) if (!actor.alive) this.start(name);
    const rested = await time.runUntil(time.nowMs + REST_MS, () => this.atRest(), 64);
    if (!rested) world.fail(`not at rest after ${REST_MS / 60_000} minutes: ${this.unrest()}`);
    this.judge();
  }

  private async prepare(tenants: readonly string[]): Promise<void> {
    for (const database of this.databases.values()) {
      await migrate(database.pool() as unknown as Database, 'event store', EVENT_STORE_MIGRATIONS);
    }
    const db = this.gatewayDatabase.pool() as unknown as Database;
    await migrate(db, 'gateway', [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS]);
    for (const tenant of tenants) {
      const { access, refresh, accessLifeMs } = this.intuit.open(`realm-${tenant}`);
      const now = new Date();
      const pair = { accessToken: access, refreshToken: refresh, accessLifeMs, refreshLifeMs: 8_640_000_000 };
      await upsertConnected(db, {
        tenant,
        books: `books_${tenant}`,
        realmHmacs: [tenant],
        realmSealed: this.vault.seal(`realm-${tenant}`, { tenant, column: 'realm' }),
        ...sealPair(this.vault, tenant, pair, now),
        companyName: tenant,
      });
      this.settings(tenant, true);
    }
  }

  private start(name: string): void {
    const { world, kafka } = this;
    const before = this.actors.get(name);
    if (before?.alive === true) return;
    const service = SERVICES.find((one) => one.name === name);
    const group = this.groups.get(service === undefined ? 'gateway' : name) as ConsumerGroup;
    const actor =
      service === undefined
        ? startGateway(world, kafka, group, {
            database: this.gatewayDatabase,
            intuit: this.intuit,
            vault: this.vault,
            name,
            unsureWaitMs: this.unsureWaitMs,
          })
        : startService(world, kafka, group, service, this.databases.get(name) as MemoryPostgres);
    const { onKilled } = actor;
    actor.onKilled = () => {
      onKilled();
      world.time.after(world.random.between(200, 12_000), () => this.start(name));
    };
    this.actors.set(name, actor);
    world.trace(`started ${name}`);
  }

  private settings(tenant: string, active: boolean): void {
    this.version += 1;
    const value = {
      tenant,
      version: this.version,
      books: `books_${tenant}`,
      active,
      goLiveAt: '2026-11-01T12:00:00Z',
      company: { name: tenant, timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
      profile: PROFILE,
      values: {
        ...DEFAULT_SETTINGS,
        'items.defaultIncomeAccount': { id: '79', name: 'Services' },
        'tax.rates': [
          { rateId: 'tax_tx', name: 'Texas', percentage: '8.25', code: { id: '5', name: 'Texas' }, state: 'confirmed' },
        ],
      },
    };
    this.kafka.append({ topic: TOPICS.settings.name, key: tenant, value: JSON.stringify(value) });
  }

  /** Publishes a message at its moment, perhaps twice, late, with another body under its id, or after one that is none. */
  private schedule(one: Published): void {
    const { time, random, faults } = this.world;
    const publish = (message: Published): void => {
      this.told.push(message);
      const { topic, tenant, subject, data, id, type, occurredAt, sequence } = message;
      const headers = {
        ce_specversion: '1.0',
        ce_id: id,
        ce_source: 'runacall',
        ce_type: type,
        ce_subject: subject,
        ce_time: occurredAt,
        ce_tenant: tenant,
        ce_sequence: String(sequence),
      };
      this.kafka.append({ topic, key: `${tenant}:${subject}`, value: data, headers });
    };
    const late = faults.strikes('out of order', 0.1) ? random.between(1_000, 60_000) : 0;
    const at = this.startMs + Math.min(one.atMs + late, DAY_MS - 1);
    time.at(at, () => publish(one));
    if (faults.strikes('sent twice', 0.1)) time.at(at + random.between(0, 50_000), () => publish(one));
    if (faults.strikes('other body', 0.03)) {
      time.at(at + random.between(1, 50_000), () =>
        publish({
          ...one,
          data: one.data.replace('"active":true', '"active":false').replace('"currency":"USD"', '"currency":"EUR"'),
        }),
      );
    }
    if (faults.strikes('poison', 0.03)) {
      const poison = { ...one, id: `${one.id}_poison`, data: '{"id":' };
      time.at(at + random.between(0, 20_000), () => publish(poison));
    }
  }

  /** What else goes wrong now and then, at its own moments. */
  private disturb(tenants: readonly string[]): void {
    const { time, random, faults } = this.world;
    const every = (fromMs: number, toMs: number, act: () => void): void => {
      const again = (): void => {
        time.after(random.between(fromMs, toMs), () => {
          if (!faults.enabled) return;
          act();
          again();
        });
      };
      again();
    };
    every(5_000, 40_000, () => {
      if (faults.strikes('rebalance', 0.5)) random.pick([...this.groups.values()]).rebalance();
    });
    every(8_000, 60_000, () => {
      if (!faults.strikes('human edit', 0.6)) return;
      const realm = random.pick([...this.intuit.realms.values()]);
      const ids = [...realm.records.keys()];
      if (ids.length > 0) realm.edit(random.pick(ids));
    });
    every(20_000, 90_000, () => {
      if (faults.strikes('outage', 0.4))
        for (const realm of this.intuit.realms.values())
          realm.outageUntilMs = time.nowMs + random.between(2_000, 30_000);
    });
    every(10_000, 60_000, () => {
      if (faults.strikes('access expired', 0.4)) this.intuit.expire(`realm-${random.pick(tenants)}`);
    });
    every(20_000, 90_000, () => {
      if (!faults.strikes('paused', 0.3)) return;
      const tenant = random.pick(tenants);
      this.settings(tenant, false);
      time.after(random.between(5_000, 30_000), () => this.settings(tenant, true));
    });
  }

  private atRest(): boolean {
    return this.unrest() === '';
  }

  /** What is still under way; empty when nothing is. */
  private unrest(): string {
    const gateway = this.gatewayDatabase;
    const open = gateway.committed('attempt').filter((row) => row['closed_at'] === null);
    if (open.length > 0) return `${open.length} attempts open`;
    const pending = gateway.committed('pending');
    if (pending.length > 0)
      return `pending ${pending.map((row) => `${String(row['tenant'])} ${String(row['ref'])} waits on ${String(row['waits_on'])}`).join(', ')}`;
    if (['unpublished_message', 'unpublished_answer'].some((table) => gateway.committed(table).length > 0))
      return 'messages of the gateway unpublished';
    for (const [name, database] of this.databases) {
      if (database.committed('unpublished').length > 0) return `events of ${name} unpublished`;
      const behind = this.behind(
        name,
        [
          ...(SERVICES.find((one) => one.name === name)?.events ?? []),
          TOPICS.answers.name,
          TOPICS.commands.name,
          TOPICS.settings.name,
        ],
        database,
      );
      if (behind !== '') return behind;
      const due = database
        .committed('settings')
        .some((row) => Number(row['version']) > Number(row['redecided_version']));
      if (due) return `${name} has not decided again`;
    }
    return this.behind('gateway', [TOPICS.requests.name, TOPICS.settings.name], gateway);
  }

  private behind(name: string, topics: readonly string[], database: MemoryPostgres): string {
    const offsets = database.committed('partition_offset');
    for (const { topic, partition, log } of topics.flatMap((one) => this.kafka.partitions(one))) {
      const row = offsets.find((one) => one['topic'] === topic && one['partition'] === partition);
      if (Number(row?.['next_offset'] ?? 0) < log.length) return `${name} has not read ${topic}/${partition}`;
    }
    return '';
  }

  private judge(): void {
    const { world, intuit } = this;
    const tenantOf = (realm: string): string => realm.replace('realm-', '');
    const realms = [...intuit.realms];
    const faults = judge({
      told: this.told,
      rows: this.rows(),
      shown: realms.flatMap(([realm, { records }]) =>
        [...records.values()].map(({ resource, record }) => ({
          tenant: tenantOf(realm),
          identity: identityOf(record),
          resource,
          name: String(record['DisplayName'] ?? record['Name'] ?? record['DocNumber']),
          total: (record['TotalAmt'] as { source?: string } | undefined)?.source ?? '',
          voided: String(record['PrivateNote']).startsWith('Voided'),
        })),
      ),
      writes: realms.flatMap(([realm, { sent }]) => sent.map((one) => ({ ...one, tenant: tenantOf(realm) }))),
      looks: realms.flatMap(([realm, { looks }]) => looks.map((one) => ({ ...one, tenant: tenantOf(realm) }))),
      unsureMs: LATEST_MS,
    });
    for (const fault of faults) world.fail(fault);
    this.count();
  }

  /** The console's rows: of each event the message that stands furthest. */
  private rows(): Map<string, LogRow> {
    const rows = new Map<string, LogRow & { readonly place: readonly number[] }>();
    for (const { value } of this.kafka.messages(TOPICS.activity.name)) {
      const activity = JSON.parse(value?.toString('utf8') ?? 'null') as Activity;
      if (activity.kind !== 'record') continue;
      const place = [activity.revision, activity.attempt, activity.stage];
      for (const { id } of activity.events ?? []) {
        const key = `${activity.tenant} ${id}`;
        const known = rows.get(key);
        if (activity.parked !== undefined && known !== undefined) continue;
        if (known !== undefined && isBefore(place, known.place)) continue;
        rows.set(key, {
          tenant: activity.tenant,
          ref: activity.ref,
          state: activity.state,
          reason: activity.reason?.code,
          place,
        });
      }
    }
    return rows;
  }

  private count(): void {
    const { counters } = this.world.faults;
    for (const { state } of this.rows().values()) if (state === 'needs attention') counters.count('held');
    for (const { looks, sent, records } of this.intuit.realms.values()) {
      const creates = sent.filter(({ create }) => create);
      const twice = creates.filter(
        (one, at) =>
          creates.findIndex(({ identity }) => identity === one.identity) !== at &&
          creates.some(
            (other) => other.identity === one.identity && other.doubtful && one.at - other.at >= UNSURE_WAIT_MS,
          ),
      );
      for (let n = 0; n < twice.length; n += 1) counters.count('resent after two looks');
      const doubtful = creates.filter(
        ({ doubtful, identity }) => doubtful && creates.filter((one) => one.identity === identity).length === 1,
      );
      if (looks.length > 0) for (let n = 0; n < doubtful.length; n += 1) counters.count('found by looking');
      for (const { record } of records.values())
        if (String(record['PrivateNote']).startsWith('Voided')) counters.count('voided');
    }
    for (const { value } of this.kafka.messages(TOPICS.commands.name))
      if (value !== null) counters.count('parent asked for');
  }
}

interface Activity {
  readonly kind: string;
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly stage: number;
  readonly state: string;
  readonly reason?: { readonly code: string };
  readonly events?: readonly { readonly id: string }[];
  readonly parked?: unknown;
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

const PROFILE = {
  country: 'US',
  taxMode: 'automated_us',
  customTxnNumbers: true,
  allowDiscount: true,
  autoApplyCredit: false,
  bookCloseDate: null,
  multiCurrency: false,
  homeCurrency: 'USD',
  defaultDiscountAccount: null,
  undepositedAccount: null,
  receivableAccount: { id: '84', name: 'Accounts Receivable' },
};
