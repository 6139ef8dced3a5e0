import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Matches, MinLength, ValidateNested } from 'class-validator';
import type { Reason } from '../reasons';

/**
 * Match over the internal API of customers and items, `/internal/companies/{tenant}/matches` (postings.md §12):
 *
 *   POST begin → page … → match       QuickBooks' lists, read by the console, page by page
 *   GET  state · GET ?group&after     where it stands; one page of a group
 *   POST decide · undo · apply …      choices; apply is called again with `next` until that is null, and with the records
 *                                     of QuickBooks that it asked to look at, as they are now
 */
export const MATCH_GROUPS = ['exact', 'likely', 'conflict', 'new'] as const;
export type MatchGroup = (typeof MATCH_GROUPS)[number];

export class MatchPageBody {
  @IsString() @MinLength(1) readId: string;
  @IsString() @MinLength(1) resource: string;
  /** QuickBooks' answer to a query, as text. */
  @IsString() page: string;
}

export class MatchReadBody {
  @IsString() @MinLength(1) readId: string;
}

const MOST_IDS = 1000;
/** `link 58` of one record; `link` takes each record's only candidate. */
export const MATCH_CHOICE = /^(link|link [\w-]+|create|leave)$/;

/** `ids` of records of ours, or all of a `group`. */
export class MatchDecideBody {
  @IsOptional() @IsArray() @ArrayMaxSize(MOST_IDS) @IsString({ each: true }) ids?: string[];
  @IsOptional() @IsIn(MATCH_GROUPS) group?: MatchGroup;
  @Matches(MATCH_CHOICE) choice: string;
  @IsString() by: string;
}

export class MatchUndoBody {
  @IsString() @MinLength(1) token: string;
}

/** Records of QuickBooks as they are now: `ids` were asked for, `pages` are QuickBooks' answers, as text. */
export class MatchLooked {
  @IsArray() @ArrayMaxSize(MOST_IDS) @IsString({ each: true }) ids: string[];
  @IsArray() @IsString({ each: true }) pages: string[];
}

export class MatchApplyBody {
  @IsString() by: string;
  @IsOptional() @IsString() next?: string;
  @IsOptional() @ValidateNested() @Type(() => MatchLooked) looked?: MatchLooked;
}

export interface MatchBegun {
  readonly readId: string;
  /** Of which QuickBooks' lists are wanted, in this order. */
  readonly resources: readonly string[];
}

export interface MatchCounts {
  readonly exact: number;
  readonly likely: number;
  readonly conflict: number;
  readonly new: number;
  /** What Apply would do now: links and choices, and what is created when it is first used. */
  readonly toApply: number;
  /** Links that Apply did not make, because a record had changed since they were decided. */
  readonly changed: number;
}

/** What became of a record since a link to it was decided; `taken`: it is linked to another of ours. */
export type MatchSince = 'gone' | 'inactive' | 'renamed' | 'taken';

/** `stopped`: who was reading did not come back. `readAt`: when the last whole reading ended. */
export interface MatchState {
  readonly state: 'none' | 'reading' | 'stopped' | 'read';
  readonly readAt: string | null;
  readonly appliedAt: string | null;
  readonly counts: MatchCounts;
}

/** What a person compares, word by word (`name`, `email`, `sku`); empty: it was erased, or is not there any more. */
export type MatchSketch = Readonly<Record<string, string>>;

/** One row of Match: ours, what it may be in QuickBooks, why, and what was said of it. */
export interface MatchRow {
  readonly id: string;
  readonly group: MatchGroup;
  readonly why: string;
  readonly ours: MatchSketch;
  /** `heldBy`: the ref of ours that is linked to it. */
  readonly candidates: readonly { readonly id: string; readonly record: MatchSketch; readonly heldBy?: string }[];
  /** `link 58`, `create` or `leave`; null: nobody said. */
  readonly choice: string | null;
  readonly applied: boolean;
  /** Why Apply did not link it. */
  readonly reason?: Reason;
}

export interface MatchPage {
  readonly items: readonly MatchRow[];
  readonly next: string | null;
  readonly counts: MatchCounts;
}

export interface MatchDecided {
  readonly changed: number;
  readonly undoToken: string;
}

/** One page of Apply; `next` null: it is done. `look`: records of QuickBooks the next page wants, as they are then. */
export interface MatchApplied {
  readonly applied: number;
  readonly next: string | null;
  readonly look?: { readonly resource: string; readonly ids: readonly string[] };
}
