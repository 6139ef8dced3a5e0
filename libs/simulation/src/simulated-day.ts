import { TOPICS } from '@qbo-sync/contracts/topics';
import { EVENT_STORE_MIGRATIONS, migrate } from '@qbo-sync/eventstore/migrations';
import type { Database } from '@qbo-sync/eventstore/pool';
import { shardOf } from '@qbo-sync/gateway/intake';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { sealPair } from '@qbo-sync/gateway/tokens/tokens';
import { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { settingsOf } from './company-settings';
import { disturb } from './disturbances';
import { answersIn, changesIn, editsIn, noticesIn, rowsIn, shownIn, tenantOf } from './ledgers';
import { judge, type LogRow } from './oracle';
import { MemoryPostgres } from './postgres/database';
import { CallWatch } from './world/call-watch';
import { startGateway, UNSURE_WAIT_MS } from './world/gateway-process';
import { MemoryIntuit } from './world/intuit';
import { ConsumerGroup, MemoryKafka } from './world/kafka';
import { planDay, type Day, type Published } from './world/plan';
import { SERVICES, startService, topicsOf } from './world/service-process';
import type { Actor, World } from './world/world';

const DAY_MS = 60_000;
/** The books are at rest within this, once nothing goes wrong any more. */
const REST_MS = 1_200_000;
/** A look proves something once QuickBooks has ended the request (quickbooks.md §1.3). */
const LATEST_MS = 120_000;
const GATEWAY_TOPICS = [TOPICS.requests.name, TOPICS.settings.name];

/** A day under faults, then the same without, until everything is at rest; then it is judged. */
export class SimulatedDay {
  private readonly kafka: MemoryKafka;
  private readonly intuit: MemoryIntuit;
  private readonly vault = new Vault({ current: 'k', keys: new Map([['k', Buffer.alloc(32, 7)]]) });
  private readonly gatewayDatabase = new MemoryPostgres();
  private readonly databases = new Map<string, MemoryPostgres>();
  private readonly groups = new Map<string, ConsumerGroup>();
  private readonly actors = new Map<string, Actor>();
  private readonly services: readonly EntityService[];
  private readonly day: Day;
  private readonly told: Published[] = [];
  private readonly startMs: number;
  private version = 0;

  constructor(
    private readonly world: World,
    private readonly unsureWaitMs: number,
  ) {
    this.startMs = world.time.nowMs;
    this.day = planDay(world.random, this.startMs, DAY_MS);
    const { shape } = this.day;
    this.kafka = new MemoryKafka(world);
    this.intuit = new MemoryIntuit(world, shape.feed, shape.perMinute);
    this.services = SERVICES.filter(({ name }) => shape.services.has(name));
    for (const service of this.services) {
      this.databases.set(service.name, new MemoryPostgres());
      this.groups.set(service.name, new ConsumerGroup(world, this.kafka, topicsOf(service, shape.feed)));
    }
    this.groups.set('gateway', new ConsumerGroup(world, this.kafka, GATEWAY_TOPICS));
  }

  async run(): Promise<void> {
    const { world } = this;
    const { time } = world;
    const { shape, published } = this.day;
    const failed = (): boolean => world.failures.length > 0;
    let prepared = false;
    void this.prepare(shape.tenants).then(
      () => (prepared = true),
      (error: unknown) => world.fail(`preparing: ${String(error)}`),
    );
    await time.runUntil(Infinity, () => prepared || failed());
    for (const name of [...this.services.map((service) => service.name as string), ...shape.gateways]) this.start(name);
    for (const one of published) this.schedule(one);
    const { kafka, intuit, groups } = this;
    const setActive = (tenant: string, active: boolean): void => this.settings(tenant, active);
    const isLinked = (realm: string, id: string): boolean =>
      this.gatewayDatabase
        .committed('link')
        .some((row) => row['books'] === `books_${tenantOf(realm)}` && row['qbo_id'] === id);
    disturb({ world, tenants: shape.tenants, groups, kafka, intuit, isLinked, setActive });
    await time.runUntil(this.startMs + DAY_MS, failed, 16);
    if (failed()) return;
    time.nowMs = this.startMs + DAY_MS;
    world.faults.enabled = false;
    world.trace('faults end');
    for (const tenant of shape.tenants) this.settings(tenant, true);
    for (const [name, actor] of this.actors) if (!actor.alive) this.start(name);
    const rested = await time.runUntil(time.nowMs + REST_MS, () => failed() || this.unrest() === '', 64);
    if (!rested) world.fail(`not at rest after ${REST_MS / 60_000} minutes: ${this.unrest()}`);
    if (!failed()) this.judge();
  }

  private async prepare(tenants: readonly string[]): Promise<void> {
    for (const service of this.services) {
      const database = this.databases.get(service.name)?.pool() as unknown as Database;
      await migrate(database, 'event store', [...EVENT_STORE_MIGRATIONS, ...(service.migrations ?? [])]);
    }
    const db = this.gatewayDatabase.pool() as unknown as Database;
    await migrate(db, 'gateway', [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS]);
    for (const tenant of tenants) {
      const realm = `realm-${tenant}`;
      const { access, refresh, accessLifeMs } = this.intuit.open(realm);
      const now = new Date();
      const pair = { accessToken: access, refreshToken: refresh, accessLifeMs, refreshLifeMs: 8_640_000_000 };
      await upsertConnected(db, {
        tenant,
        books: `books_${tenant}`,
        realmHmacs: this.vault.lookups(realm),
        realmSealed: this.vault.seal(realm, { tenant, column: 'realm' }),
        ...sealPair(this.vault, tenant, pair, now),
        companyName: tenant,
      });
      const books = this.intuit.realms.get(realm);
      if (books !== undefined)
        books.watch = new CallWatch(this.world, realm, (actor) => this.holdsLease(actor, tenant));
      this.settings(tenant, true);
    }
  }

  /** By the database's own clock, whatever the process believes. */
  private holdsLease({ name }: Actor, tenant: string): boolean {
    const shard = shardOf(tenant);
    const row = this.gatewayDatabase.committed('shard').find((one) => one['shard'] === shard);
    const until = row?.['until'];
    return row?.['owner'] === name && until instanceof Date && until.getTime() > this.world.time.nowMs;
  }

  private start(name: string): void {
    const { world, kafka } = this;
    const before = this.actors.get(name);
    if (before?.alive === true) return;
    const service = this.services.find((one) => one.name === name);
    const group = this.groups.get(service === undefined ? 'gateway' : name) as ConsumerGroup;
    const actor =
      service === undefined
        ? startGateway(world, kafka, group, {
            database: this.gatewayDatabase,
            intuit: this.intuit,
            vault: this.vault,
            name,
            unsureWaitMs: this.unsureWaitMs,
            feed: this.day.shape.feed,
            perMinute: this.day.shape.perMinute,
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
    const value = JSON.stringify(settingsOf(tenant, this.version, active));
    this.kafka.append({ topic: TOPICS.settings.name, key: tenant, value });
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
    const late = faults.strikes('out of order', 0.1) ? random.between(1_000, 40_000) : 0;
    const at = this.startMs + Math.min(one.atMs + late, DAY_MS - 1);
    time.at(at, () => publish(one));
    if (faults.strikes('sent twice', 0.1)) time.at(at + random.between(0, 50_000), () => publish(one));
    if (faults.strikes('other body', 0.04)) {
      const data = one.data.replace('"active":true', '"active":false').replace('"currency":"USD"', '"currency":"EUR"');
      time.at(at + random.between(1, 50_000), () => publish({ ...one, data }));
    }
    if (faults.strikes('poison', 0.04)) {
      const poison = { ...one, id: `${one.id}_poison`, data: '{"id":' };
      time.at(at + random.between(0, 20_000), () => publish(poison));
    }
  }

  /** What is still under way; empty when nothing is. */
  private unrest(): string {
    const gateway = this.gatewayDatabase;
    const open = gateway.committed('attempt').filter((row) => row['closed_at'] === null);
    if (open.length > 0) return `${open.length} attempts open`;
    const [pending] = gateway.committed('pending');
    if (pending !== undefined)
      return `pending ${String(pending['tenant'])} ${String(pending['ref'])} waits on ${String(pending['waits_on'])}`;
    for (const table of ['unpublished_message', 'unpublished_answer'])
      if (gateway.committed(table).length > 0) return 'messages of the gateway unpublished';
    if (this.day.shape.feed && !this.intuit.hasTold) return 'a webhook is on its way';
    const unread = gateway.committed('webhook_event').filter((row) => row['done_at'] === null);
    const isUnread = unread.length > 0 || gateway.committed('held_change').length > 0;
    if (isUnread && this.isConnected()) return 'changes are not read';
    for (const service of this.services) {
      const { name } = service;
      const database = this.databases.get(name) as MemoryPostgres;
      if (database.committed('unpublished').length > 0) return `events of ${name} unpublished`;
      const behind = this.behind(name, topicsOf(service, this.day.shape.feed), database);
      if (behind !== '') return behind;
      const due = database
        .committed('settings')
        .some((row) => Number(row['version']) > Number(row['redecided_version']));
      if (due) return `${name} has not decided again`;
    }
    return this.behind('gateway', GATEWAY_TOPICS, gateway);
  }

  /** A company whose grant is suspected is not read, and is tried again only when something of it waits. */
  private isConnected(): boolean {
    return this.gatewayDatabase.committed('company').every((row) => row['state'] === 'connected');
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
    const { world, intuit, kafka, gatewayDatabase, told } = this;
    const rows = rowsIn(kafka);
    const realms = [...intuit.realms];
    const faults = judge({
      told,
      rows,
      shown: shownIn(intuit),
      writes: realms.flatMap(([realm, { sent }]) => sent.map((one) => ({ ...one, tenant: tenantOf(realm) }))),
      looks: realms.flatMap(([realm, { looks }]) => looks.map((one) => ({ ...one, tenant: tenantOf(realm) }))),
      unsureMs: LATEST_MS,
      answers: answersIn(gatewayDatabase),
      changes: changesIn(kafka),
      edits: editsIn(intuit),
      notices: noticesIn(gatewayDatabase),
      feed: this.day.shape.feed && this.isConnected(),
    });
    for (const fault of faults) world.fail(fault);
    this.count(rows);
  }

  private count(rows: ReadonlyMap<string, LogRow>): void {
    const { counters } = this.world.faults;
    for (const { state } of rows.values()) if (state === 'needs attention') counters.count('held');
    for (const { looks, sent, records } of this.intuit.realms.values()) {
      const creates = sent.filter(({ create }) => create);
      const twice = creates.filter(
        (one, at) =>
          creates.findIndex(({ identity }) => identity === one.identity) !== at &&
          creates.some(
            (other) => other.identity === one.identity && other.doubtful && one.at - other.at >= UNSURE_WAIT_MS,
          ),
      );
      counters.count('resent after two looks', twice.length);
      const doubtful = creates.filter(
        ({ doubtful: unsure, identity }) => unsure && creates.filter((one) => one.identity === identity).length === 1,
      );
      if (looks.length > 0) counters.count('found by looking', doubtful.length);
      if (new Set(sent.map(({ by }) => by)).size > 1) counters.count('shard changed hands');
      for (const { resource, record } of records.byId.values()) {
        if (String(record['PrivateNote']).startsWith('Voided')) counters.count('voided');
        if (resource === 'Payment') counters.count('payment posted');
      }
    }
    counters.count('parent asked for', this.kafka.messages(TOPICS.commands.name).length);
    counters.count('change told', changesIn(this.kafka).length);
  }
}
