import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Desk, Job } from './desk';
import { fullBytes, refsIn, removeBytes, removeQuery, resolve, updateBytes } from '../decide/bodies';
import { hashFields } from '../decide/fields';
import { backOffMs } from '../decide/gate';
import { isRemoved, movedAsSent, remember, type Remembered } from '../decide/settle';
import { threeWay } from '../decide/three-way';
import { parseBytes, readRecord, requestBody } from './looking';
import { sendParcel } from './sending';
import { dropAttempt, goneLink, keepOpen, letWait, settle, tellTheirs } from './settling';
import type { AttemptRow } from '../sql/attempts';
import { selectLink, selectLinks, type LinkRow } from '../sql/links';

/** A SyncToken that is old again after this many fresh reads: somebody is writing all the time; later. */
const MOST_MERGES = 3;

/** QuickBooks says our SyncToken is old (5010): read the record and decide again (scenarios.md 3, 15). */
export async function mergeStale(desk: Desk, job: Job, attempt: AttemptRow): Promise<void> {
  const link = await selectLink(desk.db, job.company.books, job.place.ref);
  if (link === undefined) return settle(desk, job, { outcome: 'refused', code: '5010' }, attempt);
  const read = await readRecord(desk, job, link);
  if (read.is === 'gone') {
    const goneNow = await goneLink(desk, job, attempt.kind === 'remove' ? 'us' : 'qbo');
    const outcome = attempt.kind === 'remove' ? 'synced' : 'gone';
    return settle(desk, job, { outcome, ...(goneNow === undefined ? {} : { link: goneNow }) }, attempt);
  }
  if (read.is === 'failed') {
    return attempt.sends > 1 ? stayUnsure(desk, job, attempt) : postpone(desk, job, attempt, job.attempts);
  }
  if (attempt.number - job.attempts > MOST_MERGES) return postpone(desk, job, attempt, attempt.number);
  if (attempt.kind === 'remove') return mergeRemoval(desk, job, attempt, link, read.record);
  return mergePut(desk, job, { record: read.record, link, attempt, cleared: [] });
}

async function postpone(desk: Desk, job: Job, attempt: AttemptRow, failures: number): Promise<void> {
  const notBefore = new Date(desk.clock().getTime() + backOffMs(failures, Math.random(), desk.backOff));
  const reason = { code: 'retry_at', params: { at: notBefore.toISOString() } } as const;
  return letWait(desk, job, null, { reason, notBefore, used: true }, attempt);
}

/** An earlier send of these bytes may be what made the token old: the attempt stays, for the record to be compared with. */
async function stayUnsure(desk: Desk, job: Job, attempt: AttemptRow): Promise<void> {
  const sentBy = desk.clock();
  const actAt = new Date(sentBy.getTime() + backOffMs(job.attempts, Math.random(), desk.backOff));
  return keepOpen(desk, job.place, attempt, { actAt, uncount: true, say: false, sentBy });
}

async function mergeRemoval(
  desk: Desk,
  job: Job,
  attempt: AttemptRow,
  link: LinkRow,
  record: ExactObject,
): Promise<void> {
  const { how } = job.request;
  const remembered = remember(record, { sent: {}, theirs: [], refs: link.refs });
  if (remembered !== undefined && isRemoved(record, how.remove?.as ?? 'delete')) {
    return settle(desk, job, { outcome: 'synced', record, link: { remembered, generation: link.generation } }, attempt);
  }
  await tellTheirs(desk, job, record);
  await dropAttempt(desk, attempt);
  const at = { qboId: link.qboId, syncToken: remembered?.syncToken ?? link.syncToken };
  const bytes = removeBytes(how, parseBytes(how.remove?.fields ?? '{}'), at);
  return sendParcel(desk, next(job, attempt), {
    kind: 'remove',
    query: removeQuery(how),
    bytes,
    fields: attempt.fields,
  });
}

/** A put against a record just read. */
export interface FreshPut {
  readonly record: ExactObject;
  readonly link: LinkRow;
  readonly attempt?: AttemptRow;
  /** Fields once sent and now absent, to be emptied by a full update. */
  readonly cleared: readonly string[];
}

/** Sends what still differs under the new token; settles when nothing does; a clash is for a person. */
export async function mergePut(desk: Desk, job: Job, { record, link, attempt, cleared }: FreshPut): Promise<void> {
  const { how, sides } = job.request;
  const body = await resolvedBody(desk, job);
  const chosen = sides?.theirs ?? [];
  const kept = Object.entries(link.sent).filter(([field]) => !cleared.includes(field));
  const refs = refsIn(requestBody(job.request));
  const remembered = remember(record, {
    sent: { ...Object.fromEntries(kept), ...hashFields(body) },
    theirs: chosen,
    refs,
  });
  if (remembered === undefined) return settle(desk, job, { outcome: 'refused', code: 'no_record', record }, attempt);
  const { generation } = link;
  const unsure = attempt !== undefined && attempt.sends > 1;
  if (unsure && movedAsSent(record, body, link)) {
    // Our own write made the token one higher: what is beyond that is somebody else's.
    if (Number(remembered.syncToken) > Number(link.syncToken) + 1) {
      await tellTheirs(desk, job, record, Object.keys(body));
    }
    return settle(desk, job, { outcome: 'synced', record, link: { remembered, generation } }, attempt);
  }
  await tellTheirs(desk, job, record);
  const merge = threeWay(body, how, link, record, cleared, sides);
  if (merge.is === 'clash') {
    // The link stays as it was agreed on, its token too: whatever is sent next meets the same clash.
    const detail = merge.fields.join(', ');
    return settle(desk, job, { outcome: 'clash', code: 'both_changed', detail, record }, attempt);
  }
  // What was chosen counts as said from now on: it is sent again only once it changes here.
  const unchosen = merge.theirs.filter((field) => !chosen.includes(field));
  const left = { ...leave(remembered, link, unchosen), theirs: merge.theirs };
  if (merge.is === 'same')
    return settle(desk, job, { outcome: 'synced', record, link: { remembered: left, generation } }, attempt);
  if (attempt !== undefined) await dropAttempt(desk, attempt);
  const emptied = cleared.filter((field) => !chosen.includes(field));
  const bytes = emptied.length > 0 ? fullBytes(record, merge.fields, emptied) : updateBytes(merge.fields, remembered);
  return sendParcel(desk, attempt === undefined ? job : next(job, attempt), {
    kind: 'update',
    query: {},
    bytes,
    fields: { sent: left.sent, theirs: merge.theirs, refs, generation },
  });
}

/** A field left as it is there keeps what we last sent, so that it counts as changed here only once it changes here. */
function leave(remembered: Remembered, link: LinkRow, theirs: readonly string[]): Remembered {
  const sent = Object.entries(remembered.sent).flatMap(([field, hash]) => {
    const was = theirs.includes(field) ? link.sent[field] : hash;
    return was === undefined ? [] : [[field, was] as const];
  });
  return { ...remembered, sent: Object.fromEntries(sent) };
}

async function resolvedBody(desk: Desk, job: Job): Promise<ExactObject> {
  const body = requestBody(job.request);
  const links = await selectLinks(desk.db, job.company.books, refsIn(body));
  const resolved = resolve(body, (ref) => links.get(ref));
  // It was sent before, so every ref had its record; links are never deleted.
  if (resolved.is === 'missing') throw new Error(`${resolved.ref} lost its link`);
  return resolved.body;
}

function next(job: Job, attempt: AttemptRow): Job {
  return { ...job, place: { ...job.place, attempt: attempt.number + 1 } };
}
