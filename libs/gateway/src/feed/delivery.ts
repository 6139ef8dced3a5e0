/**
 * One delivery of Intuit's webhooks, in either shape (quickbooks.md §8). Nothing in it says what changed: it only wakes
 * a reading of changes.
 *
 *   CloudEvents  [{"id":"88cd…","type":"qbo.<entity>.<event>.v1","intuitentityid":"12","intuitaccountid":"<realm>",…}]
 *   legacy       {"eventNotifications":[{"realmId":"<realm>","dataChangeEvent":{"entities":[
 *                  {"name":"…","id":"1","operation":"Merge","lastUpdated":"…","deletedId":"7"}]}}]}
 */
export interface Notice {
  /** Intuit's id; in the legacy shape, which has none, what makes it the same event. */
  readonly id: string;
  readonly realmId: string;
  /** The resource as it is spelt there: `creditmemo` or `CreditMemo`. */
  readonly resource: string;
  readonly qboId: string;
  readonly operation: Operation;
  /** Of a merge: the record that is no more, where it is said. */
  readonly mergedFrom?: string;
}

export type Operation = 'create' | 'update' | 'delete' | 'merge' | 'void' | 'email' | 'other';

/** `void` and `voided` are both in circulation (quickbooks.md §8.2). */
const SPELLINGS: Readonly<Record<string, Operation>> = {
  create: 'create',
  created: 'create',
  update: 'update',
  updated: 'update',
  delete: 'delete',
  deleted: 'delete',
  merge: 'merge',
  merged: 'merge',
  void: 'void',
  voided: 'void',
  emailed: 'email',
};

/** The events of a body, those that cannot be read left out: whatever is validly signed is taken. */
export function readDelivery(text: string): readonly Notice[] {
  const json = parse(text);
  if (Array.isArray(json)) return json.flatMap(cloudEvent);
  return listOf(json, 'eventNotifications').flatMap((notification) => {
    const realmId = textOf(notification, 'realmId');
    if (realmId === undefined) return [];
    return listOf(fieldOf(notification, 'dataChangeEvent'), 'entities').flatMap((one) => legacyEvent(realmId, one));
  });
}

const TYPE = /^qbo\.([a-z]+)\.([a-z]+)\.v\d+$/i;

function cloudEvent(json: unknown): Notice[] {
  const id = textOf(json, 'id');
  const realmId = textOf(json, 'intuitaccountid');
  const qboId = textOf(json, 'intuitentityid');
  const [, resource, event = ''] = TYPE.exec(textOf(json, 'type') ?? '') ?? [];
  if (id === undefined || realmId === undefined || qboId === undefined || resource === undefined) return [];
  return [{ id, realmId, resource, qboId, operation: SPELLINGS[event.toLowerCase()] ?? 'other' }];
}

function legacyEvent(realmId: string, json: unknown): Notice[] {
  const resource = textOf(json, 'name');
  const qboId = textOf(json, 'id');
  if (resource === undefined || qboId === undefined) return [];
  const said = textOf(json, 'operation') ?? '';
  const mergedFrom = textOf(json, 'deletedId');
  const id = ['legacy', realmId, resource, qboId, said, textOf(json, 'lastUpdated') ?? ''].join('/');
  const operation = SPELLINGS[said.toLowerCase()] ?? 'other';
  return [{ id, realmId, resource, qboId, operation, ...(mergedFrom === undefined ? {} : { mergedFrom }) }];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function fieldOf(json: unknown, field: string): unknown {
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[field] : undefined;
}

function textOf(json: unknown, field: string): string | undefined {
  const value = fieldOf(json, field);
  // Postgres takes no NUL: an id that holds one is nobody's.
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;
}

function listOf(json: unknown, field: string): readonly unknown[] {
  const value = fieldOf(json, field);
  return Array.isArray(value) ? value : [];
}
