import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { EntityName } from './company';
import type { Draft } from './draft';
import { refValue, text } from './exact';
import { refuse, refuseInactive, refuseReference } from './refusal';

const DELETED = ' (deleted)';

/** Inactive records carry " (deleted)" behind their name, which frees the old one (quickbooks.md §9.1). */
export function nameInLife(name: string, active: boolean): string {
  const bare = name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name;
  return active ? bare : bare + DELETED;
}

export function isActive(record: ExactObject): boolean {
  return record['Active'] !== false;
}

/** `Active` as wanted; an update that does not say keeps it. */
export function staysActive(wanted: ExactObject, current: ExactObject | undefined): boolean {
  return (wanted['Active'] ?? current?.['Active']) !== false;
}

export function sameName(left: string, right: string): boolean {
  return foldedName(left) === foldedName(right);
}

function foldedName(name: string): string {
  return name.trim().toLowerCase();
}

/** Refuses `:`, tab and newline (quickbooks.md §9.3, §9.10). */
export function checkNameCharacters(name: string, element: string, code: string, forbidden = /[:\t\n\r]/): void {
  if (name.trim() === '' || forbidden.test(name)) {
    refuse(
      code,
      'Names must have at least one character, must be on one line, and cannot include colons or tabbing.',
      element,
    );
  }
}

/** Refuses a name that another record of the given lists already has. */
export function checkNameFree(
  draft: Draft,
  name: string,
  self: { entity: EntityName; id: string },
  lists: readonly { entity: EntityName; field: string }[],
  detail: string,
): void {
  for (const { entity, field } of lists) {
    const folded = (record: ExactObject): string[] => [foldedName(text(record[field]) ?? '')];
    for (const record of draft.indexed(entity, field, folded, foldedName(name))) {
      const isSelf = entity === self.entity && text(record['Id']) === self.id;
      if (!isSelf) refuse('6240', `The name supplied already exists. : ${detail}`, field);
    }
  }
}

/** The record a reference leads to; refuses 2500 when there is none and 610 when it is inactive. Undefined when not given. */
export function follow(
  draft: Draft,
  reference: ExactObject[string] | undefined,
  entity: EntityName,
  element: string,
): ExactObject | undefined {
  if (reference === undefined) return undefined;
  const id = refValue(reference);
  const record = id === undefined ? undefined : draft.get(entity, id);
  if (record === undefined) return refuseReference(element, id ?? '');
  if (!isActive(record)) refuseInactive(element);
  return record;
}

/** A reference as QuickBooks answers it: with the name. */
export function refTo(record: ExactObject, nameField = 'FullyQualifiedName'): ExactObject {
  return { value: text(record['Id']) ?? '', name: text(record[nameField]) ?? text(record['Name']) ?? '' };
}
