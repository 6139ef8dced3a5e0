import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { ReasonCode } from '@qbo-sync/contracts/reasons';
import type { Fault, Outcome } from '@qbo-sync/qbo/classify';
import type { FaultClass } from '@qbo-sync/qbo/error-table';
import type { Parcel } from './courier';
import type { Desk, Job } from './desk';
import { backOffMs } from '../decide/gate';
import { afterFault, remember, writtenIn } from '../decide/settle';
import { isQuota } from '../decide/throttle';
import { lookForSent, lookToLink, parseBytes } from './looking';
import { mergeStale } from './merging';
import { goneLink, keepOpen, letWait, settle, type Settlement } from './settling';
import type { AttemptRow } from '../sql/attempts';

/** Stores the attempt, sends it, and does what its outcome asks for. */
export async function sendParcel(desk: Desk, job: Job, parcel: Parcel): Promise<void> {
  const { attempt, outcome } = await desk.courier.post(desk, job, parcel);
  await handle(desk, job, attempt, outcome);
}

/** Sends an open attempt once more: the same bytes under the same requestid. */
export async function resend(desk: Desk, job: Job, open: AttemptRow): Promise<void> {
  const { attempt, outcome } = await desk.courier.repost(desk, job, open);
  await handle(desk, job, attempt, outcome);
}

/** What was looked for has been found: the attempt succeeded. */
export async function settleFound(desk: Desk, job: Job, attempt: AttemptRow, record: ExactObject): Promise<void> {
  await settle(desk, job, synced(record, attempt), attempt);
}

async function handle(desk: Desk, job: Job, attempt: AttemptRow, outcome: Outcome): Promise<void> {
  switch (outcome.is) {
    case 'ok': {
      const record = writtenIn(outcome.body, job.request);
      const done = record === undefined ? noRecord : synced(record, attempt);
      return settle(desk, job, { ...done, ...tid(outcome.intuitTid) }, attempt);
    }
    case 'unsent':
      if (attempt.sends > 1) return stayUnsure(desk, job, attempt, { uncount: true });
      return letWait(desk, job, null, { notBefore: desk.clock() }, attempt);
    case 'unsure':
      return stayUnsure(desk, job, attempt, { uncount: outcome.outage });
    case 'fault':
      return faulted(desk, job, attempt, outcome.fault);
  }
}

async function faulted(desk: Desk, job: Job, attempt: AttemptRow, fault: Fault): Promise<void> {
  const adopts = job.request.find?.adopt === true;
  switch (afterFault(fault, { kind: attempt.kind, sends: attempt.sends, adopts })) {
    case 'unsure':
      return stayUnsure(desk, job, attempt, { uncount: true });
    case 'later':
      return later(desk, job, attempt, fault);
    case 'merge':
      return mergeStale(desk, job, attempt);
    case 'gone':
      return gone(desk, job, attempt, fault);
    case 'look': {
      const looked = await lookForSent(desk, job, parseBytes(attempt.bytes), attempt.sentAt);
      if (looked.is === 'failed') return stayUnsure(desk, job, attempt, { uncount: true });
      if (looked.is === 'one') return settleFound(desk, job, attempt, looked.record);
      // No earlier send of ours made it: the name was there before.
      return fault.class === 'adopt' && adopts
        ? adopt(desk, job, attempt, fault)
        : settle(desk, job, refused(fault), attempt);
    }
    case 'adopt':
      return adopt(desk, job, attempt, fault);
    case 'refused':
      return settle(desk, job, refused(fault), attempt);
  }
}

/** Exactly one agreeing, active, unlinked record of this name is ours from now on. */
async function adopt(desk: Desk, job: Job, attempt: AttemptRow, fault: Fault): Promise<void> {
  const { found, holder, bearer } = await lookToLink(desk, job, parseBytes(attempt.bytes));
  if (found.is === 'failed') return later(desk, job, attempt, fault);
  const remembered =
    found.is === 'one' ? remember(found.record, { sent: {}, theirs: [], refs: attempt.fields.refs }) : undefined;
  if (found.is !== 'one' || remembered === undefined) {
    const named = { ...(holder === undefined ? {} : { holder }), ...(bearer === undefined ? {} : { record: bearer }) };
    return settle(desk, job, { ...refused(fault), ...named }, attempt);
  }
  const link = { remembered, generation: attempt.fields.generation };
  return settle(desk, job, { outcome: 'synced', adopted: true, record: found.record, link }, attempt);
}

async function gone(desk: Desk, job: Job, attempt: AttemptRow, fault: Fault): Promise<void> {
  // What we wanted removed is not there: that is what was asked for.
  const asked = attempt.kind === 'remove' && job.request.how.remove?.as === 'delete';
  const link = await goneLink(desk, job, asked ? 'us' : 'qbo');
  const settlement: Settlement = asked ? { outcome: 'synced' } : { outcome: 'gone', code: fault.code };
  return settle(
    desk,
    job,
    { ...settlement, ...(link === undefined ? {} : { link }), ...tid(fault.intuitTid) },
    attempt,
  );
}

/** What the whole company waits for after such a fault; the rows that were being sent say so too. */
const COMPANY_REASONS: Readonly<Partial<Record<FaultClass, ReasonCode>>> = {
  reconnect: 'reconnect',
  refresh: 'reconnect',
  subscription: 'subscription',
  throttle: 'rate_limit',
};

/** Nothing was done. Where the company is the cause its gate is shut, and no attempt is used. */
async function later(desk: Desk, job: Job, attempt: AttemptRow, fault: Fault): Promise<void> {
  const ofCompany = fault.class !== 'retry';
  const code = fault.class === 'throttle' && isQuota(fault) ? 'quota' : COMPANY_REASONS[fault.class];
  const pause = backOffMs(job.attempts, Math.random(), desk.backOff);
  const notBefore = new Date(desk.clock().getTime() + (ofCompany ? 0 : pause));
  return letWait(
    desk,
    job,
    null,
    ofCompany
      ? { notBefore, sent: true, ...(code === undefined ? {} : { reason: { code } }) }
      : { reason: { code: 'retry_at', params: { at: notBefore.toISOString() } }, notBefore, used: true },
    attempt,
  );
}

/** The first step of the ambiguity protocol comes at once, later ones with a growing pause. */
async function stayUnsure(desk: Desk, job: Job, attempt: AttemptRow, { uncount }: { uncount: boolean }): Promise<void> {
  const known = attempt.sends - (uncount ? 1 : 0);
  const pause = known <= 1 ? 0 : backOffMs(known - 2, Math.random(), desk.backOff);
  const sentBy = desk.clock();
  const actAt = new Date(sentBy.getTime() + pause);
  await keepOpen(desk, job.place, attempt, { actAt, uncount, say: attempt.sends === 1, sentBy });
}

const noRecord: Settlement = { outcome: 'refused', code: 'no_record' };

function synced(record: ExactObject, attempt: AttemptRow): Settlement {
  const remembered = remember(record, attempt.fields);
  if (remembered === undefined) return { ...noRecord, record };
  const deleted = attempt.kind === 'remove' && record['status'] === 'Deleted';
  const kept =
    attempt.kind === 'remove' ? { ...remembered, sent: {}, gone: deleted ? ('us' as const) : null } : remembered;
  return { outcome: 'synced', record, link: { remembered: kept, generation: attempt.fields.generation } };
}

function refused(fault: Fault): Settlement {
  return { outcome: 'refused', code: fault.code, detail: fault.detail, ...tid(fault.intuitTid) };
}

function tid(intuitTid: string | undefined): { intuitTid?: string } {
  return intuitTid === undefined ? {} : { intuitTid };
}
