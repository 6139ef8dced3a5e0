import { randomUUID } from 'node:crypto';
import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Change, Company, EntityName, Row } from './company';
import type { WriteAbout } from './emulator';
import { isActive } from './name-list';
import { metaTime } from './pacific-time';

export const WEBHOOK_OPERATIONS = ['Create', 'Update', 'Delete', 'Merge', 'Void', 'Emailed'] as const;
export type WebhookOperation = (typeof WEBHOOK_OPERATIONS)[number];

export interface WebhookEvent {
  realm: string;
  entity: EntityName;
  id: string;
  operation: WebhookOperation;
  /** The record a merge did away with. */
  deletedId?: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Which events there are of an entity (quickbooks.md §8.4); none for CompanyInfo, TaxCode and TaxRate. */
const EVENTS: Partial<Record<EntityName, readonly WebhookOperation[]>> = {
  Account: ['Create', 'Update', 'Delete'],
  CreditMemo: ['Create', 'Update', 'Delete', 'Void', 'Emailed'],
  Customer: ['Create', 'Update', 'Delete', 'Merge'],
  Deposit: ['Create', 'Update', 'Delete'],
  Employee: ['Create', 'Update', 'Delete', 'Merge'],
  Estimate: ['Create', 'Update', 'Delete', 'Emailed'],
  Invoice: ['Create', 'Update', 'Delete', 'Void', 'Emailed'],
  Item: ['Create', 'Update', 'Delete', 'Merge'],
  JournalEntry: ['Create', 'Update', 'Delete'],
  Payment: ['Create', 'Update', 'Delete', 'Void', 'Emailed'],
  PaymentMethod: ['Create', 'Update', 'Merge'],
  Preferences: ['Update'],
  Purchase: ['Create', 'Update', 'Delete', 'Void'],
  RefundReceipt: ['Create', 'Update', 'Delete', 'Void', 'Emailed'],
  TaxAgency: ['Create', 'Update'],
  Term: ['Create', 'Update'],
  Vendor: ['Create', 'Update', 'Delete', 'Merge'],
};

/**
 * What a write is told by: each record whose SyncToken moved, those it touched beside its own too. An inactivated name counts
 * as deleted where the entity has that event (quickbooks.md §8.4).
 */
export function eventsOf(
  company: Company,
  about: WriteAbout,
  change: Change,
  before: ReadonlyMap<string, Row>,
): WebhookEvent[] {
  const events: WebhookEvent[] = [];
  for (const { entity, id, record } of change.puts) {
    const old = before.get(`${entity}/${id}`)?.record;
    if (record !== null && old?.['SyncToken'] === record['SyncToken']) continue;
    const isOwn = entity === about.entity && id === about.id;
    const operation = told(entity, isOwn && about.operation === 'void' ? 'Void' : operationOf(old, record));
    if (operation !== undefined) events.push({ realm: company.profile.realmId, entity, id, operation, at: change.at });
  }
  return events;
}

function operationOf(old: ExactObject | undefined, record: ExactObject | null): WebhookOperation {
  if (record === null) return 'Delete';
  if (old === undefined) return 'Create';
  return isActive(old) && !isActive(record) ? 'Delete' : 'Update';
}

function told(entity: EntityName, operation: WebhookOperation): WebhookOperation | undefined {
  const known = EVENTS[entity] ?? [];
  if (known.includes(operation)) return operation;
  return operation !== 'Create' && known.includes('Update') ? 'Update' : undefined;
}

/** The older body, `eventNotifications` by realm; both spellings of a time are in circulation (quickbooks.md §8.1). */
export function legacyBody(events: readonly WebhookEvent[]): string {
  const realms = [...new Set(events.map(({ realm }) => realm))];
  return JSON.stringify({
    eventNotifications: realms.map((realmId) => ({
      realmId,
      dataChangeEvent: {
        entities: events
          .filter(({ realm }) => realm === realmId)
          .map(({ entity, id, operation, deletedId, at }, place) => ({
            name: entity,
            id,
            operation,
            lastUpdated: place % 2 === 0 ? metaTime(at).replace(/:(\d\d)$/, '$1') : new Date(at).toISOString(),
            ...(deletedId === undefined ? {} : { deletedId }),
          })),
      },
    })),
  });
}

/** `void` and `voided` were both seen (quickbooks.md §8.2). */
export type VoidWord = 'void' | 'voided';

/** The current body, an array of CloudEvents, realms mixed; a merge names its survivor alone (quickbooks.md §8.2). */
export function cloudEventsBody(events: readonly WebhookEvent[], voidWord: VoidWord): string {
  return JSON.stringify(
    events.map(({ realm, entity, id, operation, at }) => ({
      specversion: '1.0',
      id: randomUUID(),
      source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
      type: `qbo.${entity.toLowerCase()}.${eventWord(operation, voidWord)}.v1`,
      datacontenttype: 'application/json',
      time: new Date(at).toISOString().replace('Z', '179517Z'),
      intuitentityid: id,
      intuitaccountid: realm,
      data: {},
    })),
  );
}

function eventWord(operation: WebhookOperation, voidWord: VoidWord): string {
  const words: Record<WebhookOperation, string> = {
    Create: 'created',
    Update: 'updated',
    Delete: 'deleted',
    Merge: 'merged',
    Void: voidWord,
    Emailed: 'emailed',
  };
  return words[operation];
}
