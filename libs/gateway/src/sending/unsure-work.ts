import type { Desk, Job } from './desk';
import { afterLook, firstStep, latestSend, type NextStep } from '../decide/unsure';
import { lookForSent, parseBytes, readRecord } from './looking';
import { NEEDED_TO_SEND_MS, type Company } from '../calling/quickbooks';
import { openJob } from './record-work';
import { resend, settleFound } from './sending';
import { keepOpen, settle } from './settling';
import { isRemoved } from '../decide/settle';
import { covers } from '../decide/fields';
import { selectOpenAttempt, type AttemptRow } from '../sql/attempts';
import { selectLink } from '../sql/links';

/** Takes the next step with an attempt whose outcome is not known (decide/unsure.ts). */
export async function workOnOpen(desk: Desk, company: Company, listed: AttemptRow): Promise<void> {
  const open = await selectOpenAttempt(desk.db, listed.id);
  if (open === undefined) return;
  const attempt = { ...open, lastSentAt: latestSend(open, NEEDED_TO_SEND_MS, desk.clock()) };
  const job = await openJob(desk, company, attempt, attempt.number - 1);
  // A request is kept longer than its attempts stay open.
  if (job === undefined) throw new Error('an open attempt has lost its request');
  const step = firstStep(attempt);
  if (step.do === 'look') return look(desk, job, attempt);
  return take(desk, job, attempt, step);
}

async function look(desk: Desk, job: Job, attempt: AttemptRow): Promise<void> {
  const record =
    attempt.kind === 'create' ? await lookForCreated(desk, job, attempt) : await lookAtUpdated(desk, job, attempt);
  if (record === 'failed') return take(desk, job, attempt, { do: 'wait', until: desk.clock() });
  if (record === 'ambiguous') return take(desk, job, attempt, { do: 'unclear' });
  if (record !== 'absent') return settleFound(desk, job, attempt, record);
  return take(desk, job, attempt, afterLook(attempt, desk.unsureWaitMs, desk.clock()));
}

async function lookForCreated(desk: Desk, job: Job, attempt: AttemptRow) {
  const looked = await lookForSent(desk, job, parseBytes(attempt.bytes), attempt.sentAt);
  switch (looked.is) {
    case 'one':
      return looked.record;
    case 'none':
      return 'absent';
    case 'failed':
      return 'failed';
    default:
      return 'ambiguous';
  }
}

async function lookAtUpdated(desk: Desk, job: Job, attempt: AttemptRow) {
  const link = await selectLink(desk.db, job.company.books, job.place.ref);
  const read = link && (await readRecord(desk, job, link));
  if (read === undefined || read.is === 'gone') return 'absent';
  if (read.is === 'failed') return 'failed';
  const { record } = read;
  const { Id: _id, SyncToken: _token, sparse: _sparse, ...sent } = parseBytes(attempt.bytes);
  const done =
    attempt.kind === 'remove' ? isRemoved(record, job.request.how.remove?.as ?? 'delete') : covers(record, sent);
  return done ? record : 'absent';
}

async function take(desk: Desk, job: Job, attempt: AttemptRow, step: NextStep): Promise<void> {
  switch (step.do) {
    case 'resend':
      return resend(desk, job, attempt);
    case 'wait':
      return keepOpen(desk, job.place, attempt, {
        ...{ actAt: step.until, uncount: false, say: false },
        sentBy: attempt.lastSentAt,
      });
    case 'unclear':
      return settle(desk, job, { outcome: 'refused', code: 'unclear' }, attempt);
    case 'look':
      return look(desk, job, attempt);
  }
}
