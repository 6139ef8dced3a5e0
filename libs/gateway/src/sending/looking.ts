import { isObject, parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Find, QboRequest } from '@qbo-sync/contracts/sync/request';
import { recordIn, type Outcome } from '@qbo-sync/qbo/classify';
import { PAGE_ROWS } from '@qbo-sync/qbo/query';
import type { Desk, Job } from './desk';
import { CLOCK_MARGIN_MS, lookFor, lookToAdopt, pickFound, truncated, type Found, type Look } from '../decide/find';
import { lookUp } from './looks';
import { selectLinkedIds } from '../sql/links';

/** Reads of QuickBooks that working on a row needs. */

/** `failed`: QuickBooks did not show it; the row is taken up again once it does. */
export type Read =
  | { readonly is: 'record'; readonly record: ExactObject }
  | { readonly is: 'gone' }
  | { readonly is: 'failed'; readonly outcome: Outcome };

/** One record by its id. A missing object is fault 610 (quickbooks.md §10). */
export async function readRecord(
  desk: Desk,
  job: Job,
  at: { readonly path: string; readonly wrapper: string; readonly qboId: string },
): Promise<Read> {
  const outcome = await desk.quickbooks.call(job.company, {
    method: 'GET',
    path: `${at.path}/${encodeURIComponent(at.qboId)}`,
  });
  if (outcome.is === 'fault' && outcome.fault.code === '610') return { is: 'gone' };
  const record = outcome.is === 'ok' ? recordIn(outcome.body, at.wrapper) : undefined;
  if (record === undefined) return { is: 'failed', outcome };
  return record['status'] === 'Deleted' ? { is: 'gone' } : { is: 'record', record };
}

/**
 * The record as the request brings it from a list, so that adopting thousands costs no read of each; undefined: it is not
 * there, something is to be checked on it, or it was changed in QuickBooks since, as far as we were told.
 */
export async function shownRecord(
  desk: Desk,
  { company: { books }, request }: Job,
  qboId: string,
): Promise<Extract<Read, { is: 'record' }> | undefined> {
  const { shown, resource } = request;
  if (shown === undefined || (request.if ?? []).length > 0) return undefined;
  const record = parseBytes(shown);
  const { Id: id, SyncToken: token } = record;
  if (id !== qboId || typeof token !== 'string' || !/^\d{1,18}$/.test(token)) return undefined;
  return (await desk.isToldOf({ books, resource, qboId, token })) ? undefined : { is: 'record', record };
}

export type Looked = Found | { readonly is: 'failed' } | { readonly is: 'blind' };

/** Looks for what a create of unknown outcome may have made. `blind`: there is nothing to look by. */
export async function lookForSent(desk: Desk, job: Job, body: ExactObject, sentAt: Date): Promise<Looked> {
  const { find } = job.request;
  const look = find && lookFor(find, sentAt);
  if (find === undefined || look === undefined) return { is: 'blind' };
  const since = new Date(sentAt.getTime() - CLOCK_MARGIN_MS);
  const found = await search(desk, job, { find, look, body, createdSince: since });
  // More changes than one answer holds: a query by fields, where there is one, sees the rest.
  if (found.is !== 'cut') return found;
  if (find.where === undefined || find.where.length === 0) return { is: 'blind' };
  const byQuery = await search(desk, job, {
    find,
    look: { by: 'query', where: find.where },
    body,
    createdSince: since,
  });
  return byQuery.is === 'cut' ? { is: 'blind' } : byQuery;
}

/**
 * Looks for the one record that holds a taken name. `holder`: the ref of ours that is linked to a record of this name;
 * `bearer`: a record of this name that is nobody's of ours.
 */
export async function lookToLink(
  desk: Desk,
  job: Job,
  body: ExactObject,
): Promise<{ readonly found: Looked; readonly holder?: string; readonly bearer?: ExactObject }> {
  const { find, resource } = job.request;
  const look = lookToAdopt(find);
  if (find === undefined || look === undefined) return { found: { is: 'blind' } };
  const page = await lookUp(desk.quickbooks, job.company, { resource, look });
  if (page === undefined) return { found: { is: 'failed' } };
  const { records } = page;
  const taken = await linkedAmong(desk, job, records);
  const found = pickFound(records, { find, body, taken: new Set(taken.keys()) });
  const holder = [...taken.values()][0];
  const bearer = records.find(({ Id: id }) => typeof id === 'string' && !taken.has(id));
  return { found, ...(holder === undefined ? {} : { holder }), ...(bearer === undefined ? {} : { bearer }) };
}

/** The body of a sent record, from its very bytes. */
export function parseBytes(bytes: string): ExactObject {
  const json = parseExact(bytes);
  return isObject(json) ? json : {};
}

interface Searching {
  readonly find: Find;
  readonly look: Look;
  readonly body: ExactObject;
  readonly createdSince: Date;
}

async function search(
  desk: Desk,
  job: Job,
  { find, look, body, createdSince }: Searching,
): Promise<Looked | { readonly is: 'cut' }> {
  const { resource } = job.request;
  const page = await lookUp(desk.quickbooks, job.company, { resource, look });
  if (page === undefined) return { is: 'failed' };
  const { records } = page;
  const taken = new Set((await linkedAmong(desk, job, records)).keys());
  const found = pickFound(records, { find: by(find, look), body, taken, createdSince });
  return found.is === 'none' && truncated(page.body, resource, PAGE_ROWS) ? { is: 'cut' } : found;
}

/** Looked for by fields, the fields must agree; a marker is asked for as well where the record shows one. */
function by(find: Find, look: Look): Find {
  return look.by === 'changes'
    ? find
    : { agree: find.agree, adopt: find.adopt, ...(find.anyOf ? { anyOf: find.anyOf } : {}) };
}

async function linkedAmong(desk: Desk, job: Job, records: readonly ExactObject[]): Promise<Map<string, string>> {
  const ids = records.map((record) => record['Id']).filter((id): id is string => typeof id === 'string');
  const linked = await selectLinkedIds(desk.db, job.company.books, job.request.resource, ids);
  return new Map([...linked].filter(([, ref]) => ref !== job.place.ref));
}

/** The request's body, checked when it was taken in. */
export function requestBody(request: QboRequest): ExactObject {
  return parseBytes(request.body);
}
