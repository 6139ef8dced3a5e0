import { printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { AnswerOutcome } from '@qbo-sync/contracts/sync/answer';
import type { Client } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { Fenced, type Desk, type Job } from './desk';
import type { Remembered } from '../decide/settle';
import { shardOf } from '../intake';
import { pushCommand, waitingActivity, type Place } from '../messages';
import type { Opening } from './openings';
import { takeBeforeWrite } from '../feed/taking';
import { insertAsked } from '../sql/asked';
import { closeAttempts, updateActAt, updateResent, type AttemptRow } from '../sql/attempts';
import { selectLink, type LinkRow } from '../sql/links';
import { insertOutgoing } from '../sql/outgoing';
import { updateWait } from '../sql/waiting';
import { selectHeldEpochs } from '../sql/shards';

/** What an answer says, and what the link becomes by it. */
export interface Settlement {
  readonly outcome: AnswerOutcome;
  readonly code?: string;
  readonly detail?: string;
  readonly holder?: string;
  readonly adopted?: true;
  readonly intuitTid?: string;
  /** QuickBooks' record, or its text. */
  readonly record?: ExactObject | string;
  readonly quickbooksId?: string;
  readonly link?: { readonly remembered: Remembered; readonly generation: number };
}

/**
 * Commits an answer with all that follows: link, answer, every pending revision up to its own, the attempt, the messages.
 * Then what waited for the ref is looked at again (ledger.ts).
 */
export async function settle(desk: Desk, job: Job, settlement: Settlement, attempt?: AttemptRow): Promise<void> {
  const { tenant } = job.place;
  const { outcome, code, detail, holder, adopted, intuitTid, link, record } = settlement;
  const at = desk.clock();
  const left = await desk.ledger.settle({
    answer: {
      ...job.place,
      books: job.company.books,
      outcome,
      code: code ?? null,
      record: typeof record === 'object' ? printExact(record) : (record ?? null),
      at: at.toISOString(),
      detail: detail ?? null,
      holder: holder ?? null,
      adopted: adopted ?? null,
      intuitTid: intuitTid ?? null,
      quickbooksId: settlement.quickbooksId ?? link?.remembered.qboId ?? null,
    },
    epoch: desk.epochOf(tenant),
    row: job.row,
    ...(link === undefined ? {} : { link: linkRow(job, link) }),
    ...(attempt === undefined ? {} : { closing: { id: attempt.id, outcome, at } }),
  });
  desk.tell({
    ...job.place,
    step: 'answered',
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(intuitTid === undefined ? {} : { intuitTid }),
  });
  if (left === 'whole') desk.onCommit(tenant);
  else desk.onChange(tenant);
}

function linkRow(job: Job, { remembered, generation }: NonNullable<Settlement['link']>): Omit<LinkRow, 'answer'> {
  const { how, resource } = job.request;
  return {
    ...remembered,
    books: job.company.books,
    ref: job.place.ref,
    resource,
    path: how.path,
    wrapper: how.wrapper ?? resource,
    revision: job.place.revision,
    generation,
  };
}

export interface Waiting {
  /** Absent: the company's condition says it (messages.md), not a message per record. */
  readonly reason?: Reason;
  readonly waitsOn?: string;
  /** Ask the parent's owner for it, once. */
  readonly ask?: boolean;
  readonly notBefore?: Date;
  /** The attempt that led here is used up. */
  readonly used?: boolean;
  /** Its row says `sending`: only an answer's stage takes that back. */
  readonly sent?: boolean;
}

/** Lets the row wait, and says so unless it was said already. */
export async function letWait(
  desk: Desk,
  job: Job,
  said: string | null,
  wait: Waiting,
  attempt?: AttemptRow,
): Promise<void> {
  const { tenant, ref, revision } = job.place;
  const at = desk.clock();
  const says = `${wait.reason?.code ?? ''}/${wait.waitsOn ?? ''}/${wait.used === true ? job.place.attempt : ''}`;
  await fenced(desk, tenant, async (client) => {
    if (attempt !== undefined)
      await closeAttempts(client, [{ id: attempt.id, outcome: wait.used === true ? 'refused' : 'not_executed', at }]);
    const stands = await updateWait(client, {
      tenant,
      ref,
      revision,
      said: says,
      ...(wait.waitsOn === undefined ? {} : { waitsOn: wait.waitsOn }),
      ...(wait.notBefore === undefined ? {} : { notBefore: wait.notBefore }),
      ...(wait.used === true ? { attempts: job.place.attempt } : {}),
    });
    if (!stands || said === says || wait.reason === undefined) return;
    const place: Place = wait.used === true ? { ...job.place, attempt: job.place.attempt + 1 } : job.place;
    const { waitsOn, notBefore } = wait;
    await insertOutgoing(client, [
      waitingActivity(
        place,
        wait.sent === true ? 4 : 2,
        {
          reason: wait.reason,
          ...(waitsOn === undefined ? {} : { waitsOn }),
          // Where the company is the cause it goes at once when its gate opens: its condition says when, not the row.
          ...(notBefore === undefined || notBefore <= at ? {} : { retryAt: notBefore }),
        },
        at,
      ),
    ]);
    if (wait.ask === true && waitsOn !== undefined && (await insertAsked(client, job.company.books, waitsOn, at))) {
      const { company, request, lane } = job;
      await insertOutgoing(client, [
        pushCommand(waitsOn, { tenant, books: company.books, run: request.run, lane }, at),
      ]);
    }
  });
  const { waitsOn } = wait;
  const code = wait.reason?.code;
  desk.tell({
    ...job.place,
    step: 'waiting',
    ...(code === undefined ? {} : { code }),
    ...(waitsOn === undefined ? {} : { waitsOn }),
  });
  desk.onChange(tenant, wait.notBefore);
}

/**
 * Stores what is about to be sent for one company, in the order given. From here on each may have been executed until an
 * answer says otherwise.
 */
export async function openAttempts(desk: Desk, tenant: string, openings: readonly Opening[]): Promise<AttemptRow[]> {
  const opened = await desk.open({ tenant, epoch: desk.epochOf(tenant), at: desk.clock(), openings });
  for (const { job } of openings) desk.tell({ ...job.place, step: 'sending' });
  desk.onCommit(tenant);
  return opened;
}

/** Counts resends of the same bytes before they are made. */
export async function reopenAttempts(
  desk: Desk,
  tenant: string,
  attempts: readonly AttemptRow[],
): Promise<AttemptRow[]> {
  const at = desk.clock();
  const ids = attempts.map(({ id }) => id);
  await fenced(desk, tenant, (client) => updateResent(client, ids, at));
  return attempts.map((attempt) => ({ ...attempt, sends: attempt.sends + 1, lastSentAt: at, heard: false }));
}

/** The outcome is not known: the attempt stays open and is taken up again at `actAt`. */
export async function keepOpen(
  desk: Desk,
  place: Place,
  attempt: AttemptRow,
  next: { readonly actAt: Date; readonly uncount: boolean; readonly say: boolean; readonly sentBy: Date },
): Promise<void> {
  await fenced(desk, attempt.tenant, async (client) => {
    await updateActAt(client, attempt.id, { actAt: next.actAt, uncount: next.uncount, sentBy: next.sentBy });
    if (next.say)
      await insertOutgoing(client, [waitingActivity(place, 4, { reason: { code: 'checking' } }, desk.clock())]);
  });
  desk.tell({ ...place, step: 'unsure' });
  desk.onChange(attempt.tenant, next.actAt);
}

/** A read showed that the attempt was not executed as it stands; the row is worked on anew. */
export async function dropAttempt(desk: Desk, attempt: AttemptRow): Promise<void> {
  const at = desk.clock();
  await fenced(desk, attempt.tenant, (client) => closeAttempts(client, [{ id: attempt.id, outcome: 'stale', at }]));
}

/** What somebody changed there is told before a write of ours goes on top of it. `ours`: fields we have written meanwhile. */
export async function tellTheirs(
  desk: Desk,
  job: Job,
  record: ExactObject,
  ours: readonly string[] = [],
): Promise<void> {
  const { company, place, request } = job;
  await fenced(desk, place.tenant, (client) =>
    takeBeforeWrite(client, company, request.resource, { record, ours }, desk.clock()),
  );
  desk.onChange(place.tenant);
}

/** The record was deleted in QuickBooks: the link stays and says so. */
export async function goneLink(desk: Desk, job: Job, by: 'us' | 'qbo'): Promise<Settlement['link']> {
  const link = await selectLink(desk.db, job.company.books, job.place.ref);
  return link === undefined ? undefined : { remembered: { ...link, gone: by }, generation: link.generation };
}

async function fenced<T>(desk: Desk, tenant: string, work: (client: Client) => Promise<T>): Promise<T> {
  const shard = shardOf(tenant);
  return inTransaction(desk.db, async (client) => {
    const epoch = desk.epochOf(tenant);
    const held = await selectHeldEpochs(client, [{ shard, epoch }]);
    if (!held.has(shard)) throw new Fenced(shard, epoch);
    return work(client);
  });
}
