import { isObject, printExact, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { How } from '@qbo-sync/contracts/sync/request';
import { hashFields, type FieldHashes } from './fields';

/** What a `$ref` is replaced by: the record's id, or another id of it by its path. */
export interface Referred {
  readonly qboId: string;
  readonly kept: Readonly<Record<string, string>>;
}

export type Resolution =
  | { readonly is: 'resolved'; readonly body: ExactObject }
  | { readonly is: 'missing'; readonly ref: string; readonly at?: string };

/** Every ref a body names, once each, in order. */
export function refsIn(json: ExactJson): string[] {
  const refs = new Set<string>();
  walk(json, (ref) => refs.add(ref));
  return [...refs];
}

/** Replaces each `{"$ref":…}` by a QuickBooks id, or says which one is missing. Key order and numbers stay. */
export function resolve(body: ExactObject, linkOf: (ref: string) => Referred | undefined): Resolution {
  let missing: { ref: string; at?: string } | undefined;
  const resolved = replace(body, (ref, at) => {
    const link = linkOf(ref);
    const id = at === undefined ? link?.qboId : link?.kept[at];
    if (id === undefined) missing ??= { ref, ...(at === undefined ? {} : { at }) };
    return id ?? null;
  });
  return missing === undefined ? { is: 'resolved', body: resolved as ExactObject } : { is: 'missing', ...missing };
}

/** What the link remembers of the record, as far as composing an update needs it. */
export interface Known {
  readonly qboId: string;
  readonly syncToken: string;
  readonly sent: FieldHashes;
  /** Fields whose last change was made in QuickBooks: left alone until they change here. */
  readonly theirs: readonly string[];
}

/**
 *   no link ─────────────────────────────▶ create   the body as it is
 *   every field as sent ─────────────────▶ nothing
 *   a field once sent is absent now ─────▶ reread   where the entity clears by a full update
 *   else ────────────────────────────────▶ update   sparse: the changed fields, or all; `always` in any case
 */
export type Composed =
  | { readonly do: 'create'; readonly bytes: string }
  | { readonly do: 'update'; readonly bytes: string }
  | { readonly do: 'nothing' }
  | { readonly do: 'reread'; readonly cleared: readonly string[] };

/** What to send for a put, its refs resolved. */
export function compose(body: ExactObject, how: How, known: Known | undefined): Composed {
  if (known === undefined) return { do: 'create', bytes: printExact(body) };
  const wanted = hashFields(body);
  const cleared = how.clear === 'full' ? Object.keys(known.sent).filter((field) => wanted[field] === undefined) : [];
  if (cleared.length > 0) return { do: 'reread', cleared };
  const changed = Object.keys(wanted).filter((field) => !isOnce(field, how) && wanted[field] !== known.sent[field]);
  if (changed.length === 0) return { do: 'nothing' };
  return { do: 'update', bytes: updateBytes(pick(body, how, changed, known.theirs), known) };
}

/** A field that only the create carries. */
export const isOnce = (field: string, how: How): boolean => how.once?.includes(field) === true;

/** The fields an update carries, in the body's order. */
export function pick(body: ExactObject, how: How, changed: readonly string[], leave: readonly string[]): ExactObject {
  const sent = (field: string): boolean =>
    changed.includes(field) ||
    (!leave.includes(field) && !isOnce(field, how) && (how.update === 'whole' || (how.always ?? []).includes(field)));
  return Object.fromEntries(Object.entries(body).filter(([field]) => sent(field)));
}

/** A sparse update: omitted fields stay (quickbooks.md §9.1). */
export function updateBytes(fields: ExactObject, at: Pick<Known, 'qboId' | 'syncToken'>): string {
  return printExact({ Id: at.qboId, SyncToken: at.syncToken, sparse: true, ...fields });
}

/** A full update of a record just read: what it holds, ours over it, the cleared fields left out and so emptied. */
export function fullBytes(record: ExactObject, fields: ExactObject, cleared: readonly string[]): string {
  const kept = Object.entries(record).filter(([field]) => !cleared.includes(field) && !READ_ONLY.has(field));
  return printExact({ ...Object.fromEntries(kept), ...fields, sparse: false });
}

const READ_ONLY: ReadonlySet<string> = new Set(['MetaData', 'domain', 'sparse']);

/** A removal: Id, SyncToken and the fields its form asks for. */
export function removeBytes(how: How, fields: ExactObject, at: Pick<Known, 'qboId' | 'syncToken'>): string {
  return printExact({ Id: at.qboId, SyncToken: at.syncToken, ...fields });
}

/** `operation=void` → `{ operation: 'void' }`; a deletion needs no form of its own, an inactivation has no query. */
export function removeQuery(how: How): Record<string, string> {
  const form = how.remove;
  const text = form?.query ?? (form?.as === 'inactive' ? '' : `operation=${form?.as ?? 'delete'}`);
  return Object.fromEntries(new URLSearchParams(text));
}

function walk(json: ExactJson, visit: (ref: string) => void): void {
  if (Array.isArray(json)) json.forEach((each) => walk(each, visit));
  else if (isObject(json)) {
    const ref = json['$ref'];
    if (typeof ref === 'string') visit(ref);
    else Object.values(json).forEach((each) => walk(each, visit));
  }
}

function replace(json: ExactJson, by: (ref: string, at: string | undefined) => ExactJson): ExactJson {
  if (Array.isArray(json)) return json.map((each) => replace(each, by));
  if (!isObject(json)) return json;
  const { $ref: ref, at } = json;
  if (typeof ref === 'string') return by(ref, typeof at === 'string' ? at : undefined);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, replace(value, by)]));
}
