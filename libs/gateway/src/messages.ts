import { connectionWhy } from '@qbo-sync/contracts/connection-why';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { TOPICS } from '@qbo-sync/contracts/topics';
import {
  STAGES,
  type CompanyActivity,
  type CompanyCondition,
  type RecordActivity,
} from '@qbo-sync/contracts/sync/activity';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { QboChange } from '@qbo-sync/contracts/sync/change';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import type { CompanyRow } from './sql/companies';
import type { Outgoing } from './sql/outgoing';

/** The messages the gateway says, as they stand on their topics. */

/** One revision of one ref. */
export interface Place {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
}

export function answerMessage(answer: QboAnswer): Outgoing {
  return { topic: TOPICS.answers.name, key: messageKey(answer.tenant, answer.ref), value: JSON.stringify(answer) };
}

/** `ref` is the key of a record that no ref of ours names. */
export function changeMessage(change: QboChange, ref: string): Outgoing {
  return { topic: TOPICS.changes.name, key: messageKey(change.tenant, ref), value: JSON.stringify(change) };
}

/** A request whose parent nobody sent. */
interface Asking {
  readonly tenant: string;
  readonly books: string;
  readonly run: string | undefined;
  readonly lane: 'live' | 'backlog';
}

/** Asks the owner of a parent nobody sent for it; the same parent asked twice is the same command. What a backlog needs is backlog. */
export function pushCommand(ref: string, { tenant, books, run, lane }: Asking, at: Date): Outgoing {
  const command: SyncCommand = {
    commandId: `${books}/${ref}/${at.toISOString()}`,
    kind: 'push',
    tenant,
    by: 'qbo-gateway',
    why: 'referred to',
    at: at.toISOString(),
    ref,
    ...(run === undefined ? {} : { run }),
    ...(lane === 'live' ? {} : { lane }),
  };
  return { topic: TOPICS.commands.name, key: messageKey(tenant, ref), value: JSON.stringify(command) };
}

type Waiting = { readonly reason: Reason; readonly waitsOn?: string; readonly retryAt?: Date };

export function waitingActivity(place: Place, stage: 2 | 4, { reason, waitsOn, retryAt }: Waiting, at: Date): Outgoing {
  return recordActivity({
    ...common(place, at),
    stage,
    state: 'waiting',
    reason,
    ...(waitsOn === undefined ? {} : { waitsOn }),
    ...(retryAt === undefined ? {} : { retryAt: retryAt.toISOString() }),
  });
}

/** Its parent is not known to anybody: a person looks. It goes by itself once the parent comes. */
export function orphanActivity(place: Place, waitsOn: string, at: Date): Outgoing {
  const kind = waitsOn.slice(0, Math.max(0, waitsOn.indexOf(':')));
  return recordActivity({
    ...common(place, at),
    stage: 2,
    state: 'needs attention',
    reason: { code: 'parent_unknown', params: { kind, ref: waitsOn } },
    waitsOn,
  });
}

export function sendingActivity(place: Place, at: Date): Outgoing {
  return recordActivity({ ...common(place, at), stage: STAGES.sending, state: 'sending' });
}

/** Answered is not yet synced: only the owning service says so, after it compared. */
export function answeredActivity(place: Place, at: Date): Outgoing {
  return recordActivity({ ...common(place, at), stage: STAGES.answered, state: 'sending' });
}

export function companyActivity(company: CompanyRow, condition: CompanyCondition, now: Date): Outgoing {
  const why = connectionWhy(company.refusal);
  const activity: CompanyActivity = {
    kind: 'company',
    tenant: company.tenant,
    at: now.toISOString(),
    condition,
    since: (company.troubleSince ?? now).toISOString(),
    ...(company.retryAt === null ? {} : { retryAt: company.retryAt.toISOString() }),
    books: company.books,
    connection: {
      state: company.state,
      ...(company.companyName === null ? {} : { companyName: company.companyName }),
      ...(company.connectedAt === null ? {} : { connectedAt: company.connectedAt.toISOString() }),
      firstConnectedAt: company.firstConnectedAt.toISOString(),
      ...(why === undefined ? {} : { why }),
    },
  };
  return { topic: TOPICS.activity.name, key: messageKey(company.tenant, 'company'), value: JSON.stringify(activity) };
}

function common(
  place: Place,
  at: Date,
): Pick<RecordActivity, 'kind' | 'tenant' | 'ref' | 'revision' | 'attempt' | 'at'> {
  const { tenant, ref, revision, attempt } = place;
  return { kind: 'record', tenant, ref, revision, attempt, at: at.toISOString() };
}

function recordActivity(activity: RecordActivity): Outgoing {
  const key = messageKey(activity.tenant ?? '', activity.ref);
  return { topic: TOPICS.activity.name, key, value: JSON.stringify(activity) };
}
