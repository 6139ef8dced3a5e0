import type { EnteredInvoices } from '@qbo-sync/contracts/internal/backfill';
import type { AssignNumberCommand } from '@qbo-sync/contracts/runacall/upsert-command';
import type { Find, How, ListOnly, Precondition, RequestKind, Sides } from '@qbo-sync/contracts/sync/request';
import type { SettingValues, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { MappingContext } from '@qbo-sync/mapping/document';
import type { Match } from '@qbo-sync/mapping/match';
import type { Summary } from './events';

/** What a rule may look at beside the stream itself. `now` and everything read is handed in. */
export interface Context<Related = unknown> {
  /** RFC 3339. */
  readonly now: string;
  /** Null: the tenant is unknown here, or its settings have not arrived. */
  readonly settings: SyncSettings | null;
  /** Small tables the service follows (payments: the invoices named by its allocations). */
  readonly related: Related;
}

/** One aggregate as it stands: the data of the highest sequence and the facts that are never undone. */
export interface View<Data = Readonly<Record<string, unknown>>> {
  readonly ref: string;
  readonly tenant: string;
  /** Undefined: wanted, but Run a Call has not said anything of it. */
  readonly data: Data | undefined;
  /** Changes that are facts (`voided`, `merged`, `deactivated`…), in the order they came, each with its data. */
  readonly facts: readonly { readonly change: string; readonly data: Data }[];
  /** ce_time of the first event. */
  readonly firstOccurredAt: string | undefined;
  /** Somebody asked for it: a document of ours that refers to it, or a person. */
  readonly wanted: boolean;
  /** A backfill took it in under these books. */
  readonly takenIn: boolean;
  /** A record of ours is in QuickBooks under these books. */
  readonly linked: boolean;
  /** Its id there, of the stream's own ref. */
  readonly quickbooksId: string | undefined;
  /** The body last asked for under these books, of the stream's own ref; undefined before the first request. */
  readonly lastBody: string | undefined;
  /** What was fixed for this record, by name: when it was first decided on, or by a person's choice. */
  readonly chosen: Readonly<Record<string, string>>;
  /** What the body last asked for under these books was made under. */
  readonly basis: Readonly<Record<string, unknown>> | undefined;
  /** The newest request of the stream's own ref stands: not answered yet, or answered and found right. */
  readonly inForce: boolean;
  /** It waits, to be looked at again then at the latest (RFC 3339). */
  readonly revisitAt: string | undefined;
  /** How often in a row the newest request of the stream's own ref was refused. */
  readonly refusals: number;
  /** Asked for under another form after this answer (next name, rounding line); 0 at first. */
  readonly round: number;
  /** The answer that led to `round`, for the rule to read. */
  readonly lastAnswer: Answered | undefined;
  /** What was last asked for under these books, by ref: the stream's own, and each part of its record. */
  readonly made: Readonly<Record<string, Made>>;
  /** Refs of this stream whose newest request was answered, under these books. */
  readonly answered: readonly string[];
  /** Records that `list` requests brought, newest of each last (company profile). */
  readonly listed: readonly ListedRecord[];
  /** What this stream has proposed so far, oldest first. */
  readonly proposed: readonly Readonly<Record<string, unknown>>[];
}

/** One record of a stream as it was last asked for. */
export interface Made {
  readonly body: string;
  readonly basis: Readonly<Record<string, unknown>> | undefined;
  /** It is in QuickBooks. */
  readonly linked: boolean;
  /** Its removal was asked for last, or a request for it was taken back before anything was made. */
  readonly removed: boolean;
}

/** One record a `list` request brought, as QuickBooks' JSON text. */
export interface ListedRecord {
  /** QuickBooks' id within the resource. */
  readonly id: string;
  readonly books: string;
  readonly resource: string;
  readonly record: string;
}

/** One request a plan makes. `ref`'s put, remove, link or list, and what its answer must say. */
export interface Push {
  readonly ref: string;
  readonly kind: RequestKind;
  readonly resource: string;
  readonly how: How;
  readonly body: string;
  /** Of a link: the record as a list showed it, JSON text. */
  readonly shown?: string;
  readonly after?: readonly string[];
  readonly last?: true;
  readonly if?: readonly Precondition[];
  readonly find?: Find;
  /** What a person chose of the fields that both sides changed. */
  readonly sides?: Sides;
  /** Of a list. */
  readonly only?: ListOnly;
  /** Path of the record → value; numbers are compared as decimals. */
  readonly expect: Readonly<Record<string, string>>;
  /** What the body was made under; comes back as `view.basis`. */
  readonly basis?: Readonly<Record<string, unknown>>;
}

export type Plan =
  /** With `waitsOn`: asked for, and decided again when that ref is heard of (it may turn out not to be ours to post). */
  | {
      readonly do: 'push';
      readonly pushes: readonly Push[];
      readonly warnings: readonly Reason[];
      readonly waitsOn?: string;
      /** Asked for anew this many milliseconds after the last of its answers, if nothing is open then. */
      readonly againAfterMs?: number;
    }
  /** Right without a request: a mapped tax rate. */
  | { readonly do: 'settle'; readonly warnings: readonly Reason[] }
  /** With `pushes`: a fact (a refund) is held, the record without it is asked for all the same. */
  | {
      readonly do: 'hold';
      readonly reason: Reason;
      /** A person ends it there: decided again when that ref is heard of. */
      readonly waitsOn?: string;
      readonly pushes?: readonly Push[];
      readonly warnings?: readonly Reason[];
    }
  | { readonly do: 'skip'; readonly reason: Reason }
  /** Decided again when `waitsOn` is heard of, at `revisitAt`, or with new settings. */
  | { readonly do: 'wait'; readonly reason: Reason; readonly waitsOn?: string; readonly revisitAt?: string };

/** What an answer means to the entity. */
export type Verdict =
  /** `goesOn`: the plan asks for more now that this is so. */
  | { readonly verdict: 'synced'; readonly warnings: readonly Reason[]; readonly goesOn?: true }
  | { readonly verdict: 'hold'; readonly reason: Reason }
  /** `waitsOn`: until that record is heard of; then `plan` with `view.round + 1`. */
  | { readonly verdict: 'wait'; readonly reason: Reason; readonly waitsOn?: string; readonly revisitAt?: string }
  | { readonly verdict: 'skip'; readonly reason: Reason }
  /** Plan again with `view.round + 1` and this answer in `view.lastAnswer`. */
  | { readonly verdict: 'again' };

/** What goes back to Run a Call, and when the settings let it. */
export interface Back<Related = unknown> {
  /** Type of the command: `com.runacall.customer.upsert.v1`. */
  readonly command: string;
  takesNew(values: SettingValues): boolean;
  takesChanges(values: SettingValues): boolean;
  /** The record may be one that Run a Call has: nothing is made of it. */
  isKnown?(related: Related): boolean;
  /** Run a Call's fields for a record made in QuickBooks; undefined: it has nothing to make of it. */
  newFields(record: TextObject, ctx: MappingContext): Readonly<Record<string, unknown>> | undefined;
  /** Run a Call's fields for those changed there; null empties one. */
  changedFields(record: TextObject, changed: readonly string[], ctx: MappingContext): Readonly<Record<string, unknown>>;
}

/** A command to Run a Call that an answer leads to. */
export interface Telling {
  /** Type of the command: `com.runacall.invoice.assign-number.v1`. */
  readonly command: string;
  readonly fields: AssignNumberCommand;
}

/** All that differs between entities. Pure; one object per entity, in `entities/<entity>/`. */
export interface Rules<Data = Readonly<Record<string, unknown>>, Related = unknown> {
  readonly entity: string;
  /** Masters may be pulled in by a document after go-live; documents never (product.md §4). */
  readonly nature: 'master' | 'document' | 'wanted';
  /** Changes that are facts: never stale, never undone (`voided`, `merged`, `refunded`). */
  readonly facts: readonly string[];
  /** `books`: nothing is posted, so neither Sync active nor go-live matter (tax rates, the company profile). */
  readonly gate?: 'books';
  /**
   * Looked at with nothing open too: with every new version of the settings (`always`: the company profile), or when another
   * record that it looks at changes (`related`: a payment, with its invoices).
   */
  readonly follows?: 'always' | 'related';
  /** Absent: nothing goes back, a change in QuickBooks is only shown. */
  readonly back?: Back<Related>;
  /** The record's own accounting date, in the company's zone; documents only. */
  ownDate?(data: Data): string;
  /** It is only shown to a person: nothing of it is ever in QuickBooks. */
  readonly onlyShown?: true;
  /** Ids of the invoices it pays, or takes of. */
  pays?(data: Data): readonly string[];
  describe(view: View<Data>, context: Context<Related>): Summary;
  /** Called only when settings and books are there and the record may be sent. */
  plan(view: View<Data>, context: Context<Related>): Plan;
  /** Called for every `synced` or `refused` answer; `expect` is that of the request answered. */
  judge(
    answer: Answered,
    expect: Readonly<Record<string, string>>,
    view: View<Data>,
    context: Context<Related>,
  ): Verdict;
  /**
   * What is fixed for this record when it is first decided on; by name, each fixed once. A push keeps it in its basis, from
   * where this reads it again.
   */
  fix?(view: View<Data>, context: Context<Related>): Readonly<Record<string, string>>;
  /** What a person's choice (`date 2026-12-02`) fixes; undefined: not to be chosen for this record as it stands. */
  choose?(choice: string, view: View<Data>, context: Context<Related>): Readonly<Record<string, string>> | undefined;
  /** Which of these records of QuickBooks, that nobody linked, it is. */
  match?(
    view: View<Data>,
    theirs: readonly TextObject[],
    entered: EnteredInvoices,
    context: Context<Related>,
  ): Match | undefined;
  /** What Run a Call is told after QuickBooks' record came back. */
  tell?(answer: Answered, view: View<Data>): Telling | undefined;
  /** What the console should know or offer after this trigger (activities of kind `profile` or `proposal`). */
  propose?(view: View<Data>, context: Context<Related>): readonly Readonly<Record<string, unknown>>[];
}
