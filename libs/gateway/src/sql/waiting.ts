import type { Sql } from './client';
import { joined } from './joined';

export interface Wait {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly said: string;
  readonly waitsOn?: string;
  readonly notBefore?: Date;
  readonly attempts?: number;
}

/** Lets a row wait, unless a higher revision has taken its place. */
export async function updateWait(sql: Sql, wait: Wait): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update pending set waits_on = $4, not_before = $5, said = $6, attempts = coalesce($7, attempts),
                        waits_since = case when $4::text is null then null
                                           when waits_on = $4 then waits_since
                                           else clock_timestamp() end
      where tenant = $1 and ref = $2 and revision = $3`,
    [
      wait.tenant,
      wait.ref,
      wait.revision,
      wait.waitsOn ?? null,
      wait.notBefore ?? null,
      wait.said,
      wait.attempts ?? null,
    ],
  );
  return rowCount === 1;
}

/** What waits for these refs is looked at again; the tenants of what did. Of most tenants nothing waits. */
export async function wakeWaiters(
  sql: Sql,
  awaited: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<Set<string>> {
  const waiting = await selectWaiting(sql, new Set(awaited.map(({ tenant }) => tenant)));
  return updateWoken(sql, waiting.size === 0 ? [] : awaited.filter(({ tenant }) => waiting.has(tenant)));
}

/** Those of which something waits. */
async function selectWaiting(sql: Sql, tenants: ReadonlySet<string>): Promise<Set<string>> {
  if (tenants.size === 0) return new Set();
  const { rows } = await sql.query<{ tenant: string }>({
    name: 'pending waiting',
    text: `select t.tenant from unnest(string_to_array($1, chr(30))) as t (tenant)
      cross join lateral (select from pending o where o.tenant = t.tenant and o.waits_on is not null limit 1) as waiting`,
    values: [joined([...tenants])],
  });
  return new Set(rows.map(({ tenant }) => tenant));
}

async function updateWoken(
  sql: Sql,
  awaited: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<Set<string>> {
  if (awaited.length === 0) return new Set();
  const { rows } = await sql.query<{ tenant: string }>({
    name: 'pending woken',
    text: `update pending set waits_on = null where ctid = any(array(
       select p.ctid
         from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) as a (tenant, ref)
        cross join lateral (
          select o.ctid from pending o where o.tenant = a.tenant and o.waits_on = a.ref offset 0 for update
        ) as p
     )) returning tenant`,
    values: [joined(awaited.map(({ tenant }) => tenant)), joined(awaited.map(({ ref }) => ref))],
  });
  return new Set(rows.map(({ tenant }) => tenant));
}

/** Rows whose wait is over although nobody woke them (a process that died between the answer and the wake). */
export async function wakeForgotten(sql: Sql): Promise<void> {
  await sql.query(
    `update pending w set waits_on = null
      where w.waits_on is not null
        and not exists (select from pending p where p.tenant = w.tenant and p.ref = w.waits_on)
        and (w.kind = 'remove' or w.last or exists (select from link l where l.books = w.books and l.ref = w.waits_on))`,
  );
}

/** A row that waits for a parent nobody has sent. */
export interface Orphan {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempts: number;
  readonly waitsOn: string;
}

/** Rows whose parent has been neither linked nor asked of us for too long, and of which that was not said yet. */
export async function selectOrphans(sql: Sql, waitingSince: Date, limit: number): Promise<Orphan[]> {
  const { rows } = await sql.query<{
    tenant: string;
    ref: string;
    revision: string;
    attempts: number;
    waits_on: string;
  }>(
    `select w.tenant, w.ref, w.revision, w.attempts, w.waits_on from pending w
      where w.waits_on is not null and w.waits_since < $1 and w.said not like 'orphan/%'
        and not exists (select from pending p where p.tenant = w.tenant and p.ref = w.waits_on)
        and not exists (select from link l where l.books = w.books and l.ref = w.waits_on)
      order by w.waits_since limit $2`,
    [waitingSince, limit],
  );
  return rows.map(({ revision, waits_on: waitsOn, ...row }) => ({ ...row, revision: Number(revision), waitsOn }));
}

/** Notes that it was said; false: the row is another by now. */
export async function updateOrphanSaid(sql: Sql, { tenant, ref, revision, waitsOn }: Orphan): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update pending set said = 'orphan/' || waits_on
      where tenant = $1 and ref = $2 and revision = $3 and waits_on = $4 and said not like 'orphan/%'`,
    [tenant, ref, revision, waitsOn],
  );
  return rowCount === 1;
}
