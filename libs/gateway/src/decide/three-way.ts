import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { How } from '@qbo-sync/contracts/sync/request';
import { isOnce, pick } from './bodies';
import { covers, hashField, hashFields, type FieldHashes } from './fields';

/**
 * The record's SyncToken is not the one we knew. Only fields that we send decide, so what QuickBooks adds or computes
 * (Balance, LinkedTxn, MetaData) is never a change of ours or theirs (scenarios.md 15).
 *
 *   field            there since we looked   here since we sent
 *   shows ours already        –                      –            nothing to do
 *   stays theirs            changed                  –            left out of the update
 *   sent                      –                   changed         sent with the new token
 *   clash                   changed               changed         a person chooses
 */
export type Merge =
  | { readonly is: 'same'; readonly theirs: readonly string[] }
  | { readonly is: 'send'; readonly fields: ExactObject; readonly theirs: readonly string[] }
  | { readonly is: 'clash'; readonly fields: readonly string[] };

export interface Base {
  readonly sent: FieldHashes;
  readonly shown: FieldHashes;
  readonly theirs: readonly string[];
}

/** Merges a wanted body with the record just read; `base` is what the link remembers. */
export function threeWay(
  body: ExactObject,
  how: How,
  base: Base,
  record: ExactObject,
  cleared: readonly string[] = [],
): Merge {
  const wanted = hashFields(body);
  const changed: string[] = [];
  const theirs: string[] = [];
  const clashing = cleared.filter((field) => changedThere(field, base, record) && record[field] !== undefined);
  for (const field of Object.keys(wanted)) {
    const value = body[field];
    if (value === undefined || isOnce(field, how) || covers(record[field], value)) continue;
    const here = wanted[field] !== base.sent[field];
    const there = changedThere(field, base, record);
    if (here && there) clashing.push(field);
    else if (here) changed.push(field);
    else if (there || base.theirs.includes(field)) theirs.push(field);
  }
  if (clashing.length > 0) return { is: 'clash', fields: clashing };
  if (changed.length === 0 && cleared.every((field) => record[field] === undefined)) return { is: 'same', theirs };
  return { is: 'send', fields: pick(body, how, changed, theirs), theirs };
}

function changedThere(field: string, base: Base, record: ExactObject): boolean {
  const value = record[field];
  return (value === undefined ? undefined : hashField(value)) !== base.shown[field];
}
