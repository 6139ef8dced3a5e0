import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { BackfillMatch, BackfillRecord, EnteredInvoices } from '@qbo-sync/contracts/internal/backfill';
import type { DriftStream } from '@qbo-sync/contracts/internal/drift';
import type { ServiceName } from '@qbo-sync/contracts/refs';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { NewEvent, Standing } from '@qbo-sync/eventstore/streams';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import type { Matching } from '../matching/definition';
import type { SqlMigration } from '../migrations';

export interface Context {
  readonly now: string;
  readonly settings: SyncSettings | null;
  readonly related: unknown;
}

/** Where a stored event stands, for deriving what it says to others. */
export interface EventPlace {
  readonly tenant: string;
  readonly ref: string;
  readonly version: number;
  readonly service: string;
}

/** A stream that an event concerns, and what the event says of its record. */
export interface Concern {
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The pure core an entity service runs, given by shape: this kit may not know the entities. States, events and rules are
 * opaque here; they only go from one of these functions to the other.
 */
export interface EntityFunctions {
  decide(rules: unknown, state: unknown, trigger: Trigger, context: Context): readonly NewEvent[];
  evolve(state: unknown, event: NewEvent): unknown;
  initial(tenant: string, ref: string): unknown;
  standing(state: unknown): Standing;
  toMessages(place: EventPlace, event: NewEvent): readonly OutgoingMessage[];
  /** What of a stream should be in QuickBooks, for the drift report; undefined: nothing can be said of it. */
  drift?(rules: unknown, state: unknown, context: Context): DriftStream | undefined;
  /** What a backfill would make of a stream; undefined: go-live did not leave it out. */
  foresee?(rules: unknown, state: unknown, context: Context): BackfillRecord | undefined;
  /** Which of these records of QuickBooks a stream is. */
  recognize?(
    rules: unknown,
    state: unknown,
    theirs: readonly TextObject[],
    entered: EnteredInvoices,
    context: Context,
  ): BackfillMatch | undefined;
  /** The rules of a stream; undefined for an entity that is not built: what asks for it is set aside. */
  rulesFor(ref: string): unknown;
  /** The stream that decides about a ref: most are their own; a part of a record belongs to the record's stream. */
  streamOf(ref: string): string;
  /**
   * All streams that an event of this ref concerns, first the one its row belongs to: a payment's event also says how its
   * refunds stand. Absent: the ref's own stream alone.
   */
  concerns?(
    ref: string,
    change: string,
    data: Readonly<Record<string, unknown>>,
  ): readonly [Concern, ...(readonly Concern[])];
}

/** What `related` may look at to load what a decision needs beside its stream. */
export interface RelatedTo {
  readonly tenant: string;
  readonly ref: string;
  readonly state: unknown;
  readonly trigger: Trigger;
  readonly settings: SyncSettings | null;
}

/** What an event of this service said of one aggregate. */
export interface NotedChange {
  readonly tenant: string;
  readonly ref: string;
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One entity service: its name, what it reads, its rules. */
export interface EntityService {
  readonly name: ServiceName;
  /** Its consumer group; absent: `qbo-sync.<name>`. Specs have their own. */
  readonly group?: string;
  readonly functions: EntityFunctions;
  /** Run a Call topics whose events this service decides on. */
  readonly events: readonly string[];
  /** Reads `qbo.changes.v1`: what its `list` requests asked for, and what was changed of its records in QuickBooks. */
  readonly lists?: boolean;
  /** Takes what is made in QuickBooks too: records of this resource that no ref names go to `<entity>:qbo.<id>`. */
  readonly pulls?: { readonly resource: string; readonly entity: string };
  /** Takes records of these resources, which nobody links, as read by this stream, whoever had them read. */
  readonly reads?: { readonly resources: readonly string[]; readonly stream: string };
  /** A Run a Call topic of another service, taken into a table of this one's own. */
  readonly follows?: {
    readonly topic: string;
    /** Stores events, each given once; what waits for their refs is decided again. */
    store(client: Client, events: readonly RunACallEvent[]): Promise<void>;
    /** Entities of other services whose answers are stored; of the others' only what waits for their refs is woken. */
    readonly entities: readonly string[];
    /** Stores what the gateway answered about these; what waits for them is decided again. */
    answered(client: Client, answers: readonly QboAnswer[]): Promise<void>;
    /** Streams that look at these refs, whether they wait for one or not: decided again too. */
    readers?(client: Client, tenant: string, refs: readonly string[]): Promise<readonly string[]>;
  };
  /** Takes what this service's own events say into a table of its own, each event once, before it is decided on. */
  notes?(client: Client, changes: readonly NotedChange[]): Promise<void>;
  /** Streams decided on with every new version of a company's settings, open or not. */
  readonly always?: readonly string[];
  /** Streams that look at this one's data: decided again after each of its changes, in the same transaction. */
  wakes?(ref: string): readonly string[];
  /** What decisions need beside their streams, of many streams of one company, in their order. */
  related?(client: Client, to: readonly RelatedTo[]): Promise<readonly unknown[]>;
  /** The same for looking ahead, where `related` keeps something: nothing is kept. */
  relatedAhead?(client: Client, to: readonly RelatedTo[]): Promise<readonly unknown[]>;
  /** Its records are matched with what is in QuickBooks already. */
  readonly matching?: Matching;
  /** Steps for tables of its own, after the event store's. */
  readonly migrations?: readonly SqlMigration[];
}
