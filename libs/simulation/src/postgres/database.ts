import { Copy } from '@qbo-sync/gateway/sql/copying';
import { CopiedRows } from './copied-rows';
import { LockWait, Transaction, type Table } from './rows';
import { execute } from './execute';
import { parseStatements } from './parse-statement';
import type { Statement } from './syntax';
import { shown, type Row } from './values';

export interface QueryAnswer {
  readonly rows: Row[];
  readonly rowCount: number;
}

/** When statements run: a scheduler decides, so that every one of them is a step at which anything else may come first. */
export interface Pace {
  /** Resolves when a client's statement may run; rejects when its connection was lost; never, once its process is dead. */
  step(client: MemoryClient, what: string): Promise<void>;
  /** Called once a statement has run, before its answer is heard. */
  done(client: MemoryClient, what: string): Promise<void>;
  now(): Date;
}

const parsed = new Map<string, readonly Statement[]>();

function parse(sql: string): readonly Statement[] {
  const known = parsed.get(sql);
  if (known !== undefined) return known;
  const statements = parseStatements(sql);
  parsed.set(sql, statements);
  return statements;
}

const AT_ONCE: Pace = {
  step: () => Promise.resolve(),
  done: () => Promise.resolve(),
  now: () => new Date(),
};

/**
 * Postgres as the product's statements see it: READ COMMITTED, row locks, unique keys, identities that are taken before
 * their transaction commits, advisory locks, deadlocks. Answers `pg.Pool`'s `connect` and `query`; it is handed in where
 * the product takes a pool.
 */
export class MemoryPostgres {
  readonly tables = new Map<string, Table>();
  private readonly advisory = new Map<string, { owner: MemoryClient; count: number }>();
  private readonly advisoryWaiters = new Map<string, (() => void)[]>();
  private nextTransaction = 1;

  /** A pool of one process. */
  pool(pace: Pace = AT_ONCE, process = 'only'): MemoryPool {
    return new MemoryPool(this, pace, process);
  }

  /** Rows of a table as they are committed, in the order in which they were made: for whoever looks from outside. */
  committed(table: string): Row[] {
    return [...(this.tables.get(table)?.slots ?? [])].flatMap(({ committed }) =>
      committed === null ? [] : [committed],
    );
  }

  begin(): Transaction {
    this.nextTransaction += 1;
    return new Transaction(this.nextTransaction);
  }

  /** Runs statements in a transaction; waits for locks, ends in 40P01 where that would be for ever. */
  async run(
    client: MemoryClient,
    transaction: Transaction,
    sql: string,
    params: readonly unknown[],
    now: Date,
  ): Promise<QueryAnswer> {
    let answer: QueryAnswer = { rows: [], rowCount: 0 };
    for (const statement of parse(sql)) answer = await this.one(client, transaction, statement, params, now);
    return answer;
  }

  private async one(
    client: MemoryClient,
    transaction: Transaction,
    statement: Statement,
    params: readonly unknown[],
    now: Date,
  ): Promise<QueryAnswer> {
    for (;;) {
      const mark = transaction.undo.length;
      try {
        const effect = (name: string, args: readonly unknown[]): unknown =>
          this.effect(client, transaction, name, args);
        const { rows, count } = execute(statement, { transaction, params, now, tables: this.tables, effect });
        return { rows: rows.map(shownRow), rowCount: count };
      } catch (error) {
        transaction.undoTo(mark);
        if (error instanceof AdvisoryWait)
          await new Promise<void>((resolve) => this.waitersOf(error.key).push(resolve));
        else if (error instanceof LockWait) await waitFor(transaction, error.holder);
        else throw error;
        if (client.isDead) await new Promise<never>(() => undefined);
      }
    }
  }

  /** Gives back what a connection held. */
  dropSession(client: MemoryClient): void {
    for (const [key, held] of [...this.advisory]) if (held.owner === client) this.free(key);
  }

  freeOf(client: MemoryClient, key: string): void {
    const held = this.advisory.get(key);
    if (held?.owner !== client) return;
    held.count -= 1;
    if (held.count === 0) this.free(key);
  }

  private free(key: string): void {
    this.advisory.delete(key);
    const waiting = this.waitersOf(key).splice(0);
    for (const wake of waiting) wake();
  }

  private waitersOf(key: string): (() => void)[] {
    const known = this.advisoryWaiters.get(key);
    if (known !== undefined) return known;
    const fresh: (() => void)[] = [];
    this.advisoryWaiters.set(key, fresh);
    return fresh;
  }

  private effect(client: MemoryClient, transaction: Transaction, name: string, args: readonly unknown[]): unknown {
    const key = args.map(String).join('/');
    switch (name) {
      case 'pg_try_advisory_lock':
        return this.takes(client, key);
      case 'pg_try_advisory_xact_lock': {
        const got = this.takes(client, key);
        if (got) transaction.whenEnded(() => this.freeOf(client, key));
        return got;
      }
      case 'pg_advisory_lock':
      case 'pg_advisory_xact_lock':
        if (!this.takes(client, key)) throw new AdvisoryWait(key);
        if (name === 'pg_advisory_xact_lock') transaction.whenEnded(() => this.freeOf(client, key));
        return '';
      case 'pg_advisory_unlock':
        this.freeOf(client, key);
        return true;
      case 'pg_notify':
      case 'set_config':
        return '';
      default:
        throw new Error(`the function ${name} is not known here`);
    }
  }

  private takes(client: MemoryClient, key: string): boolean {
    const held = this.advisory.get(key);
    if (held !== undefined && held.owner !== client) return false;
    this.advisory.set(key, { owner: client, count: (held?.count ?? 0) + 1 });
    return true;
  }
}

function shownRow(row: Row): Row {
  const copy: Record<string, unknown> = {};
  for (const name in row) copy[name] = shown(row[name]);
  return copy;
}

/** What ends or begins a transaction, told once for each text. */
type Control = 'begin' | 'savepoint' | 'release' | 'back' | 'commit' | 'rollback' | 'set' | undefined;
const controls = new Map<string, Control>();

function controlOf(sql: string): Control {
  if (controls.has(sql)) return controls.get(sql);
  const word = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase();
  const known = (['begin', 'savepoint', 'release', 'commit', 'rollback', 'set'] as const).find((one) => one === word);
  const control = /^\s*rollback to/.test(sql) ? 'back' : known;
  controls.set(sql, control);
  return control;
}

class AdvisoryWait extends Error {
  constructor(readonly key: string) {
    super('waits for an advisory lock');
  }
}

async function waitFor(transaction: Transaction, holder: Transaction): Promise<void> {
  for (let at: Transaction | undefined = holder; at !== undefined; at = at.waitsFor) {
    if (at === transaction) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
  }
  transaction.waitsFor = holder;
  await new Promise<void>((resolve) => holder.whenEnded(resolve));
  transaction.waitsFor = undefined;
}

/** A statement by its text, or with a name under which the server would keep it. */
type Asked = string | { readonly text: string; readonly values: readonly unknown[] };

/** One connection: at most one transaction, and the session's advisory locks. */
export class MemoryClient {
  isDead = false;
  private transaction: Transaction | undefined;
  /** That of a statement by itself, while it runs or waits for a lock. */
  private single: Transaction | undefined;
  private failed = false;
  private savepoint = 0;

  constructor(
    private readonly database: MemoryPostgres,
    private readonly pace: Pace,
    readonly process: string,
    private readonly onGone: (client: MemoryClient) => void,
  ) {}

  query(asked: Asked, given?: readonly unknown[]): Promise<QueryAnswer>;
  query(asked: Copy): Copy;
  query(asked: Asked | Copy, given: readonly unknown[] = []): Promise<QueryAnswer> | Copy {
    if (asked instanceof Copy) return this.copy(asked);
    const { text, values } = typeof asked === 'string' ? { text: asked, values: given } : asked;
    return this.ask(text, values);
  }

  /** Its caller is told by its callback. */
  private copy(copy: Copy): Copy {
    const rows = new CopiedRows();
    copy.write(rows);
    this.ask(copy.text, [rows]).then(
      () => copy.callback(null),
      (error: unknown) => copy.callback(error as Error),
    );
    return copy;
  }

  private async ask(text: string, values: readonly unknown[]): Promise<QueryAnswer> {
    await this.pace.step(this, text);
    const answer = await this.now(text, values);
    await this.pace.done(this, text);
    return answer;
  }

  on(): this {
    return this;
  }

  off(): this {
    return this;
  }

  release(destroy?: unknown): void {
    if (destroy !== undefined && destroy !== false) this.drop();
    this.onGone(this);
  }

  /** The connection is gone: what it had open is rolled back, its session's locks are free. */
  drop(): void {
    this.transaction?.end('rollback');
    this.transaction = undefined;
    this.single?.end('rollback');
    this.single = undefined;
    this.database.dropSession(this);
  }

  private async now(sql: string, params: readonly unknown[]): Promise<QueryAnswer> {
    const word = controlOf(sql);
    const nothing: QueryAnswer = { rows: [], rowCount: 0 };
    if (word === 'begin') {
      this.transaction = this.database.begin();
      this.failed = false;
      return nothing;
    }
    if (word === 'savepoint') {
      this.savepoint = this.transaction?.undo.length ?? 0;
      return nothing;
    }
    if (word === 'release') return nothing;
    if (word === 'back') {
      this.transaction?.undoTo(this.savepoint);
      this.failed = false;
      return nothing;
    }
    if (word === 'commit' || word === 'rollback') {
      this.transaction?.end(word === 'commit' && !this.failed ? 'commit' : 'rollback');
      this.transaction = undefined;
      return nothing;
    }
    if (word === 'set') return nothing;
    const own = this.transaction ?? (this.single = this.database.begin());
    try {
      const answer = await this.database.run(this, own, sql, params, this.pace.now());
      if (this.transaction === undefined) own.end('commit');
      return answer;
    } catch (error) {
      if (this.transaction === undefined) own.end('rollback');
      else this.failed = true;
      throw error;
    } finally {
      this.single = undefined;
    }
  }
}

/** What a process holds of the database: any number of connections. */
export class MemoryPool {
  readonly clients = new Set<MemoryClient>();
  private dead = false;

  constructor(
    private readonly database: MemoryPostgres,
    private readonly pace: Pace,
    readonly process: string,
  ) {}

  connect(): Promise<MemoryClient> {
    return this.dead ? new Promise<never>(() => undefined) : Promise.resolve(this.client());
  }

  async query(asked: Asked, given: readonly unknown[] = []): Promise<QueryAnswer> {
    const client = await this.connect();
    try {
      return await client.query(asked, given);
    } finally {
      if (!client.isDead) client.release();
    }
  }

  on(): this {
    return this;
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  /** The process was killed: its connections drop, nothing it waits for comes back. */
  kill(): void {
    this.dead = true;
    for (const client of this.clients) {
      client.isDead = true;
      client.drop();
    }
    this.clients.clear();
  }

  private client(): MemoryClient {
    const client = new MemoryClient(this.database, this.pace, this.process, (gone) => this.clients.delete(gone));
    this.clients.add(client);
    return client;
  }
}
