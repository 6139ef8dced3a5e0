import type { EventInfo } from '@qbo-sync/contracts/sync/activity';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { PushRequested, Summary, TakenIn } from './events';
import type { ListedRecord } from './rules';

/**
 * What the events of one stream amount to.
 *
 *   empty ─Changed─▶ known ─PushRequested─▶ request unanswered ─Settled─▶ settled
 *     └─Wanted─▶ wanted      └Deferred/Held─▶ stopped ◀─Held─┘
 *
 * Open is everything that will be decided or answered again: a stop, or a request nobody has answered.
 */
export interface State {
  readonly tenant: string;
  readonly ref: string;
  /** Number of events folded; the next event's stream version is one more. */
  readonly version: number;
  /** The change of the highest sequence. */
  readonly latest: LatestChange | undefined;
  /** Changes that are never undone, in the order they came. */
  readonly facts: readonly Fact[];
  /** ce_time of the first event. */
  readonly firstOccurredAt: string | undefined;
  readonly wanted: { readonly by: string; readonly at: string } | undefined;
  /** The Verify run that lets this record through before go-live; until its requests are answered. */
  readonly run: string | undefined;
  /** The backfill that let this record through though it is older than go-live. */
  readonly backfill: TakenIn | undefined;
  /** The decision that waits for something or someone. */
  readonly stop: Stop | undefined;
  /** The stop that a person dismissed last, until something newer is decided. */
  readonly dismissed: Stop | undefined;
  /** The events of the newest decision, and its code when it made no request. */
  readonly decided: { readonly covers: readonly EventInfo[]; readonly reason: Reason | undefined } | undefined;
  /** Per ref: the newest request that was not cancelled. */
  readonly asked: Readonly<Record<string, Asked>>;
  /** Requests without an answer, oldest first. */
  readonly unanswered: readonly Asked[];
  /** Per ref: the request whose answer was last found right. */
  readonly confirmed: Readonly<Record<string, PushRequested>>;
  /** Per books and ref: the record in QuickBooks. */
  readonly links: Readonly<Record<string, QuickbooksRecord>>;
  readonly summary: Summary;
  readonly listed: readonly ListedRecord[];
  readonly proposed: readonly Readonly<Record<string, unknown>>[];
  /** Ids of the commands sent to Run a Call. */
  readonly told: readonly string[];
  /** What was fixed for this record, by name. */
  readonly chosen: Readonly<Record<string, string>>;
  /** When what was answered is asked for anew, RFC 3339; counts while nothing is open. */
  readonly againAt: string | undefined;
}

export interface QuickbooksRecord {
  readonly type: string;
  readonly id: string;
}

export interface LatestChange {
  readonly event: EventInfo;
  readonly change: string;
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly traceparent: string | undefined;
  /** Its data was erased: nothing can be decided on it any more. */
  readonly erased: boolean;
}

export interface Fact {
  readonly eventId: string;
  readonly change: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly erased: boolean;
}

export interface Stop {
  readonly type: 'Deferred' | 'Held';
  /** The stream's own, or the part of its record that an answer was about. */
  readonly ref: string;
  readonly reason: Reason;
  readonly covers: readonly EventInfo[];
  readonly change: string;
  /** An answer led to it: the request was refused, or came back with other values. */
  readonly byAnswer: boolean;
  readonly waitsOn: string | undefined;
  readonly revisitAt: string | undefined;
  /** Of the row that shows it. */
  readonly revision: number;
}

/** One request made, with what is needed to judge its answer. */
export interface Asked {
  readonly revision: number;
  readonly answered: boolean;
  /** Its answer settled nothing: the same may be asked for again. */
  readonly rejected: boolean;
  readonly request: PushRequested;
  /** The body of this ref's newest request of round 0: the same record under its first form. */
  readonly base: string;
  /** How often in a row this very request was refused. */
  readonly refusals: number;
}

/** The state of a stream without events. */
export function initial(tenant: string, ref: string): State {
  return {
    tenant,
    ref,
    version: 0,
    latest: undefined,
    facts: [],
    firstOccurredAt: undefined,
    wanted: undefined,
    run: undefined,
    backfill: undefined,
    stop: undefined,
    dismissed: undefined,
    decided: undefined,
    asked: {},
    unanswered: [],
    confirmed: {},
    links: {},
    summary: {},
    listed: [],
    proposed: [],
    told: [],
    chosen: {},
    againAt: undefined,
  };
}

/** What of a stream is still to come: read by the service kit's table of open streams. */
export function standing(state: State): { open: boolean; waitsOn: string | null; revisitAt: string | null } {
  const open = state.stop !== undefined || state.unanswered.length > 0;
  return {
    open,
    waitsOn:
      state.stop?.waitsOn ?? state.unanswered.find(({ request }) => request.data.waitsOn)?.request.data.waitsOn ?? null,
    revisitAt: state.stop?.revisitAt ?? (open ? null : (state.againAt ?? null)),
  };
}

export function linkKey(books: string, ref: string): string {
  return `${books} ${ref}`;
}
