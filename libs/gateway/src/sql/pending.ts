import type { RequestKind } from '@qbo-sync/contracts/sync/request';
import type { Sql } from './client';
import { joined } from './joined';
import type { RowVersion } from './pending-row';

/** What is asked for of a ref. */
export interface AskedFor {
  readonly tenant: string;
  readonly ref: string;
  readonly kind: RequestKind;
  readonly last: boolean;
}

/** What is pending of these refs; row by row through the key. */
export async function selectPendingOf(
  sql: Sql,
  keys: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<AskedFor[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<AskedFor>({
    name: 'pending of refs',
    text: `select p.tenant, p.ref, p.kind, p.last from unnest($1::text[], $2::text[]) as k (tenant, ref)
      cross join lateral (select * from pending o where o.tenant = k.tenant and o.ref = k.ref limit 1) as p`,
    values: [keys.map(({ tenant }) => tenant), keys.map(({ ref }) => ref)],
  });
  return rows;
}

/** Pending rows that name the ref, or whose record in QuickBooks does; oldest first. */
export async function selectDependants(sql: Sql, tenant: string, books: string, ref: string): Promise<string[]> {
  const { rows } = await sql.query<{ ref: string }>(
    `select p.ref from pending p
      where p.tenant = $1
        and (p.refs @> array[$3::text]
             or exists (select from link l where l.books = $2 and l.ref = p.ref and l.gone is null and l.refs @> array[$3::text]))
      order by p.position limit 10`,
    [tenant, books, ref],
  );
  return rows.map((row) => row.ref);
}

/** What is settled of one ref. */
export interface Settled {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  /** The row that was worked on, where it is known. */
  readonly row?: RowVersion | undefined;
}

/**
 * Of each ref everything up to the answered revision is settled; a higher one stays. True where each was there as it was
 * worked on: then nothing stays.
 */
export async function deletePending(sql: Sql, settled: readonly Settled[]): Promise<boolean> {
  const versions = settled.flatMap(({ row }) => row ?? []);
  // What is not there any more as it was is looked for by its key.
  const unchanged = (await deleteVersions(sql, versions)) === versions.length;
  await deleteSettled(sql, unchanged ? settled.filter(({ row }) => row === undefined) : settled);
  return unchanged && versions.length === settled.length;
}

/** How many of these versions were there still, and are gone now. Row by row through their places, as {@link deleteSettled}. */
async function deleteVersions(sql: Sql, versions: readonly RowVersion[]): Promise<number> {
  if (versions.length === 0) return 0;
  const { rowCount } = await sql.query({
    name: 'pending versions settled',
    text: `delete from pending p
      using unnest(string_to_array((select $1), chr(30))::tid[], string_to_array((select $2), chr(30))::xid[])
              as s (ctid, xmin)
      where p.ctid = s.ctid and p.xmin = s.xmin`,
    values: [joined(versions.map(({ ctid }) => ctid)), joined(versions.map(({ xmin }) => xmin))],
  });
  return rowCount ?? 0;
}

/**
 * Row by row through the key, as the `select`s around the parameters make it: Postgres does not see how many there are, and
 * would read all that is pending.
 */
async function deleteSettled(sql: Sql, settled: readonly Settled[]): Promise<void> {
  if (settled.length === 0) return;
  await sql.query({
    name: 'pending settled',
    text: `delete from pending p
      using unnest(string_to_array((select $1), chr(30)), string_to_array((select $2), chr(30)),
                   string_to_array((select $3), chr(30))) as s (tenant, ref, revision)
      where p.tenant = s.tenant and p.ref = s.ref and p.revision <= s.revision::bigint`,
    values: [
      joined(settled.map(({ tenant }) => tenant)),
      joined(settled.map(({ ref }) => ref)),
      joined(settled.map(({ revision }) => revision)),
    ],
  });
}
