import { ExactNumber, isObject, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Find } from '@qbo-sync/contracts/sync/request';
import { covers, valueAt } from './fields';

/** A create may have been executed before our clock says it was sent. */
export const CLOCK_MARGIN_MS = 60_000;

/** The one call that looks for a record: a page of changes since a moment, or a query. */
export type Look =
  | { readonly by: 'changes'; readonly since: Date }
  | { readonly by: 'query'; readonly where: readonly (readonly [string, string])[] };

/** How to look for a record; undefined: there is nothing to look by. */
export function lookFor(find: Find, sentAt: Date): Look | undefined {
  if (find.marker !== undefined) return { by: 'changes', since: new Date(sentAt.getTime() - CLOCK_MARGIN_MS) };
  return find.where !== undefined && find.where.length > 0 ? { by: 'query', where: find.where } : undefined;
}

/** The query on which a record with a taken name is looked for; undefined: the entity does not adopt. */
export function lookToAdopt(find: Find | undefined): Look | undefined {
  const adopts = find?.adopt === true && find.where !== undefined && find.where.length > 0;
  return adopts ? { by: 'query', where: find.where ?? [] } : undefined;
}

export type Found =
  { readonly is: 'none' } | { readonly is: 'one'; readonly record: ExactObject } | { readonly is: 'many' };

export interface Search {
  readonly find: Find;
  /** The body as it was sent, refs resolved. */
  readonly body: ExactObject;
  /** QuickBooks ids that are linked to another ref. */
  readonly taken: ReadonlySet<string>;
  /** After an unsure create: nothing made earlier is ours. */
  readonly createdSince?: Date;
}

/** Which of the records looked at is the one we sent. */
export function pickFound(records: readonly ExactObject[], search: Search): Found {
  const ours = records.filter((record) => isOurs(record, search));
  const [only] = ours;
  if (only === undefined) return { is: 'none' };
  return ours.length === 1 ? { is: 'one', record: only } : { is: 'many' };
}

function isOurs(record: ExactObject, { find, body, taken, createdSince }: Search): boolean {
  const id = record['Id'];
  if (typeof id !== 'string' || taken.has(id) || record['status'] === 'Deleted' || record['Active'] === false)
    return false;
  if (createdSince !== undefined && !madeSince(record, createdSince)) return false;
  if (createdSince !== undefined && find.marker !== undefined) {
    return bearsMarker(valueAt(record, find.marker.path), find.marker.text);
  }
  const agrees = (path: string): boolean => {
    const wanted = valueAt(body, path);
    return wanted === undefined || same(valueAt(record, path), wanted);
  };
  const offered = (find.anyOf ?? []).filter((path) => valueAt(body, path) !== undefined);
  // Made since our own send, the name alone may tell; a namesake that was there before is somebody else (postings.md §12).
  const nameTells = offered.length === 0 && (createdSince !== undefined || find.anyOf === undefined);
  return find.agree.every(agrees) && (nameTells || offered.some(agrees));
}

/** The marker stands anywhere in the note, followed by a space or the end: `pay_50` is a prefix of `pay_500`. */
export function bearsMarker(note: ExactJson | undefined, marker: string): boolean {
  if (typeof note !== 'string') return false;
  for (let at = note.indexOf(marker); at >= 0; at = note.indexOf(marker, at + 1)) {
    const next = note[at + marker.length];
    if (next === undefined || /\s/.test(next)) return true;
  }
  return false;
}

/** QuickBooks compares names without case (quickbooks.md §6.1). */
function same(shown: ExactJson | undefined, wanted: ExactJson): boolean {
  if (typeof shown === 'string' && typeof wanted === 'string') {
    return shown.trim().toLowerCase() === wanted.trim().toLowerCase();
  }
  return covers(shown, wanted);
}

function madeSince(record: ExactObject, since: Date): boolean {
  const made = valueAt(record, 'MetaData.CreateTime');
  return typeof made !== 'string' || !(Date.parse(made) < Math.floor(since.getTime() / 1000) * 1000);
}

/** The records of a resource in an answer of query or CDC (quickbooks.md §6.1, §7). */
export function recordsIn(body: ExactObject, resource: string): ExactObject[] {
  const own = isObject(body['QueryResponse']) ? [body['QueryResponse']] : [];
  const changes = Array.isArray(body['CDCResponse']) ? body['CDCResponse'].filter(isObject) : [];
  const blocks = changes.flatMap((each) =>
    Array.isArray(each['QueryResponse']) ? each['QueryResponse'].filter(isObject) : [],
  );
  return [...own, ...blocks].flatMap((block) =>
    Array.isArray(block[resource]) ? block[resource].filter(isObject) : [],
  );
}

/** True when an answer may have left records out: a full page, or a total above what it holds (quickbooks.md §7). */
export function truncated(body: ExactObject, resource: string, most: number): boolean {
  const changes = Array.isArray(body['CDCResponse']) ? body['CDCResponse'].filter(isObject) : [];
  const blocks = changes.flatMap((each) =>
    Array.isArray(each['QueryResponse']) ? each['QueryResponse'].filter(isObject) : [],
  );
  const rows = recordsIn(body, resource).length;
  const totals = blocks.filter((block) => block[resource] !== undefined).map((block) => block['totalCount']);
  return rows >= most || totals.some((total) => total instanceof ExactNumber && Number(total.source) > rows);
}
