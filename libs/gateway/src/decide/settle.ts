import { type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { QboRequest, RemoveForm } from '@qbo-sync/contracts/sync/request';
import { recordIn, type Fault } from '@qbo-sync/qbo/classify';
import { covers, hashFields, idsIn, valueAt, type FieldHashes } from './fields';

/** What the link remembers of a record; where it stands (books, ref, resource) is added by the caller. */
export interface Remembered {
  readonly qboId: string;
  readonly syncToken: string;
  readonly sent: FieldHashes;
  readonly shown: FieldHashes;
  readonly theirs: readonly string[];
  readonly refs: readonly string[];
  readonly kept: Readonly<Record<string, string>>;
  readonly gone: 'us' | 'qbo' | null;
}

export interface SentAs {
  readonly sent: FieldHashes;
  readonly theirs: readonly string[];
  readonly refs: readonly string[];
}

/** The record a write's answer shows, its id under `Id` wherever the answer has it (`how.id`). */
export function writtenIn(
  body: ExactObject,
  { how, resource }: Pick<QboRequest, 'how' | 'resource'>,
): ExactObject | undefined {
  const record = recordIn(body, how.wrapper ?? resource);
  const id = how.id === undefined ? undefined : record?.[how.id];
  return record === undefined || id === undefined ? record : { ...record, Id: id };
}

/** What to remember of a record that QuickBooks showed after we sent; undefined: the answer names no record. */
export function remember(record: ExactObject, as: SentAs): Remembered | undefined {
  const { Id: id, SyncToken: token } = record;
  if (typeof id !== 'string') return undefined;
  return {
    qboId: id,
    syncToken: typeof token === 'string' ? token : '0',
    sent: as.sent,
    shown: hashFields(record),
    theirs: as.theirs,
    refs: as.refs,
    kept: idsIn(record),
    gone: null,
  };
}

/** True when a record shows that a removal of this form has been made. Voiding zeroes it (quickbooks.md §9.2). */
export function isRemoved(record: ExactObject, as: RemoveForm['as']): boolean {
  if (as === 'inactive') return record['Active'] === false;
  if (as === 'delete') return record['status'] === 'Deleted';
  const note = record['PrivateNote'];
  return typeof note === 'string' && note.startsWith('Voided');
}

/** The first precondition a fresh read does not meet. Numbers are equal by value. */
export function unmet(
  record: ExactObject,
  conditions: readonly { readonly path: string; readonly equals: string }[],
): string | undefined {
  return conditions.find(({ path, equals }) => !meets(record, path, equals))?.path;
}

function meets(record: ExactObject, path: string, equals: string): boolean {
  const value = valueAt(record, path);
  if (value === undefined || value === null) return equals === '';
  return typeof value === 'object' && 'source' in value
    ? Number(value.source) === Number(equals)
    : String(value) === equals;
}

/**
 * What a refusal of a send leads to. A send that repeats one of unknown outcome proves nothing about the first one by a
 * refusal of the whole (throttled, not connected), and a create's refusal may be because of the first one.
 *
 *   later     nothing was done; the row waits, no attempt is used where the company is the cause
 *   unsure    still not known
 *   merge     read again, decide again
 *   adopt     look for the record that holds the name
 *   look      look for what the first send may have made
 *   gone      the record is not there any more
 *   refused   the owning service decides
 */
export type AfterFault = 'later' | 'unsure' | 'merge' | 'adopt' | 'look' | 'gone' | 'refused';

export interface Sent {
  readonly kind: 'create' | 'update' | 'remove';
  readonly sends: number;
  readonly adopts: boolean;
}

export function afterFault(fault: Fault, { kind, sends, adopts }: Sent): AfterFault {
  switch (fault.class) {
    case 'retry':
    case 'throttle':
    case 'refresh':
    case 'reconnect':
    case 'subscription':
      return sends > 1 ? 'unsure' : 'later';
    case 'unsure':
      return 'unsure';
    case 'merge':
      return kind === 'create' ? 'refused' : 'merge';
    case 'gone':
      return kind === 'create' ? 'refused' : 'gone';
    case 'adopt':
      if (kind !== 'create') return 'refused';
      return sends > 1 ? 'look' : adopts ? 'adopt' : 'refused';
    case 'hold':
    case 'bug':
    case 'rename':
      return kind === 'create' && sends > 1 ? 'look' : 'refused';
  }
}

/** True when an atomic update is proven ours: a field moved since we last looked, and to exactly what was sent. */
export function movedAsSent(
  record: ExactObject,
  body: ExactObject,
  base: { readonly sent: FieldHashes; readonly shown: FieldHashes },
): boolean {
  const shown = hashFields(record);
  const wanted = hashFields(body);
  return Object.entries(body).some(
    ([field, value]) =>
      wanted[field] !== base.sent[field] && shown[field] !== base.shown[field] && covers(record[field], value),
  );
}
