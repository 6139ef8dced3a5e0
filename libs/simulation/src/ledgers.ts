import { TOPICS } from '@qbo-sync/contracts/topics';
import type { AnswerRow, Edit, LogRow, Notice, Shown, ToldChange } from './oracle';
import type { MemoryPostgres } from './postgres/database';
import type { MemoryIntuit } from './world/intuit';
import type { MemoryKafka } from './world/kafka';
import { identityOf } from './world/quickbooks-records';

export function tenantOf(realm: string): string {
  return realm.replace('realm-', '');
}

/** The books, as somebody who only sees the books sees them. */
export function shownIn({ realms }: MemoryIntuit): Shown[] {
  return [...realms].flatMap(([realm, { records }]) =>
    [...records.byId.values()].map(({ resource, record }) => ({
      tenant: tenantOf(realm),
      identity: identityOf(record),
      resource,
      name: String(record['DisplayName'] ?? record['Name'] ?? record['DocNumber']),
      total: (record['TotalAmt'] as { source?: string } | undefined)?.source ?? '',
      voided: String(record['PrivateNote']).startsWith('Voided'),
    })),
  );
}

interface Activity {
  readonly kind: string;
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly stage: number;
  readonly state: string;
  readonly reason?: { readonly code: string };
  readonly events?: readonly { readonly id: string }[];
  readonly parked?: unknown;
}

/** The console's rows: of each event the message that stands furthest. */
export function rowsIn(kafka: MemoryKafka): Map<string, LogRow> {
  const rows = new Map<string, LogRow & { readonly place: readonly number[] }>();
  for (const { value } of kafka.messages(TOPICS.activity.name)) {
    const activity = JSON.parse(value?.toString('utf8') ?? 'null') as Activity;
    if (activity.kind !== 'record') continue;
    const place = [activity.revision, activity.attempt, activity.stage];
    for (const { id } of activity.events ?? []) {
      const key = `${activity.tenant} ${id}`;
      const known = rows.get(key);
      if (activity.parked !== undefined && known !== undefined) continue;
      if (known !== undefined && isBefore(place, known.place)) continue;
      const { tenant, ref, state, reason } = activity;
      rows.set(key, { tenant, ref, state, reason: reason?.code, place });
    }
  }
  return rows;
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

/** The gateway's answers, in the order in which they were stored. */
export function answersIn(gateway: MemoryPostgres): AnswerRow[] {
  return gateway
    .committed('answer')
    .map((row) => ({
      id: Number(row['id']),
      tenant: String(row['tenant']),
      ref: String(row['ref']),
      revision: Number(row['revision']),
    }))
    .sort((a, b) => a.id - b.id);
}

interface ChangeMessage {
  readonly tenant: string;
  readonly origin: string;
  readonly record: string;
}

/** Changes made by people in the books, as they were told to the services. */
export function changesIn(kafka: MemoryKafka): ToldChange[] {
  return kafka.messages(TOPICS.changes.name).flatMap(({ value }) => {
    const { tenant, origin, record } = JSON.parse(value?.toString('utf8') ?? 'null') as ChangeMessage;
    if (origin !== 'qbo') return [];
    const { Id: id, TrackingNum: text } = JSON.parse(record) as { Id: string; TrackingNum?: string };
    return [{ tenant, id, text }];
  });
}

/** What people wrote into the books. */
export function editsIn({ realms }: MemoryIntuit): Edit[] {
  return [...realms].flatMap(([realm, { edits, records }]) =>
    [...edits].map(([id, { text, known }]) => {
      const record = records.byId.get(id)?.record;
      return {
        tenant: tenantOf(realm),
        id,
        text,
        stands: record?.['TrackingNum'] === text,
        taken: !known,
      };
    }),
  );
}

/** Events of webhooks, as the gateway stored them; their ids begin with their realm. */
export function noticesIn(gateway: MemoryPostgres): Notice[] {
  return gateway.committed('webhook_event').map((row) => {
    const id = String(row['id']);
    return { id, of: tenantOf(id).split('-')[0] ?? '', takenFor: String(row['books']).replace('books_', '') };
  });
}
