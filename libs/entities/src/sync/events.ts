import type { EventInfo } from '@qbo-sync/contracts/sync/activity';
import type { AssignNumberCommand, UpsertCommand } from '@qbo-sync/contracts/runacall/upsert-command';
import type { Find, How, ListOnly, Precondition, RequestKind, Sides } from '@qbo-sync/contracts/sync/request';
import type { Reason, ReasonCode } from '@qbo-sync/contracts/reasons';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';

/**
 * The events of one stream (one Run a Call aggregate, one wanted helper record, or the company profile).
 *
 * `data` may be kept for ever. `personal` names people or amounts: the event store keeps it in the erasable side table
 * and only its keyed hash in the event.
 *
 *   Changed ──▶ PushRequested ──▶ Settled            posted, or nothing had to be sent
 *      │             └──────────▶ Held               QuickBooks refused, or answered with other amounts
 *      ├──────▶ Deferred                             not active, for something else (decided again by itself)
 *      ├──────▶ Held                                 a rule needs a person
 *      └──────▶ Skipped                              by a rule, replaced, unchanged
 *   Wanted ────▶ PushRequested | Deferred            somebody refers to it
 *   Chosen                                           what counts for this record, whatever the settings say later
 *
 * A revision is the stream version of a PushRequested (or of the decision that made none).
 */
export type StreamEvent =
  | Changed
  | Wanted
  | Chosen
  | PushRequested
  | Deferred
  | Held
  | Skipped
  | Settled
  | Dismissed
  | Listed
  | Proposed
  | Told;

/** A Run a Call event was taken in. `personal.data` is the whole aggregate. */
export interface Changed {
  readonly type: 'Changed';
  readonly data: {
    readonly event: EventInfo;
    readonly change: string;
    readonly sequence: number;
    /** The change is a fact (`voided`, `merged` …): never stale, never undone. */
    readonly fact?: true;
    /** Another stream's rows tell of the event: this one only takes in what it says of its record. */
    readonly beside?: true;
    readonly traceparent?: string;
  };
  readonly personal: { readonly data: Readonly<Record<string, unknown>> };
}

/** Somebody asked for this record: the gateway (a parent nobody sent), the console or an operator. */
export interface Wanted {
  readonly type: 'Wanted';
  readonly data: {
    readonly commandId: string;
    readonly by: string;
    readonly at: string;
    readonly run?: string;
    /** It is taken in though it is older than go-live, into these books. */
    readonly backfill?: TakenIn;
  };
}

/** The backfill that took a record in, and the books it belongs to: under others it is older than go-live again. */
export interface TakenIn {
  readonly run: string;
  readonly books: string;
}

/**
 * What counts for this record from now on, whatever the settings say later: fixed when it was first decided on, or chosen by a
 * person. By name: `when` → `on_payment`, `date` → `2026-12-02`.
 */
export interface Chosen {
  readonly type: 'Chosen';
  readonly data: {
    readonly facts: Readonly<Record<string, string>>;
    readonly by: string;
    readonly at: string;
    readonly commandId?: string;
  };
}

/** What the console says of a row, beside its state. */
export interface Summary {
  readonly number?: string;
  readonly party?: string;
  readonly amount?: string;
  readonly currency?: string;
}

interface Decision {
  /** The Run a Call events whose rows this decision moves. */
  readonly covers: readonly EventInfo[];
  readonly settingsVersion: number | null;
  readonly change: string;
  readonly at: string;
}

export interface PushRequested {
  readonly type: 'PushRequested';
  readonly data: Decision & {
    /** The ref asked for: the stream's own, or a part of it. */
    readonly ref: string;
    readonly books: string;
    readonly kind: RequestKind;
    readonly resource: string;
    readonly how: How;
    readonly after?: readonly string[];
    readonly last?: true;
    /** What a person chose of the fields that both sides changed. */
    readonly sides?: Sides;
    /** Of a list. */
    readonly only?: ListOnly;
    /** Decided again when this ref is heard of, answered or not. */
    readonly waitsOn?: string;
    /** Asked for anew this many milliseconds after its answer. */
    readonly againAfterMs?: number;
    readonly run?: string;
    readonly lane: 'live' | 'backlog';
    readonly occurredAt: string;
    readonly traceparent?: string;
    /** How often the same record was asked for under a changed form (next name, rounding line). */
    readonly round: number;
  };
  readonly personal: {
    readonly body: string;
    readonly shown?: string;
    readonly find?: Find;
    readonly if?: readonly Precondition[];
    /** What the answer must say, by path of the record: `TotalAmt` → `179.70`. */
    readonly expect: Readonly<Record<string, string>>;
    /** What the body was made under, for the rule to keep to later. */
    readonly basis?: Readonly<Record<string, unknown>>;
    readonly warnings: readonly Reason[];
    readonly summary: Summary;
    /** Set when `round` > 0: the answer that led to it. */
    readonly lastAnswer?: Answered;
  };
}

/** Set on a decision that an answer of the gateway caused: where that answer stands. */
export interface AnswerPlace {
  readonly revision: number;
  readonly attempt: number;
}

interface Stop {
  /** The ref the answer was about, when it is not the stream's own. */
  readonly ref?: string;
  readonly code: ReasonCode;
  readonly answer?: AnswerPlace;
  /** Set when the answer brought a record all the same (its amounts differ). */
  readonly quickbooks?: { readonly type: string; readonly id: string };
}

export interface Deferred {
  readonly type: 'Deferred';
  readonly data: Decision & Stop & { readonly waitsOn?: string; readonly revisitAt?: string };
  readonly personal: { readonly reason: Reason; readonly summary: Summary };
}

export interface Held {
  readonly type: 'Held';
  readonly data: Decision & Stop & { readonly waitsOn?: string };
  readonly personal: { readonly reason: Reason; readonly summary: Summary };
}

export interface Skipped {
  readonly type: 'Skipped';
  readonly data: Decision & Stop;
  readonly personal: { readonly reason: Reason; readonly summary: Summary };
}

export interface Settled {
  readonly type: 'Settled';
  readonly data: Decision & {
    /** The ref settled; a stream may own several. */
    readonly ref: string;
    /** Absent where nothing is sent to QuickBooks (a mapped tax rate). */
    readonly answer?: AnswerPlace;
    readonly quickbooks?: { readonly type: string; readonly id: string };
    readonly adopted?: boolean;
  };
  readonly personal: { readonly warnings: readonly Reason[]; readonly summary: Summary };
}

export interface Dismissed {
  readonly type: 'Dismissed';
  readonly data: Decision & { readonly commandId: string; readonly by: string; readonly ref?: string };
}

/** A record of a `list` request arrived (company profile). */
export interface Listed {
  readonly type: 'Listed';
  readonly data: { readonly books: string; readonly resource: string; readonly at: string };
  readonly personal: { readonly record: string };
}

/** Run a Call was told what somebody changed in QuickBooks, or the number QuickBooks gave a document. */
export interface Told {
  readonly type: 'Told';
  readonly data: {
    /** Of (books, resource, QuickBooks id, SyncToken): told twice, it changes nothing. */
    readonly commandId: string;
    /** Type of the command. */
    readonly command: string;
    readonly books: string;
    readonly quickbooksId: string;
    readonly at: string;
  };
  readonly personal: { readonly command: UpsertCommand | AssignNumberCommand };
}

/** What the console should offer or know: published as a `profile` or `proposal` activity as it stands. */
export interface Proposed {
  readonly type: 'Proposed';
  readonly data: { readonly at: string };
  readonly personal: { readonly activity: Readonly<Record<string, unknown>> };
}
