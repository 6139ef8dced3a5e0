import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { QboChange } from '@qbo-sync/contracts/sync/change';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { createProducer } from '@qbo-sync/kafka/producer';
import { endOffsets } from '@qbo-sync/kafka/topics';
import type { CompanySeed } from '@qbo-sync/sandbox/quickbooks/emulator';
import { startQuickBooks, type RunningQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import type { Mode } from './case';
import { ownPort } from './ports';
import { requestMessage, settingsMessage, type To } from './requests';
import { Victim, type Crash } from './victim';

const OPERATOR_TOKEN = 'operator-token-of-the-specs';
export const VERIFIER_TOKEN = 'verifier-token-of-the-specs';
/** The least it may be: how long a create that is not to be found may still appear. */
const UNSURE_WAIT_MS = 1_000;
const SETTLES_WITHIN_MS = 120_000;

export interface JournalWrite {
  readonly entity: string;
  readonly operation: string;
  readonly id: string;
  readonly actor: string;
}

/**
 * A world of its own for one case: a database, topics and groups by a prefix, an emulated QuickBooks on a port, and the
 * processes that live in it.
 */
export class World {
  readonly tenant = `co-${randomUUID().slice(0, 8)}`;
  readonly answers: QboAnswer[] = [];
  readonly changes: QboChange[] = [];
  readonly requests: QboRequest[] = [];
  /** Sends whose outcome nobody knew when a process had been killed. */
  leftUnknown: readonly string[] = [];
  private readonly victims: Victim[] = [];
  private readonly prefix = `crash.${randomUUID().slice(0, 8)}.`;
  private readonly kafka = createKafka({ brokers: testBrokers(), clientId: this.prefix });
  private readonly producer = createProducer(this.kafka);
  private listener: RunningConsumer | undefined;

  private constructor(
    readonly database: TestDatabase,
    readonly quickbooks: RunningQuickBooks,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async open(name: string, mode: Mode, companies?: readonly CompanySeed[]): Promise<World> {
    const folder = mkdtempSync(path.join(tmpdir(), 'qbo-sync-crash-'));
    const database = await testDatabase({ name: `crash ${name}`, migrations: [] });
    const quickbooks = await startQuickBooks({
      port: 0,
      journalFile: path.join(folder, 'journal'),
      settings: { requestidMode: mode },
      ...(companies === undefined ? {} : { companies }),
    });
    const world = new World(database, quickbooks, folder, await ownPort());
    world.keys('k1');
    return world;
  }

  /** The key ring: every key named so far but those taken off, with the current one. */
  keys(current: string, takenOff: readonly string[] = []): void {
    this.ring[current] ??= randomBytes(32).toString('base64');
    for (const key of takenOff) delete this.ring[key];
    writeFileSync(this.keysFile, JSON.stringify({ current, keys: this.ring }), { mode: 0o600 });
  }

  /** Starts the gateway, at its usual place or at another. */
  gateway(crash?: Crash, port = this.port): Victim {
    const { quickbooks } = this;
    return this.start({
      app: 'qbo-gateway',
      port,
      crash,
      env: {
        OPERATOR_TOKEN,
        QBO_API_URL: quickbooks.url,
        INTUIT_AUTHORIZE_URL: quickbooks.authorizeUrl,
        INTUIT_TOKEN_URL: quickbooks.tokenUrl,
        INTUIT_REVOKE_URL: quickbooks.revokeUrl,
        INTUIT_CLIENT_ID: 'sandbox-client',
        INTUIT_CLIENT_SECRET: 'sandbox-secret',
        INTUIT_REDIRECT_URI: `http://127.0.0.1:${port}/oauth/callback`,
        INTUIT_WEBHOOK_VERIFIER_TOKEN: VERIFIER_TOKEN,
        TOKEN_KEYS_FILE: this.keysFile,
        QBO_UNSURE_WAIT_MS: String(UNSURE_WAIT_MS),
      },
    });
  }

  /** Starts an entity service, over the same database: a world has one or the other. */
  service(app: string, crash?: Crash): Victim {
    return this.start({ app, port: this.port, crash, env: { OPERATOR_TOKEN } });
  }

  /** Another replica: it holds no lease of the usual one's. */
  async anotherGateway(crash?: Crash): Promise<Victim> {
    return this.gateway(crash, await ownPort());
  }

  /** Connects a tenant to the emulator's next company; its books are live from then on. */
  async connect(gateway: Victim, tenant = this.tenant, company = 'us-auto'): Promise<To> {
    await this.admin('POST', 'next-company', { company });
    const internal = async <T>(method: string, call: string): Promise<T> => {
      const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
      const answer = await fetch(`${gateway.url}/internal/companies/${tenant}/${call}`, { method, headers });
      if (!answer.ok) throw new Error(`${call}: ${await answer.text()}`);
      return answer.json() as T;
    };
    const { authorizeUrl } = await internal<{ authorizeUrl: string }>('POST', 'connection/start');
    await (await fetch(authorizeUrl)).arrayBuffer();
    const { books } = await internal<{ books: string }>('GET', 'connection');
    const to = { tenant, books };
    await this.send([settingsMessage(to, 1)]);
    return to;
  }

  /** Sends under this world's own names of topics. */
  send(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.producer.send(messages.map((message) => ({ ...message, topic: this.nameOf(message.topic) })));
  }

  request(...requests: QboRequest[]): Promise<void> {
    return this.send(requests.map(requestMessage));
  }

  /** Hears what is said, from the first message on; the topics are there once a process is ready. */
  listen(topics: readonly string[] = [TOPICS.answers.name, TOPICS.changes.name]): void {
    this.listener = runConsumer({
      kafka: this.kafka,
      groupId: `${this.prefix}listener`,
      topics: topics.map((topic) => this.nameOf(topic)),
      handle: ({ topic, messages }) => {
        for (const { value } of messages) this.hear(topic, JSON.parse(value?.toString('utf8') ?? '{}'));
        return Promise.resolve({ outcome: 'done' });
      },
    });
  }

  private hear(topic: string, said: unknown): void {
    if (topic === this.nameOf(TOPICS.answers.name)) this.answers.push(said as QboAnswer);
    else if (topic === this.nameOf(TOPICS.changes.name)) this.changes.push(said as QboChange);
    else if (topic === this.nameOf(TOPICS.requests.name)) this.requests.push(said as QboRequest);
  }

  /** A topic as it is called in this world. */
  nameOf(topic: string): string {
    return this.prefix + topic;
  }

  /** Until each of these refs has been answered, on Kafka and in the database, and nothing is left to do or to say. */
  async settled(refs: readonly string[]): Promise<void> {
    const left = (): string[] => refs.filter((ref) => !this.answers.some((answer) => answer.ref === ref));
    await until(async () => left().length === 0 && (await this.left()) === 0, {
      timeoutMs: SETTLES_WITHIN_MS,
      what: `answers to ${refs.join(', ')}`,
      everyMs: 50,
    }).catch(async (error: Error) => {
      throw new Error(`${error.message}; missing: ${left().join(', ')}; left in the database: ${await this.left()}`);
    });
  }

  /** Rows that say that something is still to be done, sent or said. */
  private async left(): Promise<number> {
    const { rows } = await this.database.pool.query<{ table: string }>(
      `select tablename as table from pg_tables where schemaname = 'public' and tablename like 'unpublished%'`,
    );
    const tables = ['pending', 'attempt where closed_at is null', ...rows.map(({ table }) => table)];
    return this.count(`(${tables.map((table) => `select 1 from ${table}`).join(' union all ')}) as left_over`);
  }

  openAttempts(): Promise<number> {
    return this.count('attempt where closed_at is null');
  }

  /** Sends of unknown outcome: each attempt that is open, by the times it was sent. None before the gateway's tables are there. */
  async unknownSends(): Promise<readonly string[]> {
    if ((await this.count(`pg_tables where tablename = 'attempt'`)) === 0) return [];
    const { rows } = await this.database.pool.query<{ send: string }>(
      `select concat_ws(' ', tenant, ref, number, sends) as send from attempt where closed_at is null`,
    );
    return rows.map(({ send }) => send);
  }

  async count(of: string): Promise<number> {
    const { rows } = await this.database.pool.query<{ n: number }>(`select count(*)::int as n from ${of}`);
    return rows[0]?.n ?? 0;
  }

  /** Per partition of the requests' topic: the next offset stored with what it caused, and the log's end. */
  async offsets(): Promise<{ readonly stored: string; readonly end: string }[]> {
    const ends = await endOffsets(this.kafka, this.nameOf(TOPICS.requests.name));
    const { rows } = await this.database.pool.query<{ partition: number; next_offset: string }>(
      `select partition, next_offset from partition_offset where topic = $1 and next_offset is not null`,
      [this.nameOf(TOPICS.requests.name)],
    );
    return ends.map(({ partition, offset }) => ({
      stored: rows.find((row) => row.partition === partition)?.next_offset ?? '0',
      end: String(offset),
    }));
  }

  /** Stores that everything written to a topic was handled, though it was not. */
  async skipToEnd(topic: string): Promise<void> {
    for (const { partition, offset } of await endOffsets(this.kafka, this.nameOf(topic))) {
      await this.database.pool.query(
        `insert into partition_offset (consumer_group, topic, partition, next_offset)
         select distinct consumer_group, $1, $2::int, $3::bigint from partition_offset
         on conflict (consumer_group, topic, partition) do update set next_offset = excluded.next_offset`,
        [this.nameOf(topic), partition, String(offset)],
      );
    }
  }

  async admin<T>(method: string, call: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.quickbooks.adminUrl}/${call}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as T & { error?: string };
    if (!answer.ok) throw new Error(`emulator: ${json.error}`);
    return json;
  }

  /** How often a disturbance was met. */
  async hits(id: string): Promise<number> {
    const { disturbances } = await this.admin<{ disturbances: { id: string; hits: number }[] }>('GET', 'disturbances');
    return disturbances.find((one) => one.id === id)?.hits ?? -1;
  }

  /** What the API wrote, oldest first. */
  async writes(): Promise<JournalWrite[]> {
    const { writes } = await this.admin<{ writes: JournalWrite[] }>('GET', 'journal');
    return writes.filter(({ actor }) => actor === 'api');
  }

  /** True once any of its processes has stood at its point. */
  anyStood(): boolean {
    return this.victims.some((victim) => victim.stood());
  }

  /** The logs of its processes, for whoever looks into a case that failed. */
  logs(): string {
    return this.victims.map((victim) => victim.log).join('');
  }

  async close(): Promise<void> {
    for (const victim of this.victims) victim.kill('SIGKILL');
    await this.listener?.stop();
    await this.producer.close();
    await this.forgetTopics();
    await this.quickbooks.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private readonly ring: Record<string, string> = {};

  private get keysFile(): string {
    return path.join(this.folder, 'keys.json');
  }

  private async forgetTopics(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    const own = (await admin.listTopics()).filter((topic) => topic.startsWith(this.prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
    await admin.disconnect();
  }

  private start(options: {
    readonly app: string;
    readonly port: number;
    readonly crash: Crash | undefined;
    readonly env: Readonly<Record<string, string>>;
  }): Victim {
    const { app, port, crash, env } = options;
    const victim = new Victim({
      app,
      url: `http://127.0.0.1:${port}`,
      log: path.join(this.folder, `${app}-${this.victims.length}.log`),
      ...(crash === undefined ? {} : { crash }),
      env: {
        KAFKA_BROKERS: testBrokers(),
        DATABASE_URL: this.database.url,
        PORT: String(port),
        LOG_LEVEL: 'debug',
        OWN_NAMES: this.prefix,
        ...env,
      },
    });
    this.victims.push(victim);
    return victim;
  }
}
