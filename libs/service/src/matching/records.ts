import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { HeldAs, OurRecord } from './definition';
import type { Place } from './lists';

type Reader = Pick<Client, 'query'>;

/** One record of QuickBooks' lists. */
export interface ListedRecord {
  readonly id: string;
  readonly keys: readonly string[];
  /** JSON text. */
  readonly record: string;
}

/** A key of one company's, so that the index never leads to another's. */
const keyOf = (tenant: string, key: string): string => `${tenant}:${key}`;

/** Stores a page; a record that was there before is replaced. Keys hold no line break. */
export async function storeRecords(
  client: Reader,
  { tenant, books }: Place,
  { resource, readId, records }: { resource: string; readId: string; records: readonly ListedRecord[] },
): Promise<void> {
  await client.query(
    `insert into match_record as r (tenant, books, resource, id, read_id, keys, record)
     select $1, $2, $3, p.id, $4, string_to_array(p.keys, E'\\n'), p.record
       from unnest($5::text[], $6::text[], $7::text[]) as p (id, keys, record)
     on conflict (tenant, books, resource, id) do update set
       read_id = excluded.read_id, keys = excluded.keys, record = excluded.record`,
    [
      ...[tenant, books, resource, readId],
      records.map(({ id }) => id),
      records.map(({ keys }) => keys.map((key) => keyOf(tenant, key)).join('\n')),
      records.map(({ record }) => record),
    ],
  );
}

/** What this reading did not bring is not there any more. */
export async function dropOlder(client: Reader, { tenant, books }: Place, readId: string): Promise<void> {
  await client.query(`delete from match_record where tenant = $1 and books = $2 and read_id <> $3`, [
    tenant,
    books,
    readId,
  ]);
}

/** QuickBooks does not have them any more. */
export async function dropRecords(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  ids: readonly string[],
): Promise<void> {
  await client.query(
    `delete from match_record where tenant = $1 and books = $2 and resource = $3 and id = any($4::text[])`,
    [tenant, books, resource, ids],
  );
}

interface Row {
  id: string;
  record: string;
  held_by: string | null;
  held_as: HeldAs | null;
}

/** A record with who of ours holds it. */
export interface HeldRecord {
  readonly id: string;
  readonly record: TextObject;
  /** The same as QuickBooks spelt it, JSON text. */
  readonly text: string;
  readonly heldBy: string | null;
  readonly heldAs: HeldAs | null;
}

export async function selectRecords(
  client: Reader,
  { tenant, books }: Place,
  resources: readonly string[],
): Promise<readonly HeldRecord[]> {
  const { rows } = await client.query<Row>(
    `select id, record, held_by, held_as from match_record
      where tenant = $1 and books = $2 and resource = any($3::text[])`,
    [tenant, books, resources],
  );
  return rows.map(read);
}

/** Records of these resources that share a key with one of ours. */
export async function selectNear(
  client: Reader,
  { tenant, books }: Place,
  resources: readonly string[],
  keys: readonly string[],
): Promise<readonly HeldRecord[]> {
  if (keys.length === 0) return [];
  const { rows } = await client.query<Row>(
    `select id, record, held_by, held_as from match_record
      where keys && $4::text[] and tenant = $1 and books = $2 and resource = any($3::text[])`,
    [tenant, books, resources, keys.map((key) => keyOf(tenant, key))],
  );
  return rows.map(read);
}

export async function selectById(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, HeldRecord>> {
  const { rows } = await client.query<Row>(
    `select id, record, held_by, held_as from match_record
      where tenant = $1 and books = $2 and resource = $3 and id = any($4::text[])`,
    [tenant, books, resource, ids],
  );
  return new Map(rows.map((row) => [row.id, read(row)]));
}

/** Notes which of ours hold records; of two that hold one the later stands. */
export async function holdRecords(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  ours: readonly OurRecord[],
): Promise<void> {
  const byId = new Map(
    ours.flatMap(({ ref, linked }) => (linked === undefined ? [] : [[linked.id, { ref, ...linked }]])),
  );
  const held = [...byId.values()];
  await client.query(
    `update match_record r set held_by = h.ref, held_as = h.held_as
       from unnest($4::text[], $5::text[], $6::text[]) as h (id, ref, held_as)
      where r.tenant = $1 and r.books = $2 and r.resource = $3 and r.id = h.id
        and (r.held_by, r.held_as) is distinct from (h.ref, h.held_as)`,
    [tenant, books, resource, held.map(({ id }) => id), held.map(({ ref }) => ref), held.map((one) => one.as)],
  );
}

function read({ id, record, held_by: heldBy, held_as: heldAs }: Row): HeldRecord {
  return { id, record: readNumbersAsText(record) as TextObject, text: record, heldBy, heldAs };
}
