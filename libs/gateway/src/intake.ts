import { createHash } from 'node:crypto';
import { isObject, parseExact } from '@qbo-sync/contracts/exact-json';
import { QboRequest } from '@qbo-sync/contracts/sync/request';
import { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { check } from '@qbo-sync/contracts/validation';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { readActive, sayCondition } from './company/condition';
import { refsIn } from './decide/bodies';
import type { Sql } from './sql/client';
import { reopen } from './company/reopening';
import { plain } from './sql/joined';
import { SHARDS } from './sql/shards';
import { insertRequests, type NewRequest } from './sql/taking';

/** A request as it was read, or why it cannot be. */
export type ReadRequest =
  | { readonly ok: true; readonly request: QboRequest; readonly text: string }
  | { readonly ok: false; readonly why: string; readonly params: Readonly<Record<string, string>> };

/** What rows are known and looked up by: never what stands between names that are handed over together. */
const NAMES = ['ref', 'books', 'run'] as const;

export function readRequest(value: string): ReadRequest {
  const json = readJson(value);
  const checked = check(QboRequest, json);
  if (!checked.ok) {
    const { code, path, message } = checked.fault;
    return { ok: false, why: code, params: { field: path, message } };
  }
  for (const field of NAMES) {
    if (/\p{Cc}/u.test(checked.value[field] ?? '')) {
      return { ok: false, why: 'field_invalid', params: { field, message: 'holds a control character' } };
    }
  }
  // Nothing is kept of it here: its digits are read exactly where it is sent.
  const body = readJson(checked.value.body);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { ok: false, why: 'field_invalid', params: { field: 'body', message: 'not a JSON object' } };
  }
  return { ok: true, request: checked.value, text: value };
}

const shards = new Map<string, number>();

/** The shard of a tenant: stable, the same in every process. */
export function shardOf(tenant: string): number {
  const known = shards.get(tenant);
  if (known !== undefined) return known;
  const shard = createHash('sha256').update(tenant).digest().readUInt32BE(0) % SHARDS;
  shards.set(tenant, shard);
  return shard;
}

/** Takes requests in: each for good, and per ref the highest revision of those that are new as what is pending. */
export async function takeRequests(sql: Sql, reads: readonly { request: QboRequest; text: string }[]): Promise<void> {
  const newest = new Map<string, number>();
  for (const { request } of reads) {
    const key = keyOf(request);
    if (request.revision > (newest.get(key) ?? -Infinity)) newest.set(key, request.revision);
  }
  // Mostly each is of another ref.
  const given = newest.size === reads.length ? reads : onceEach(reads);
  const requests = given.map(({ request, text }) =>
    newRequest(request, text, given === reads || newest.get(keyOf(request)) === request.revision),
  );
  await insertRequests(sql, requests);
}

/** Of one revision the last. */
function onceEach<Read extends { readonly request: QboRequest }>(reads: readonly Read[]): Read[] {
  return [...new Map(reads.map((read) => [`${keyOf(read.request)}#${read.request.revision}`, read])).values()];
}

/** Takes one settings message in; the gate and the company's condition follow it. */
export async function takeSettings(sql: Sql, value: string, now: Date): Promise<boolean> {
  const checked = check(SyncSettings, readJson(value));
  if (!checked.ok) return false;
  const { tenant, version, active } = checked.value;
  const before = (await readActive(sql, [tenant])).get(tenant);
  if (await storeSettings(sql, { tenant, version, document: checked.value })) {
    if (before === false && active) await reopen(sql, tenant, now);
    await sayCondition(sql, tenant, now);
  }
  return true;
}

/** How a reference begins; a body that does not hold it names nobody. */
const REF = '$ref';

function newRequest(request: QboRequest, message: string, newest: boolean): NewRequest {
  const refs = request.body.includes(REF) ? refsIn(readExact(request.body) ?? {}) : [];
  return {
    tenant: request.tenant,
    ref: request.ref,
    shard: shardOf(request.tenant),
    revision: request.revision,
    books: request.books,
    kind: request.kind,
    last: request.last === true,
    lane: request.lane,
    run: request.run ?? null,
    refs: (request.after === undefined ? refs : [...new Set([...refs, ...request.after])]).map(plain),
    message,
    newest,
  };
}

function keyOf({ tenant, ref }: { readonly tenant: string; readonly ref: string }): string {
  return `${tenant}:${ref}`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readExact(text: string) {
  try {
    const json = parseExact(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
