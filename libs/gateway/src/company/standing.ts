import type { ConnectionWhy } from '@qbo-sync/contracts/connection-why';
import { connectionWhy } from '@qbo-sync/contracts/connection-why';
import type { CompanyCondition, ConnectionState } from '@qbo-sync/contracts/sync/activity';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import { readActive } from './condition';
import { drain, type Drain, type Sent } from '../decide/drain';
import { condition } from '../decide/gate';
import { monthOf } from '../decide/throttle';
import type { Sql } from '../sql/client';
import { selectCompanies, selectCompany, type CompanyRow } from '../sql/companies';
import { selectLeft, selectMeteredReads, selectQueues, selectSent, type QueueRow } from '../sql/standing';

/** Rows that wait, and since when the first of them. */
export interface Queue {
  readonly waiting: number;
  readonly oldestAt: string | null;
}

/** How things stand for one company, for operators: counts, moments and codes, nothing of any record. */
export interface Standing {
  readonly tenant: string;
  readonly books: string;
  readonly connection: ConnectionState;
  readonly why?: ConnectionWhy;
  readonly condition: CompanyCondition;
  readonly since: string | null;
  readonly retryAt: string | null;
  /** `live` and `backlog` by lane; `held`: those that wait for another record. */
  readonly queue: Readonly<Record<QueueClass, Queue>>;
  /** Null: nothing waits but for records that nobody knows. `at`: null while nobody knows when QuickBooks may be called. */
  readonly drain: { readonly etaSeconds: number; readonly at: string | null; readonly perMinute: number } | null;
  /** Of the backlog that was there when the company was let through again; null: none is left of it. */
  readonly catchingUp: { readonly done: number; readonly total: number; readonly since: string } | null;
  readonly readsThisMonth: number;
}

export const QUEUE_CLASSES = ['live', 'backlog', 'held'] as const;
export type QueueClass = (typeof QUEUE_CLASSES)[number];

/** How things stand for one company; undefined: it was never connected. */
export async function standingOf(
  sql: Sql,
  tenant: string,
  limits: RealmLimits,
  now: Date,
): Promise<Standing | undefined> {
  const company = await selectCompany(sql, tenant);
  if (company === undefined) return undefined;
  const [standing] = await standings(sql, [company], tenant, limits, now);
  return standing;
}

/** How things stand for every company, who waits longest first. */
export async function allStandings(sql: Sql, limits: RealmLimits, now: Date): Promise<Standing[]> {
  const all = await standings(sql, await selectCompanies(sql), null, limits, now);
  const oldest = ({ queue }: Standing): string =>
    QUEUE_CLASSES.map((one) => queue[one].oldestAt ?? '~').sort()[0] ?? '~';
  return all.sort((a, b) => (oldest(a) < oldest(b) ? -1 : 1));
}

async function standings(
  sql: Sql,
  companies: readonly CompanyRow[],
  tenant: string | null,
  limits: RealmLimits,
  now: Date,
): Promise<Standing[]> {
  const rows = byTenant(await selectQueues(sql, tenant));
  const sent = await selectSent(sql, new Date(now.getTime() - limits.windowMs));
  const reads = await selectMeteredReads(sql, monthOf(now));
  const active = await readActive(
    sql,
    companies.map((company) => company.tenant),
  );
  const left = await selectLeft(sql, tenant);
  return companies.map((company) => {
    const gate = { ...company, active: active.get(company.tenant) ?? null };
    const queue = rows.get(company.tenant) ?? [];
    const drained = drainOf(
      { company, isOpen: condition(gate) === 'ok', queue, sent: sent.get(company.books) },
      limits,
      now,
    );
    const why = connectionWhy(company.refusal);
    return {
      tenant: company.tenant,
      books: company.books,
      connection: company.state,
      ...(why === undefined ? {} : { why }),
      condition: condition(gate),
      since: company.troubleSince?.toISOString() ?? null,
      retryAt: company.retryAt?.toISOString() ?? null,
      queue: classed(queue),
      drain: drained === null ? null : { ...drained, at: drained.at?.toISOString() ?? null },
      catchingUp: catchingUp(company, left.get(company.tenant) ?? 0),
      readsThisMonth: reads.get(company.tenant) ?? 0,
    };
  });
}

function byTenant(rows: readonly QueueRow[]): Map<string, QueueRow[]> {
  const by = new Map<string, QueueRow[]>();
  for (const row of rows) by.set(row.tenant, [...(by.get(row.tenant) ?? []), row]);
  return by;
}

interface DrainFrom {
  readonly company: CompanyRow;
  readonly isOpen: boolean;
  readonly queue: readonly QueueRow[];
  readonly sent: readonly Sent[] | undefined;
}

/**
 * Null: nothing waits that will be sent as things stand; of what waits for a record nobody knows no time can be told. How fast
 * it goes is judged from when what can go came: what waits for another record may have waited for days.
 */
function drainOf({ company, isOpen, queue, sent }: DrainFrom, limits: RealmLimits, now: Date): Drain | null {
  const coming = queue.filter(({ orphaned }) => !orphaned);
  if (coming.length === 0) return null;
  const opensAt = isOpen ? now : TOLD.has(company.trouble ?? '') ? company.retryAt : null;
  const ready = coming.filter(({ held }) => !held).map((row) => row.oldest.getTime());
  const oldest = ready.length === 0 ? now.getTime() : Math.min(...ready);
  return drain(
    {
      waiting: coming.reduce((sum, row) => sum + row.rows, 0),
      sent: sent ?? [],
      waitingSinceMs: Math.max(oldest, company.reopenedAt?.getTime() ?? 0),
      opensAtMs: opensAt?.getTime() ?? null,
    },
    { ...limits.perWindow, windowMs: limits.windowMs, concurrent: limits.concurrent },
    now.getTime(),
  );
}

/** Troubles of which QuickBooks says when they end. */
const TOLD: ReadonlySet<string> = new Set(['rate_limit']);

function catchingUp({ reopenedAt, reopenedWith }: CompanyRow, left: number): Standing['catchingUp'] {
  if (reopenedAt === null || reopenedWith === null || left === 0) return null;
  return { done: Math.max(0, reopenedWith - left), total: reopenedWith, since: reopenedAt.toISOString() };
}

/** Rows by the class operators look at; in all and their oldest. */
function classed(rows: readonly QueueRow[]): Record<QueueClass, Queue> {
  const of = (wanted: QueueClass): Queue => {
    const some = rows.filter(({ lane, held }) => (held ? 'held' : lane) === wanted);
    const oldest = some.map((row) => row.oldest.toISOString()).sort()[0];
    return { waiting: some.reduce((sum, row) => sum + row.rows, 0), oldestAt: oldest ?? null };
  };
  return { live: of('live'), backlog: of('backlog'), held: of('held') };
}
