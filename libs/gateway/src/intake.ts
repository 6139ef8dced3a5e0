import { createHash } from 'node:crypto';
import { isObject, parseExact } from '@qbo-sync/contracts/exact-json';
import { QboRequest } from '@qbo-sync/contracts/sync/request';
import { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { check } from '@qbo-sync/contracts/validation';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { readActive, sayCondition } from './condition';
import { refsIn } from './decide/bodies';
import type { Sql } from './sql/client';
import { reopen } from './reopening';
import { upsertPending, type NewPending } from './sql/pending';
import { insertRequests } from './sql/requests';
import { SHARDS } from './sql/shards';

/** A request as it was read, or why it cannot be. */
export type ReadRequest =
  | { readonly ok: true; readonly request: QboRequest; readonly text: string }
  | { readonly ok: false; readonly why: string; readonly params: Readonly<Record<string, string>> };

export function readRequest(value: string): ReadRequest {
  const json = readJson(value);
  const checked = check(QboRequest, json);
  if (!checked.ok) {
    const { code, path, message } = checked.fault;
    return { ok: false, why: code, params: { field: path, message } };
  }
  const body = readExact(checked.value.body);
  if (body === undefined) {
    return { ok: false, why: 'field_invalid', params: { field: 'body', message: 'not a JSON object' } };
  }
  return { ok: true, request: checked.value, text: value };
}

/** The shard of a tenant: stable, the same in every process. */
export function shardOf(tenant: string): number {
  return createHash('sha256').update(tenant).digest().readUInt32BE(0) % SHARDS;
}

/** Takes requests in: each for good, and per ref the highest revision of those that are new as what is pending. */
export async function takeRequests(sql: Sql, reads: readonly { request: QboRequest; text: string }[]): Promise<void> {
  const fresh = await insertRequests(
    sql,
    unique(reads, ({ request }) => `${keyOf(request)}#${request.revision}`).map(({ request, text }) => ({
      tenant: request.tenant,
      ref: request.ref,
      revision: request.revision,
      message: text,
    })),
  );
  const isNew = new Set(fresh.map((each) => `${keyOf(each)}#${each.revision}`));
  const newest = new Map<string, QboRequest>();
  for (const { request } of reads) {
    if (!isNew.has(`${keyOf(request)}#${request.revision}`)) continue;
    const known = newest.get(keyOf(request));
    if (known === undefined || known.revision < request.revision) newest.set(keyOf(request), request);
  }
  await upsertPending(sql, [...newest.values()].map(pendingOf));
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

function pendingOf(request: QboRequest): NewPending {
  const body = readExact(request.body) ?? {};
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
    refs: [...new Set([...refsIn(body), ...(request.after ?? [])])],
  };
}

function keyOf({ tenant, ref }: { readonly tenant: string; readonly ref: string }): string {
  return `${tenant}:${ref}`;
}

function unique<T>(all: readonly T[], keyFor: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [keyFor(one), one])).values()];
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
