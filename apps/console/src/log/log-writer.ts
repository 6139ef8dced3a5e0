import { Injectable } from '@nestjs/common';
import { EVENT_FAMILIES } from '@qbo-sync/contracts/runacall/event-types';
import { idOf } from '@qbo-sync/contracts/refs';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { EntityManager } from 'typeorm';
import { type ShownRow, showRows } from './log-board';
import { isGatewayMessage, rowKeys } from './row-key';
import type { Row } from './row-order';

/** Keeps the messages of a batch and rebuilds the rows they touch. */
@Injectable()
export class LogWriter {
  async write(manager: EntityManager, activities: readonly RecordActivity[]): Promise<void> {
    if (activities.length === 0) return;
    await storeMessages(manager, activities);
    const refs = [
      ...new Set(activities.flatMap(({ tenant, ref }) => (tenant === null ? [] : JSON.stringify([tenant, ref])))),
    ];
    const tenants = refs.map((ref) => (JSON.parse(ref) as [string, string])[0]);
    const names = refs.map((ref) => (JSON.parse(ref) as [string, string])[1]);
    const ids = activities.flatMap((activity) => rowKeys(activity).map(({ id }) => id));
    const stored = await loadRows(manager, ids, tenants, names);
    const known = await loadMessages(manager, tenants, names);
    await storeRows(manager, showRows(stored, [...known, ...activities]));
  }
}

/** Of two messages of one place the later is kept; what a row's own message said is in the row as well. */
async function storeMessages(manager: EntityManager, activities: readonly RecordActivity[]): Promise<void> {
  const rows = new Map<string, Record<string, unknown>>();
  for (const message of activities.filter(({ tenant }) => tenant !== null)) {
    const { tenant, ref, revision, attempt, stage, at } = message;
    const saidOf = isGatewayMessage(message)
      ? 'gateway'
      : rowKeys(message)
          .map(({ id }) => id)
          .sort()
          .join(' ');
    const id = JSON.stringify([tenant, ref, revision, attempt, stage, saidOf]);
    const known = rows.get(id);
    if (known !== undefined && Date.parse(String(known['at'])) > Date.parse(at)) continue;
    rows.set(id, { tenant, ref, revision, attempt, stage, said_of: saidOf, at, message });
  }
  await manager.query(
    `insert into log_message as m (tenant, ref, revision, attempt, stage, said_of, at, message)
     select tenant, ref, revision, attempt, stage, said_of, at, message from jsonb_to_recordset($1::jsonb)
       as r (tenant text, ref text, revision int, attempt int, stage int, said_of text, at timestamptz, message jsonb)
     on conflict (tenant, ref, revision, attempt, stage, said_of)
     do update set at = excluded.at, message = excluded.message where m.at <= excluded.at`,
    [jsonbText([...rows.values()])],
  );
}

async function loadRows(
  manager: EntityManager,
  ids: readonly string[],
  tenants: readonly string[],
  refs: readonly string[],
): Promise<Row[]> {
  const rows: { registers: Row }[] = await manager.query(
    `select registers from log_row where id = any($1::text[])
     union all
     select r.registers from log_row r join unnest($2::text[], $3::text[]) as k (tenant, ref) using (tenant, ref)
      where r.id <> all($1::text[])`,
    [ids, tenants, refs],
  );
  return rows.map(({ registers }) => registers);
}

/** What a row's standing needs beside the row: the gateway's messages and the synced ones of its ref. */
async function loadMessages(
  manager: EntityManager,
  tenants: readonly string[],
  refs: readonly string[],
): Promise<RecordActivity[]> {
  const rows: { message: RecordActivity }[] = await manager.query(
    `select m.message from log_message m join unnest($1::text[], $2::text[]) as k (tenant, ref) using (tenant, ref)
      where m.said_of = 'gateway' or m.message ->> 'state' in ('synced', 'synced with warnings')`,
    [tenants, refs],
  );
  return rows.map(({ message }) => message);
}

async function storeRows(manager: EntityManager, rows: readonly ShownRow[]): Promise<void> {
  await manager.query(
    `insert into log_row (${COLUMNS.join(', ')})
     select ${COLUMNS.join(', ')} from jsonb_to_recordset($1::jsonb) as r (
       id text, tenant text, ref text, event_id text, entity text, record_id text, number text, party text, change text,
       amount text, currency text, occurred_at timestamptz, received_at timestamptz, state text, reason jsonb,
       warnings jsonb, waits_on text, retry_at timestamptz, revision int, attempts int, settled_at timestamptz,
       quickbooks jsonb, settings_version int, traceparent text, registers jsonb)
     on conflict (id) do update set ${COLUMNS.slice(1)
       .map((column) => `${column} = excluded.${column}`)
       .join(', ')}`,
    [jsonbText(rows.map(columnsOf))],
  );
}

const COLUMNS = [
  'id',
  'tenant',
  'ref',
  'event_id',
  'entity',
  'record_id',
  'number',
  'party',
  'change',
  'amount',
  'currency',
  'occurred_at',
  'received_at',
  'state',
  'reason',
  'warnings',
  'waits_on',
  'retry_at',
  'revision',
  'attempts',
  'settled_at',
  'quickbooks',
  'settings_version',
  'traceparent',
  'registers',
] as const;

function columnsOf({ row, shown }: ShownRow): Record<(typeof COLUMNS)[number], unknown> {
  const { event, named } = row;
  const ref = row.ref.value;
  const topic = row.kind === 'parked' ? ref.slice(0, ref.indexOf('/')) : '';
  return {
    id: row.id,
    tenant: row.tenant,
    ref,
    event_id: event?.id ?? null,
    entity: named.entity?.value ?? EVENT_FAMILIES[topic]?.entity ?? null,
    record_id: row.kind === 'parked' ? ref : idOf(ref),
    number: named.number?.value ?? null,
    party: named.party?.value ?? null,
    change: changeOf(event?.type) ?? named.change?.value ?? '',
    amount: named.amount?.value ?? null,
    currency: named.currency?.value ?? null,
    occurred_at: event?.occurredAt ?? row.firstAt,
    received_at: event?.receivedAt ?? row.firstAt,
    state: shown.state,
    reason: shown.reason,
    warnings: shown.warnings,
    waits_on: shown.waitsOn,
    retry_at: shown.retryAt,
    revision: shown.revision,
    attempts: shown.attempts,
    settled_at: shown.settledAt,
    quickbooks: named.quickbooks?.value ?? null,
    settings_version: named.settingsVersion?.value ?? null,
    traceparent: named.traceparent?.value ?? null,
    registers: row,
  };
}

/** `com.runacall.invoice.sent.v1` → `sent`: an event keeps its own change whatever else its decision covered. */
function changeOf(type: string | undefined): string | undefined {
  return type === undefined ? undefined : /^com\.runacall\.[^.]+\.([^.]+)\.v\d+$/.exec(type)?.[1];
}

const NOT_IN_JSONB = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** JSON that Postgres takes as jsonb: it has no NUL and no half of a surrogate pair in a text. */
function jsonbText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.replace(NOT_IN_JSONB, '\ufffd') : inner,
  );
}
