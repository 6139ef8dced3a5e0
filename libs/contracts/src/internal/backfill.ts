import { IsArray, IsIn, IsInt, IsObject, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { ReasonCode } from '../reasons';
import { IsDay } from '../validation';

/**
 * What the console asks of the services that own records before older ones are brought in (console.md §7), at
 * `/internal/companies/{tenant}/backfill`. Nothing is decided or stored by it.
 *
 *   POST /preview { entity, from, after? }   → { records, next }      what go-live left out, a page in the order of refs
 *   POST /matches { records, invoices? }      → { matches }            what QuickBooks may already have of it
 */
const BACKFILL_ENTITIES = ['customer', 'item', 'invoice', 'payment', 'refund'] as const;
export type BackfillEntity = (typeof BACKFILL_ENTITIES)[number];

/** One record as it would be taken in now. */
export interface BackfillRecord {
  readonly ref: string;
  /** Its own day, `YYYY-MM-DD`; of a customer or an item the day it was first heard of. */
  readonly date: string;
  readonly number?: string;
  readonly party?: string;
  /** Decimal string. */
  readonly amount?: string;
  readonly currency?: string;
  /** Ids of the invoices it pays, or takes of. */
  readonly pays?: readonly string[];
  /** What would come of it: a write, a stop for a person, a wait, nothing. */
  readonly comes: 'write' | 'stop' | 'wait' | 'nothing';
  /** Why it would not be written. */
  readonly code?: ReasonCode;
  /** What its sentence is filled with. */
  readonly params?: Readonly<Record<string, string>>;
}

export interface BackfillPage {
  readonly records: readonly BackfillRecord[];
  /** To go on after; null: that was all. */
  readonly next: string | null;
}

export class BackfillPreviewQuery {
  @IsIn(BACKFILL_ENTITIES) entity: BackfillEntity;
  /** The cut-over date. */
  @IsDay() from: string;
  @IsOptional() @IsString() after?: string;
  @IsOptional() @IsInt() @Min(1) @Max(1000) limit?: number;
}

class BackfillCandidates {
  @IsString() ref: string;
  /** QuickBooks' records, numbers as decimal strings. */
  @IsArray() @IsObject({ each: true }) theirs: Record<string, unknown>[];
}

export class BackfillMatchQuery {
  @IsArray() @ValidateNested({ each: true }) @Type(() => BackfillCandidates) records: BackfillCandidates[];
  /** Invoices of ours that are in QuickBooks, or may be: their ids there by ours. */
  @IsOptional() @IsObject() invoices?: Record<string, string>;
  /** The customers of those invoices there, by ours of the invoice. */
  @IsOptional() @IsObject() payers?: Record<string, string>;
}

/** Invoices that a person entered, by Run a Call's ids: QuickBooks ids of them and of their customers. */
export interface EnteredInvoices {
  readonly ids: Readonly<Record<string, string>>;
  readonly payers: Readonly<Record<string, string>>;
}

/** `same`: number, customer and total agree, or it bears our marker. `differs`: a person looks at both. */
export interface BackfillMatch {
  readonly ref: string;
  readonly is: 'same' | 'differs';
  readonly why: string;
  /** QuickBooks ids; of `same` the one it is. */
  readonly candidates: readonly string[];
}

/**
 * How many records of a backfill may be under way at once: what was handed over goes to its end after a pause or a cancel. QuickBooks
 * takes about 1,660 writes a minute, in one burst at its window's beginning; a record is heard of some seconds after its answer, and
 * another in its place waits in the gateway some seconds later, long before the next window. So one window's worth keeps it full,
 * and the rest is for those that take longer to end. Of customers and items there are fewer: a live document that needs one waits
 * for those before it.
 */
export const UNDER_WAY = { documents: 2_000, masters: 1_000 } as const;
