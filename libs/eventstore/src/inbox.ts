import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Client } from './pool';

/** One message as it is admitted: once per (tenant, source, event id), for ever. */
export interface InboxEntry {
  readonly tenant: string;
  readonly source: string;
  readonly eventId: string;
  /** The stream it belongs to; erasing that stream's payloads erases the meaning of this entry's hash too. */
  readonly ref: string;
  /** What must be the same for the same id: the message's value. */
  readonly payload: Buffer | string;
}

/**
 * `new`: seen for the first time. `duplicate`: seen with the same payload, or its payload was erased since.
 * `different`: seen with another payload; the first stands, in the stream `ref`.
 */
export type Admission =
  | { readonly outcome: 'new' }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'different'; readonly ref: string };

/** What the inbox holds of an id; `key` is null once the payload was erased. */
export interface Admitted {
  readonly ref: string;
  readonly hash: Buffer;
  readonly key: Buffer | null;
}

/** Compares a message with what was admitted under its id. */
export function compare(admitted: Admitted, payload: Buffer | string): Admission {
  if (admitted.key === null) return { outcome: 'duplicate' };
  const hash = keyedHash(admitted.key, payload);
  const same = hash.length === admitted.hash.length && timingSafeEqual(hash, admitted.hash);
  return same ? { outcome: 'duplicate' } : { outcome: 'different', ref: admitted.ref };
}

export function keyedHash(key: Buffer, payload: Buffer | string): Buffer {
  return createHmac('sha256', key).update(payload).digest();
}

/** A key of its own for each hash, so that equal payloads cannot be told by their hashes. */
export function newKey(): Buffer {
  return randomBytes(32);
}

/** Admits messages in the order given; one outcome each, in that order. An id twice among them counts as sent twice. */
export async function admit(client: Client, entries: readonly InboxEntry[]): Promise<Admission[]> {
  const firsts = new Map<string, InboxEntry>();
  for (const entry of entries) {
    const id = identity(entry);
    if (!firsts.has(id)) firsts.set(id, entry);
  }
  if (firsts.size === 0) return [];
  const keyed = [...firsts.values()].map((entry) => {
    const key = newKey();
    return { ...entry, key, hash: keyedHash(key, entry.payload) };
  });
  const fresh = new Set(await insertEntries(client, keyed));
  const known = await selectEntries(
    client,
    [...firsts.values()].filter((entry) => !fresh.has(identity(entry))),
  );
  for (const entry of keyed) if (fresh.has(identity(entry))) known.set(identity(entry), entry);
  return entries.map((entry) => {
    const id = identity(entry);
    if (fresh.has(id) && firsts.get(id) === entry) return { outcome: 'new' };
    const admitted = known.get(id);
    // Neither inserted nor there: only a delete between the two statements does that, and the inbox is kept for ever.
    if (admitted === undefined) throw new Error('An inbox row vanished inside its transaction');
    return compare(admitted, entry.payload);
  });
}

interface KeyedEntry extends InboxEntry {
  readonly key: Buffer;
  readonly hash: Buffer;
}

/** Inserts in key order, so that two transactions wait for each other instead of deadlocking. Returns who is new. */
async function insertEntries(client: Client, entries: readonly KeyedEntry[]): Promise<string[]> {
  const result = await client.query<{ tenant: string; source: string; event_id: string }>(
    `with entry as (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[])
         as e (tenant, source, event_id, ref, key, hash)
     ), admitted as (
       insert into inbox (tenant, source, event_id, ref, payload_hash)
       select tenant, source, event_id, ref, hash from entry order by tenant, source, event_id
       on conflict do nothing
       returning tenant, source, event_id
     )
     insert into inbox_key (tenant, source, event_id, ref, key)
     select tenant, source, event_id, ref, key from entry join admitted using (tenant, source, event_id)
     returning tenant, source, event_id`,
    [
      entries.map((entry) => entry.tenant),
      entries.map((entry) => entry.source),
      entries.map((entry) => entry.eventId),
      entries.map((entry) => entry.ref),
      entries.map((entry) => entry.key),
      entries.map((entry) => entry.hash),
    ],
  );
  return result.rows.map((row) => identity({ tenant: row.tenant, source: row.source, eventId: row.event_id }));
}

async function selectEntries(client: Client, entries: readonly InboxEntry[]): Promise<Map<string, Admitted>> {
  if (entries.length === 0) return new Map();
  const result = await client.query<{
    tenant: string;
    source: string;
    event_id: string;
    ref: string;
    payload_hash: Buffer;
    key: Buffer | null;
  }>(
    `select i.tenant, i.source, i.event_id, i.ref, i.payload_hash, k.key
       from unnest($1::text[], $2::text[], $3::text[]) as e (tenant, source, event_id)
       join inbox i using (tenant, source, event_id)
       left join inbox_key k using (tenant, source, event_id)`,
    [entries.map((entry) => entry.tenant), entries.map((entry) => entry.source), entries.map((entry) => entry.eventId)],
  );
  return new Map(
    result.rows.map((row) => [
      identity({ tenant: row.tenant, source: row.source, eventId: row.event_id }),
      { ref: row.ref, hash: row.payload_hash, key: row.key },
    ]),
  );
}

function identity(entry: Pick<InboxEntry, 'tenant' | 'source' | 'eventId'>): string {
  return JSON.stringify([entry.tenant, entry.source, entry.eventId]);
}
