import { messageKey } from '@qbo-sync/contracts/keys';
import { keyedHash, newKey } from './inbox';
import type { Client } from './pool';

/** One aggregate of one company. */
export interface StreamKey {
  readonly tenant: string;
  readonly ref: string;
}

/** What the head says beside its version: how the stream stands after its last event. */
export interface Standing {
  /** To be decided again with every new settings version. */
  readonly open: boolean;
  /** The ref that is waited for. */
  readonly waitsOn: string | null;
  /** RFC 3339: to be decided again then. */
  readonly revisitAt: string | null;
}

/** `version` 0: nothing was appended yet. */
export interface StreamHead extends StreamKey, Standing {
  readonly version: number;
}

export interface NewEvent {
  readonly type: string;
  /** Kept for ever: JSON without names or amounts. */
  readonly data: unknown;
  /** JSON that can be erased. */
  readonly personal?: unknown;
}

export interface StoredEvent extends StreamKey {
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  /** Absent: the event has none, or it was erased (`erased`). */
  readonly personal?: unknown;
  readonly erased: boolean;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
}

export interface Append extends StreamKey {
  /** The version of the head as it was read. */
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  readonly standing: Standing;
}

export type AppendOutcome =
  | { readonly outcome: 'appended'; readonly version: number }
  /** Somebody else appended meanwhile; nothing was stored. `version` is the head's now. */
  | { readonly outcome: 'conflict'; readonly version: number };

/** Finds a stream in the maps these functions return. */
export function streamId(key: StreamKey): string {
  return messageKey(key.tenant, key.ref);
}

/**
 * Locks the heads of these streams until the transaction ends, in key order whatever the order given, so that two
 * transactions never deadlock; a stream that is not there yet gets an empty head. By `streamId`.
 */
export async function lockStreams(client: Client, keys: readonly StreamKey[]): Promise<Map<string, StreamHead>> {
  if (keys.length === 0) return new Map();
  await insertMissingHeads(client, keys);
  const result = await client.query<HeadRow>(
    `select s.tenant, s.ref, s.version, s.open, s.waits_on, s.revisit_at
       from stream s
      where (s.tenant, s.ref) in (select * from unnest($1::text[], $2::text[]))
      order by s.tenant, s.ref
        for update`,
    [keys.map((key) => key.tenant), keys.map((key) => key.ref)],
  );
  return new Map(result.rows.map((row) => [streamId(row), headOf(row)]));
}

async function insertMissingHeads(client: Client, keys: readonly StreamKey[]): Promise<void> {
  await client.query(
    `insert into stream (tenant, ref)
     select distinct tenant, ref from unnest($1::text[], $2::text[]) as k (tenant, ref) order by tenant, ref
     on conflict do nothing`,
    [keys.map((key) => key.tenant), keys.map((key) => key.ref)],
  );
}

/** All events of these streams, oldest first, by `streamId`; a stream without events is absent. */
export async function loadEvents(
  client: Pick<Client, 'query'>,
  keys: readonly StreamKey[],
): Promise<Map<string, StoredEvent[]>> {
  const streams = new Map<string, StoredEvent[]>();
  if (keys.length === 0) return streams;
  const result = await client.query<EventRow>(
    `select e.tenant, e.ref, e.version, e.type, e.data, e.payload_hash is not null as hashed, e.recorded_at, p.body
       from (select distinct tenant, ref from unnest($1::text[], $2::text[]) as k (tenant, ref)) as k
       join event e using (tenant, ref)
       left join payload p using (tenant, ref, version)
      order by e.tenant, e.ref, e.version`,
    [keys.map((key) => key.tenant), keys.map((key) => key.ref)],
  );
  for (const row of result.rows) {
    const id = streamId(row);
    const events = streams.get(id);
    if (events === undefined) streams.set(id, [eventOf(row)]);
    else events.push(eventOf(row));
  }
  return streams;
}

/** Appends to one stream; see `appendAll`. */
export async function append(
  client: Client,
  key: StreamKey,
  expectedVersion: number,
  events: readonly NewEvent[],
  standing: Standing,
): Promise<AppendOutcome> {
  const [outcome] = await appendAll(client, [{ ...key, expectedVersion, events, standing }]);
  if (outcome === undefined) throw new Error('appendAll answered fewer outcomes than appends');
  return outcome;
}

/**
 * Appends to several streams (each named once, its head best locked before) in the order given: the events, their erasable side, an `unpublished` row
 * each, and the head's version and standing. One outcome per append, in their order. An append whose expected version is
 * not the head's stores nothing; the others are stored.
 */
export async function appendAll(client: Client, appends: readonly Append[]): Promise<AppendOutcome[]> {
  if (appends.length === 0) return [];
  const moved = await moveHeads(client, appends);
  const stored = appends.filter((one) => moved.has(streamId(one)));
  await insertEvents(client, stored);
  const versions = moved.size === appends.length ? new Map<string, number>() : await selectVersions(client, appends);
  return appends.map((one) =>
    moved.has(streamId(one))
      ? { outcome: 'appended', version: one.expectedVersion + one.events.length }
      : { outcome: 'conflict', version: versions.get(streamId(one)) ?? 0 },
  );
}

/** The heads that stood at the expected version; a head that is not there stands at 0. */
async function moveHeads(client: Client, appends: readonly Append[]): Promise<Set<string>> {
  const result = await client.query<{ tenant: string; ref: string }>(
    `with a as (
       select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::boolean[], $6::text[], $7::timestamptz[])
         as a (tenant, ref, expected, added, open, waits_on, revisit_at)
     ), moved as (
       update stream s
          set version = expected + added, open = a.open, waits_on = a.waits_on, revisit_at = a.revisit_at
         from a
        where s.tenant = a.tenant and s.ref = a.ref and s.version = a.expected
       returning s.tenant, s.ref
     ), made as (
       insert into stream (tenant, ref, version, open, waits_on, revisit_at)
       select tenant, ref, added, open, waits_on, revisit_at from a
        where expected = 0 and not exists (select from stream s where s.tenant = a.tenant and s.ref = a.ref)
       on conflict do nothing
       returning tenant, ref
     )
     select tenant, ref from moved union all select tenant, ref from made`,
    [
      appends.map((one) => one.tenant),
      appends.map((one) => one.ref),
      appends.map((one) => one.expectedVersion),
      appends.map((one) => one.events.length),
      appends.map((one) => one.standing.open),
      appends.map((one) => one.standing.waitsOn),
      appends.map((one) => one.standing.revisitAt),
    ],
  );
  return new Set(result.rows.map(streamId));
}

/** One statement for events, payloads and unpublished rows; the rows travel as JSON, which is cheap to make and to read. */
async function insertEvents(client: Client, appends: readonly Append[]): Promise<void> {
  const rows = appends.flatMap((one) =>
    one.events.map((event, index) => {
      const row = {
        tenant: one.tenant,
        ref: one.ref,
        version: one.expectedVersion + index + 1,
        type: event.type,
        data: JSON.stringify(event.data),
      };
      if (event.personal === undefined) return row;
      const key = newKey();
      const body = JSON.stringify(event.personal);
      return { ...row, body, key: key.toString('hex'), hash: keyedHash(key, body).toString('hex') };
    }),
  );
  if (rows.length === 0) return;
  await client.query(
    `with row as (
       select * from json_to_recordset($1::json)
         as r (place int, tenant text, ref text, version int, type text, data text, body text, key text, hash text)
     ), stored as (
       insert into event (tenant, ref, version, type, data, payload_hash)
       select tenant, ref, version, type, data, decode(hash, 'hex') from row
     ), erasable as (
       insert into payload (tenant, ref, version, key, body)
       select tenant, ref, version, decode(key, 'hex'), body from row where body is not null
     )
     insert into unpublished (tenant, ref, version) select tenant, ref, version from row order by place`,
    [JSON.stringify(rows.map((row, place) => ({ place, ...row })))],
  );
}

async function selectVersions(client: Client, keys: readonly StreamKey[]): Promise<Map<string, number>> {
  const result = await client.query<{ tenant: string; ref: string; version: number }>(
    `select tenant, ref, version from stream where (tenant, ref) in (select * from unnest($1::text[], $2::text[]))`,
    [keys.map((key) => key.tenant), keys.map((key) => key.ref)],
  );
  return new Map(result.rows.map((row) => [streamId(row), row.version]));
}

interface HeadRow {
  tenant: string;
  ref: string;
  version: number;
  open: boolean;
  waits_on: string | null;
  revisit_at: Date | null;
}

function headOf(row: HeadRow): StreamHead {
  return {
    tenant: row.tenant,
    ref: row.ref,
    version: row.version,
    open: row.open,
    waitsOn: row.waits_on,
    revisitAt: row.revisit_at === null ? null : row.revisit_at.toISOString(),
  };
}

/** A row of `event` with its payload, as the relay reads it too. */
export interface EventRow {
  readonly tenant: string;
  readonly ref: string;
  readonly version: number;
  readonly type: string;
  readonly data: string;
  readonly hashed: boolean;
  readonly recorded_at: Date;
  readonly body: string | null;
}

export function eventOf(row: EventRow): StoredEvent {
  return {
    tenant: row.tenant,
    ref: row.ref,
    version: row.version,
    type: row.type,
    data: JSON.parse(row.data),
    ...(row.body === null ? {} : { personal: JSON.parse(row.body) }),
    erased: row.hashed && row.body === null,
    recordedAt: row.recorded_at.toISOString(),
  };
}
