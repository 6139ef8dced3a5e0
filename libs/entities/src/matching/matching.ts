import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { MatchSince } from '@qbo-sync/contracts/internal/matches';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Match } from '@qbo-sync/mapping/match';
import type { OurRecord } from './our-record';

/** What a person compares: words by name (`name`, `email`, `phone`, `sku`), empty ones left out. */
export type Sketch = Readonly<Record<string, string>>;

/** QuickBooks' lists as they were read, numbers as text. */
export interface Books {
  readonly records: readonly TextObject[];
  /** Records whose names alone count: vendors and employees. */
  readonly others: readonly TextObject[];
  /** Which of ours hold records, by QuickBooks id, beside those given to be matched. */
  readonly held: ReadonlyMap<string, 'made' | 'adopted'>;
}

/** Matching of one kind of record: all that differs between customers and items. Pure. */
export interface Matching {
  readonly entity: string;
  readonly resource: string;
  readonly others: readonly string[];
  /** Where each of ours stands, by ref. */
  matchAll(ours: readonly OurRecord[], books: Books, settings: SyncSettings): ReadonlyMap<string, Match>;
  /** Refs of ours that have a say in where this one stands: its parent. */
  besides(data: Readonly<Record<string, unknown>>): readonly string[];
  keysOfOurs(data: Readonly<Record<string, unknown>>): readonly string[];
  keysOfRecord(record: TextObject): readonly string[];
  sketchOfOurs(data: Readonly<Record<string, unknown>>): Sketch;
  sketchOfRecord(record: TextObject): Sketch;
  /** A record made beside a candidate needs another name: the candidate has it. */
  sharesName(why: string): boolean;
  /** Why a link that was decided was not made. */
  notLinked(since: MatchSince, name: string, record: string): Reason;
}

/** Two of ours never take one record by themselves: both are asked about. */
export function withoutSharing(matches: ReadonlyMap<string, Match>): ReadonlyMap<string, Match> {
  const claims = new Map<string, number>();
  for (const { group, candidates } of matches.values()) {
    const [id] = candidates;
    if (group === 'exact' && id !== undefined) claims.set(id, (claims.get(id) ?? 0) + 1);
  }
  return new Map(
    [...matches].map(([ref, match]) => {
      const isShared =
        match.group === 'exact' && match.why !== 'linked' && (claims.get(match.candidates[0] ?? '') ?? 0) > 1;
      return [ref, isShared ? { ...match, group: 'conflict', why: 'linked_elsewhere' } : match];
    }),
  );
}

/** Without its empty words. */
export function sketch(words: Readonly<Record<string, string | undefined>>): Sketch {
  return Object.fromEntries(
    Object.entries(words).filter((word): word is [string, string] => word[1] !== undefined && word[1] !== ''),
  );
}
