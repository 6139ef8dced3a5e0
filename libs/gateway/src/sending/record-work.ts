import { isObject, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { isForOwner } from '@qbo-sync/qbo/error-table';
import type { Desk, Job } from './desk';
import { compose, refsIn, removeBytes, removeQuery, resolve } from '../decide/bodies';
import { claim, type Claim } from '../decide/claim';
import { hashFields, valueAt } from '../decide/fields';
import { remember, unmet } from '../decide/settle';
import { list } from './lists';
import { lookForSent, parseBytes, readRecord, requestBody, shownRecord, type Read } from './looking';
import { mergePut } from './merging';
import type { Company } from '../calling/quickbooks';
import { sendParcel } from './sending';
import { goneLink, letWait, settle } from './settling';
import { selectRecord } from '../sql/answers';
import { updateKept, type LinkRow } from '../sql/links';
import type { HeadRow } from '../sql/heads';
import { selectDependants } from '../sql/pending';
import type { PendingRow } from '../sql/pending-row';
import { wakeWaiters } from '../sql/waiting';
import { selectRequests } from '../sql/requests';
import type { Surroundings } from './surroundings';

/**
 * Does what one pending row asks for, as far as it can be done now. `listed` may be old by now; with its request it was read a
 * moment ago, and nothing of its company was under way.
 */
export async function workOn(
  desk: Desk,
  company: Company,
  listed: HeadRow,
  message: string | undefined,
): Promise<void> {
  const [row, around] = await Promise.all([
    message === undefined ? desk.claim(listed) : { ...listed, message },
    desk.around({ ...listed, books: company.books }),
  ]);
  if (row === undefined) return;
  const read = jobOf(company, row, row.message, row.lane, row.attempts);
  // Its bytes were dropped only after its answer, which took the row with it.
  if (read === undefined) return;
  const job: Job = { ...read, row: { ctid: row.ctid, xmin: row.xmin } };
  if (row.kind === 'cancel' || row.books !== company.books) return settle(desk, job, { outcome: 'cancelled' });
  // Another revision names other refs.
  const { linked, claimed } = await look(desk, company, row, row.revision === listed.revision ? around : undefined);
  if (claimed.do === 'wait') return waitFor(desk, job, row, claimed);
  const link = linked.get(row.ref);
  switch (row.kind) {
    case 'put':
      return put(desk, job, link, linked, row.suspectSince);
    case 'remove':
      return remove(desk, job, link, row.suspectSince);
    case 'link':
      return linkTo(desk, job, link);
    case 'list':
      return list(desk, job);
  }
}

async function look(
  desk: Desk,
  company: Company,
  row: PendingRow,
  around?: Surroundings,
): Promise<{ readonly linked: ReadonlyMap<string, LinkRow>; readonly claimed: Claim }> {
  const { db } = desk;
  const { pending, linked } = around ?? (await desk.around({ ...row, books: company.books }));
  const last = row.kind === 'remove' || row.last;
  const claimed = claim(row, {
    linked: new Set(linked.keys()),
    pending,
    dependants: last ? await selectDependants(db, row.tenant, company.books, row.ref) : [],
  });
  return { linked, claimed };
}

/**
 * What is waited for may have been settled between the look and the commit of the wait, and its wake been too early: so
 * it is looked at once more. A settlement after this look finds the wait and ends it.
 */
async function waitFor(desk: Desk, job: Job, row: PendingRow, claimed: Extract<Claim, { do: 'wait' }>): Promise<void> {
  const { on: waitsOn, ask } = claimed;
  await letWait(desk, job, row.said, { reason: { code: 'parent', params: { ref: waitsOn } }, waitsOn, ask });
  const again = (await look(desk, job.company, row)).claimed;
  if (again.do === 'wait' && again.on === waitsOn) return;
  await wakeWaiters(desk.db, [{ tenant: row.tenant, ref: waitsOn }]);
  desk.onChange(row.tenant);
}

/** The job behind one revision, or undefined when its request is not kept any more. */
export async function openJob(
  desk: Desk,
  company: Company,
  of: { readonly tenant: string; readonly ref: string; readonly revision: number },
  attempts: number,
): Promise<Job | undefined> {
  const [text] = await selectRequests(desk.db, [of]);
  return jobOf(company, of, text, 'backlog', attempts);
}

function jobOf(
  company: Company,
  { tenant, ref, revision }: { readonly tenant: string; readonly ref: string; readonly revision: number },
  text: string | null | undefined,
  lane: Job['lane'],
  attempts: number,
): Job | undefined {
  if (text === undefined || text === null) return undefined;
  const request = JSON.parse(text) as QboRequest;
  return { company, place: { tenant, ref, revision, attempt: attempts + 1 }, request, lane, attempts };
}

async function put(
  desk: Desk,
  job: Job,
  link: LinkRow | undefined,
  linked: ReadonlyMap<string, LinkRow>,
  suspectSince: Date | null,
): Promise<void> {
  // Never made again by itself: a person says whether it shall be.
  if (link?.gone === 'qbo') return settle(desk, job, { outcome: 'gone', code: '610' });
  const body = await resolveBody(desk, job, linked);
  if (body === undefined) return;
  const { how } = job.request;
  const known = link === undefined || link.gone === 'us' ? undefined : link;
  const conditions = known === undefined ? [] : (job.request.if ?? []);
  const composed = compose(body, how, known);
  if (known !== undefined && (conditions.length > 0 || composed.do === 'reread' || job.request.sides !== undefined)) {
    const record = await readOwn(desk, job, known);
    if (record === undefined) return;
    const failing = unmet(record, conditions);
    if (failing !== undefined)
      return settle(desk, job, { outcome: 'refused', code: 'precondition', detail: failing, record });
    const cleared = composed.do === 'reread' ? composed.cleared : [];
    return mergePut(desk, job, { record, link: known, cleared });
  }
  const refs = refsIn(requestBody(job.request));
  if (composed.do === 'nothing' && known !== undefined) return unchanged(desk, job, known);
  if (composed.do === 'create' && suspectSince !== null && (await settleLost(desk, job, body, suspectSince))) return;
  if (composed.do === 'create' || composed.do === 'update') {
    const sent = composed.do === 'create' ? hashFields(body) : { ...known?.sent, ...hashFields(body) };
    const generation = link === undefined ? 1 : composed.do === 'create' ? link.generation + 1 : link.generation;
    const theirs = (known?.theirs ?? []).filter((field) => sent[field] === known?.sent[field]);
    const { do: kind, bytes } = composed;
    return sendParcel(desk, job, { kind, query: {}, bytes, fields: { sent, theirs, refs, generation } });
  }
}

/**
 * A create that a gateway may have sent whose database is lost: looked for first. True: it was found, and is made what is
 * wanted now; or it waits, or a person looks. False: it was not made.
 */
async function settleLost(desk: Desk, job: Job, body: ExactObject, since: Date): Promise<boolean> {
  const looked = await lookForSent(desk, job, body, since);
  if (looked.is === 'none') return false;
  const refs = refsIn(requestBody(job.request));
  const remembered = looked.is === 'one' ? remember(looked.record, { sent: {}, theirs: [], refs }) : undefined;
  if (looked.is === 'failed') await letWait(desk, job, null, { notBefore: desk.clock() });
  else if (looked.is !== 'one' || remembered === undefined)
    await settle(desk, job, { outcome: 'refused', code: 'unclear' });
  else {
    const { how, resource } = job.request;
    const place = { books: job.company.books, ref: job.place.ref, revision: job.place.revision };
    const names = { resource, path: how.path, wrapper: how.wrapper ?? resource };
    const link = { ...remembered, ...place, ...names, generation: 1, answer: null };
    await mergePut(desk, job, { record: looked.record, link, cleared: [] });
  }
  return true;
}

/** QuickBooks says so already: the link's hashes tell (A → B → A). The record is the one last shown, read where it is not kept. */
async function unchanged(desk: Desk, job: Job, link: LinkRow): Promise<void> {
  const kept = link.answer === null ? null : await selectRecord(desk.db, link.answer);
  const record = kept ?? (await readOwn(desk, job, link));
  if (record !== undefined) await settle(desk, job, { outcome: 'synced', quickbooksId: link.qboId, record });
}

async function remove(desk: Desk, job: Job, link: LinkRow | undefined, suspectSince: Date | null): Promise<void> {
  if (link === undefined) {
    // What was made after the backup is known by nobody here: a person looks.
    const unclear = { outcome: 'refused', code: 'unclear' } as const;
    return settle(desk, job, suspectSince === null ? { outcome: 'cancelled' } : unclear);
  }
  if (link.gone !== null) {
    return settle(desk, job, { outcome: link.gone === 'us' ? 'synced' : 'gone', quickbooksId: link.qboId });
  }
  const conditions = job.request.if ?? [];
  let { syncToken } = link;
  if (conditions.length > 0) {
    const record = await readOwn(desk, job, link);
    if (record === undefined) return;
    const failing = unmet(record, conditions);
    if (failing !== undefined)
      return settle(desk, job, { outcome: 'refused', code: 'precondition', detail: failing, record });
    if (typeof record['SyncToken'] === 'string') syncToken = record['SyncToken'];
  }
  const { how } = job.request;
  await sendParcel(desk, job, {
    kind: 'remove',
    query: removeQuery(how),
    bytes: removeBytes(how, parseBytes(how.remove?.fields ?? '{}'), { qboId: link.qboId, syncToken }),
    fields: { sent: {}, theirs: [], refs: [], generation: link.generation },
  });
}

/** Links a record that somebody named by its id, or QuickBooks did, if it is what the request says it must be. */
async function linkTo(desk: Desk, job: Job, link: LinkRow | undefined): Promise<void> {
  const id = requestBody(job.request)['Id'];
  const { resource, how } = job.request;
  if (typeof id !== 'string') return settle(desk, job, { outcome: 'refused', code: 'no_id' });
  const holder = await desk.holderOf({ books: job.company.books, resource, qboId: id });
  if (holder !== undefined && holder !== job.place.ref)
    return settle(desk, job, { outcome: 'refused', code: 'linked', holder });
  const place = { path: how.path, wrapper: how.wrapper ?? resource, qboId: id };
  const read = (await shownRecord(desk, job, id)) ?? (await readRecord(desk, job, place));
  if (read.is === 'gone') return settle(desk, job, { outcome: 'refused', code: '610' });
  const record = await recordOrWait(desk, job, read);
  const failing = record && unmet(record, job.request.if ?? []);
  if (failing !== undefined)
    return settle(desk, job, { outcome: 'refused', code: 'precondition', detail: failing, ...(record && { record }) });
  const remembered = record && remember(record, { sent: {}, theirs: [], refs: [] });
  if (record === undefined || remembered === undefined) return;
  await settle(desk, job, { outcome: 'synced', record, link: { remembered, generation: link?.generation ?? 1 } });
}

/** Every `$ref` replaced; an id that the link does not keep is read once. Undefined: the row was let wait or settled. */
async function resolveBody(
  desk: Desk,
  job: Job,
  linked: ReadonlyMap<string, LinkRow>,
): Promise<ExactObject | undefined> {
  const body = requestBody(job.request);
  const kept = new Map([...linked].map(([ref, { qboId, kept: ids }]) => [ref, { qboId, kept: { ...ids } }]));
  for (;;) {
    const resolved = resolve(body, (ref) => kept.get(ref));
    if (resolved.is === 'resolved') return resolved.body;
    const { ref, at } = resolved;
    const parent = linked.get(ref);
    const ids = kept.get(ref);
    if (parent === undefined || ids === undefined || at === undefined || at in ids.kept) {
      await settle(desk, job, {
        outcome: 'refused',
        code: 'reference',
        detail: at === undefined ? ref : `${ref} ${at}`,
      });
      return undefined;
    }
    const read = await readRecord(desk, job, parent);
    const record = read.is === 'gone' ? undefined : await recordOrWait(desk, job, read);
    if (read.is === 'gone') {
      await settle(desk, job, { outcome: 'refused', code: 'reference', detail: ref });
    }
    if (record === undefined) return undefined;
    const value = valueAt(record, at);
    if (typeof value !== 'string' && !isNumber(value)) {
      await settle(desk, job, { outcome: 'refused', code: 'reference', detail: `${ref} ${at}` });
      return undefined;
    }
    ids.kept[at] = typeof value === 'string' ? value : value.source;
    await updateKept(desk.db, job.company.books, ref, { [at]: ids.kept[at] });
  }
}

async function readOwn(desk: Desk, job: Job, link: LinkRow): Promise<ExactObject | undefined> {
  const read = await readRecord(desk, job, link);
  if (read.is !== 'gone') return recordOrWait(desk, job, read);
  const gone = await goneLink(desk, job, 'qbo');
  await settle(desk, job, { outcome: 'gone', code: '610', ...(gone === undefined ? {} : { link: gone }) });
  return undefined;
}

/** A record, or undefined with the row let wait (the company's gate holds it) or refused. */
async function recordOrWait(
  desk: Desk,
  job: Job,
  read: Exclude<Read, { is: 'gone' }>,
): Promise<ExactObject | undefined> {
  if (read.is === 'record') return read.record;
  const { outcome } = read;
  if (outcome.is === 'fault' && isForOwner(outcome.fault.class)) {
    await settle(desk, job, { outcome: 'refused', code: outcome.fault.code, detail: outcome.fault.detail });
  } else {
    await letWait(desk, job, null, { notBefore: desk.clock() });
  }
  return undefined;
}

function isNumber(value: unknown): value is { source: string } {
  return typeof value === 'object' && value !== null && !isObject(value as ExactObject) && 'source' in value;
}
