import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { MatchGroup, MatchSince, MatchSketch } from '@qbo-sync/contracts/internal/matches';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { NewEvent } from '@qbo-sync/eventstore/streams';

/** Where one record of ours stands, why, and the QuickBooks ids a person has to look at (postings.md §12). */
export interface Match {
  readonly group: MatchGroup;
  readonly why: string;
  readonly candidates: readonly string[];
}

/** One record of ours that is to be matched; `linked`: to which record of QuickBooks, and whether we made that one. */
export interface OurRecord {
  readonly ref: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly linked: { readonly id: string; readonly as: HeldAs } | undefined;
}
export type HeldAs = 'made' | 'adopted';

/** QuickBooks' lists as they were read. */
export interface Books {
  readonly records: readonly TextObject[];
  readonly others: readonly TextObject[];
  readonly held: ReadonlyMap<string, HeldAs>;
}

/** The pure core of one kind's matching, given by shape: this kit may not know the entities. */
export interface Matching {
  /** Prefix of its refs, `customer`. */
  readonly entity: string;
  readonly resource: string;
  /** Resources of which the names alone count. */
  readonly others: readonly string[];
  /** Undefined: nothing of this stream is to be matched. */
  ours(state: unknown, events: readonly NewEvent[], books: string): OurRecord | undefined;
  matchAll(ours: readonly OurRecord[], books: Books, settings: SyncSettings): ReadonlyMap<string, Match>;
  /** Refs of ours that have a say in where this one stands: its parent. */
  besides(data: Readonly<Record<string, unknown>>): readonly string[];
  keysOfOurs(data: Readonly<Record<string, unknown>>): readonly string[];
  keysOfRecord(record: TextObject): readonly string[];
  sketchOfOurs(data: Readonly<Record<string, unknown>>): MatchSketch;
  sketchOfRecord(record: TextObject): MatchSketch;
  /** Whether the candidate has our record's name, so that one made beside it needs another. */
  sharesName(why: string): boolean;
  /** Why a link that was decided was not made; names as they are now. */
  notLinked(since: MatchSince, name: string, record: string): Reason;
}

/** What Match says of one record that is not linked; the entity's plan reads it. */
export type MatchStanding =
  | { readonly is: 'open' | 'leave' }
  | { readonly is: 'ask'; readonly since?: MatchSince; readonly record?: string }
  | { readonly is: 'link'; readonly id: string; readonly shown?: string }
  | { readonly is: 'create'; readonly beside: boolean };
