import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Connections } from '@qbo-sync/gateway/company/connections';
import type { BackOff } from '@qbo-sync/gateway/decide/gate';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { messagesOf } from '@qbo-sync/gateway/outbox';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { Reader } from '@qbo-sync/gateway/calling/reader';
import { ReadsNoted } from '@qbo-sync/gateway/calling/reads-noted';
import { oldestUnpublished } from '@qbo-sync/gateway/sql/answers';
import { oldestOutgoing } from '@qbo-sync/gateway/sql/outgoing';
import { Tokens } from '@qbo-sync/gateway/tokens/tokens';
import { readKeyRing, Vault } from '@qbo-sync/gateway/tokens/vault';
import { QboClient } from '@qbo-sync/qbo/client';
import { REALM_LIMITS, type RealmLimits } from '@qbo-sync/qbo/limiter';
import { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { keysFile, newTenant, settings } from '../spec-rig';

export const UNSURE_WAIT_MS = 1_500;

/** The gateway's schema, for a database of a spec's own. */
export const MIGRATIONS = [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];

/** What only a spec may open. */
export interface RigParts {
  readonly database: { readonly pool: Database; drop(): Promise<void> };
  readonly emulator: {
    readonly url: string;
    readonly authorizeUrl: string;
    readonly tokenUrl: string;
    readonly revokeUrl: string;
    readonly adminUrl: string;
    close(): Promise<void>;
  };
  readonly until: <Result>(
    condition: () => Promise<Result | undefined>,
    options: { readonly timeoutMs: number; readonly what: string },
  ) => Promise<Result>;
  readonly limits?: RealmLimits;
  /** Of rows and of companies. */
  readonly backOff?: BackOff;
}

interface AnswerRow {
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly outcome: string;
  readonly code: string | null;
  readonly record: string | null;
}

/** One write of the emulator's journal. */
interface Write {
  readonly entity: string;
  readonly operation: string;
  readonly id: string;
}

interface Said {
  readonly topic: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * The gateway's kit over a database of its own and an emulated QuickBooks, without Kafka: requests are put in, answers are
 * read where they are stored. `crash` forgets the dispatcher in the middle of what it does and builds a new one over the
 * same database, which shuts the old one out.
 */
export function storyRig({
  database,
  emulator,
  until,
  limits = REALM_LIMITS,
  backOff = { baseMs: 50, capMs: 200 },
}: RigParts) {
  const db = database.pool;
  const vault = new Vault(readKeyRing(keysFile()));
  const oauth = new IntuitOAuth({
    clientId: 'sandbox-client',
    clientSecret: 'sandbox-secret',
    redirectUri: 'http://127.0.0.1:1/oauth/callback',
    authorizeUrl: emulator.authorizeUrl,
    tokenUrl: emulator.tokenUrl,
    revokeUrl: emulator.revokeUrl,
  });
  const clock = (): Date => new Date();
  const client = new QboClient(emulator.url);
  const tokens = new Tokens(db, vault, oauth, clock);
  const connections = new Connections({ db, vault, oauth, client });
  const errors: unknown[] = [];
  const gateways: { readonly dispatcher: Dispatcher; readonly permits: Permits; readonly reader: Reader }[] = [];
  const tenant = newTenant();

  const dispatch = async (): Promise<void> => {
    const permits = new Permits(limits);
    const watch = new CompanyWatch(db, clock, () => dispatcher.wake(), backOff);
    const reads = new ReadsNoted(db, clock, (error) => errors.push(error));
    const quickbooks = new Quickbooks(client, tokens, permits, watch, undefined, undefined, reads);
    const dispatcher: Dispatcher = new Dispatcher({
      ...{ db, quickbooks, backOff, owner: 'spec', unsureWaitMs: UNSURE_WAIT_MS, pollMs: 100 },
      onError: (error) => errors.push(error),
    });
    gateways.push({ dispatcher, permits, reader: new Reader(db, quickbooks) });
    await dispatcher.start();
  };
  const wake = (): void => gateways.at(-1)?.dispatcher.wake();

  const connect = async (as = tenant) => {
    const answer = await fetch(await connections.begin(as), { redirect: 'manual' });
    const query = new URL(answer.headers.get('location') ?? '').searchParams;
    return connections.finish(Object.fromEntries(query));
  };

  const admin = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${emulator.adminUrl}/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const json = (await answer.json()) as T & { error?: string };
    if (!answer.ok) throw new Error(`emulator: ${json.error}`);
    return json;
  };

  const answers = async (ref?: string): Promise<AnswerRow[]> => {
    const { rows } = await db.query<AnswerRow & { revision: string }>(
      `select ref, revision, attempt, outcome, code, record from answer where $1::text is null or ref = $1 order by id`,
      [ref ?? null],
    );
    return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
  };

  return {
    ...{ tenant, db, emulator, connections, tokens, vault, admin, connect, dispatch, answers, errors },
    /** Forgets the gateway where it stands: what it held in memory is not known to the next one. */
    crash: dispatch,
    /** Ends the gateway, and starts one that knows nothing but what is stored. */
    restart: async (): Promise<void> => {
      await gateways.at(-1)?.dispatcher.stop();
      await dispatch();
    },
    /** A person's read, inside the same limits. */
    read: (path: string, params: Record<string, string> = {}) => {
      const gateway = gateways.at(-1);
      if (gateway === undefined) throw new Error('nothing dispatches');
      return gateway.reader.read(tenant, path, params);
    },
    wake,
    /** How many single calls could go now. */
    room: (books: string, spared = 0): number => gateways.at(-1)?.permits.room(books, 'single', spared).now ?? 0,
    /** How many calls are under way. */
    underWay: (books: string): number => {
      const permits = gateways.at(-1)?.permits;
      return (permits?.underWay(books, 'single') ?? 0) + (permits?.underWay(books, 'batch') ?? 0);
    },
    take: async (...requests: QboRequest[]): Promise<void> => {
      const reads = requests.map((request) => ({ request, text: JSON.stringify(request) }));
      await inTransaction(db, (sql) => takeRequests(sql, reads));
      wake();
    },
    settings: async (version: number, change: Partial<SyncSettings>, as = tenant): Promise<void> => {
      await inTransaction(db, (sql) => takeSettings(sql, JSON.stringify(settings(as, version, change)), clock()));
      wake();
    },
    /** The newest answer of a ref, once it is there. */
    answered: (ref: string, revision: number): Promise<AnswerRow> =>
      until(async () => (await answers(ref)).find((answer) => answer.revision === revision), {
        timeoutMs: 15_000,
        what: `the answer to ${ref} at ${revision}`,
      }),
    waits: async (): Promise<Record<string, string>> => {
      const { rows } = await db.query<{ ref: string; waits_on: string }>(
        `select ref, waits_on from pending where waits_on is not null`,
      );
      return Object.fromEntries(rows.map((row) => [row.ref, row.waits_on]));
    },
    openAttempts: async (): Promise<number> => {
      const { rows } = await db.query<{ n: string }>(`select count(*) as n from attempt where closed_at is null`);
      return Number(rows[0]?.n);
    },
    said: async (): Promise<Said[]> => {
      const messages = await oldestOutgoing(db, 100_000);
      const rows = [...(await oldestUnpublished(db, 100_000)).flatMap(messagesOf), ...messages];
      const said = rows.map((row) => ({ topic: row.topic, value: JSON.parse(row.value) as Said['value'] }));
      const at = ({ value }: Said): string => String((value as { at?: unknown }).at);
      return said.sort((one, other) => at(one).localeCompare(at(other)));
    },
    /** What the API wrote, oldest first, as `entity operation id`. */
    writes: async (entity?: string): Promise<string[]> => {
      const { writes } = await admin<{ writes: (Write & { actor: string })[] }>(
        'GET',
        `journal${entity ? `?entity=${entity}` : ''}`,
      );
      return writes
        .filter(({ actor }) => actor === 'api')
        .map((write) => `${write.entity} ${write.operation} ${write.id}`);
    },
    close: async (): Promise<void> => {
      await emulator.close();
      await Promise.all(gateways.map(({ dispatcher }) => dispatcher.stop()));
      for (const { permits } of gateways) permits.stop();
      await client.close();
      await database.drop();
    },
  };
}

export type StoryRig = ReturnType<typeof storyRig>;
