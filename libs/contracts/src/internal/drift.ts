import type { Reason } from '../reasons';

/**
 * How a service's streams stand, for the drift report of the console (`/internal/companies/{tenant}/drift`): what of each should be
 * in QuickBooks. Amounts are decimal strings, days `YYYY-MM-DD`.
 */
export type DriftStanding = 'settled' | 'held' | 'waiting' | 'skipped' | 'dismissed';

/** One record of QuickBooks as its stream says it should be there. */
export interface DriftRecord {
  readonly ref: string;
  readonly resource: string;
  readonly quickbooksId: string;
  /** It should be there with nothing in it, or not at all. */
  readonly removed: boolean;
  /** What was asked for, as the gateway got it: JSON text with `$ref`s. */
  readonly body: string;
  /** What QuickBooks' record must say: path → value. */
  readonly expect: Readonly<Record<string, string>>;
}

export interface DriftStream {
  readonly ref: string;
  readonly nature: 'master' | 'document' | 'wanted';
  readonly version: number;
  readonly standing: DriftStanding;
  readonly reason?: Reason;
  readonly number?: string;
  /** Run a Call's figure; `0.00` for what was voided. */
  readonly amount?: string;
  readonly date?: string;
  /** Run a Call's id of the customer. */
  readonly customerId?: string;
  /** What is open of an invoice in Run a Call. */
  readonly balance?: string;
  /** Run a Call's ids of the invoices a payment names. */
  readonly pays?: readonly string[];
  readonly records: readonly DriftRecord[];
}

/** A page of streams in the order of their refs; `next`: the last ref looked at, null at the end. */
export interface DriftPage {
  readonly items: readonly DriftStream[];
  readonly next: string | null;
}
