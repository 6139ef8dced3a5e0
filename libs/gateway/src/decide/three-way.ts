import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { How, Sides } from '@qbo-sync/contracts/sync/request';
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
 *   chosen                     –                      –            ours: sent; theirs: left out
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

/**
 * Merges a wanted body with the record just read; `base` is what the link remembers, `sides` what a person chose of an earlier
 * clash.
 */
export function threeWay(
  body: ExactObject,
  how: How,
  base: Base,
  record: ExactObject,
  cleared: readonly string[] = [],
  sides?: Sides,
): Merge {
  const wanted = hashFields(body);
  const changed: string[] = [];
  const theirs: string[] = [];
  const emptied = cleared.filter((field) => sides?.theirs.includes(field) !== true);
  const clashing = emptied.filter(
    (field) => sides?.ours.includes(field) !== true && changedThere(field, base, record) && record[field] !== undefined,
  );
  for (const field of Object.keys(wanted)) {
    const value = body[field];
    if (value === undefined || isOnce(field, how) || covers(record[field], value)) continue;
    const side =
      sides?.ours.includes(field) === true ? changed : sides?.theirs.includes(field) === true ? theirs : undefined;
    if (side !== undefined) {
      side.push(field);
      continue;
    }
    const here = wanted[field] !== base.sent[field];
    const there = changedThere(field, base, record);
    if (here && there) clashing.push(field);
    else if (here) changed.push(field);
    else if (there || base.theirs.includes(field)) theirs.push(field);
  }
  if (clashing.length > 0) return { is: 'clash', fields: clashing };
  if (changed.length === 0 && emptied.every((field) => record[field] === undefined)) return { is: 'same', theirs };
  return { is: 'send', fields: pick(body, how, changed, theirs), theirs };
}

function changedThere(field: string, base: Base, record: ExactObject): boolean {
  const value = record[field];
  return (value === undefined ? undefined : hashField(value)) !== base.shown[field];
}
