import type { Choice, SettingKey } from '../sync/settings';

/**
 * What QuickBooks should say of a company's records, by Run a Call's newest word and the settings in force: asked of the owning
 * services by the console (`/internal/companies/{tenant}/expected/…`). Amounts are decimal strings, days `YYYY-MM-DD`.
 */

/** One priced line of an invoice. */
export interface ExpectedLine {
  readonly name: string;
  readonly amount: string;
  /** Its item, where the line does not say its category: the item's own counts. */
  readonly itemId?: string;
  /** Null: the setting chooses none. */
  readonly account: Choice | null;
  /** The setting that says so. */
  readonly setting: SettingKey;
  /** Its code, where every line has one (outside the US); null: none is chosen. */
  readonly taxCode?: Choice | null;
  /** It is charged tax. */
  readonly taxed?: boolean;
}

export interface ExpectedTax {
  readonly taxTotal: string;
  readonly total: string;
  /** The code of the whole invoice; absent: none has to be named. */
  readonly code?: Choice | null;
  /** Names of the rates charged that have no confirmed code: the invoice can only be posted by a fallback. */
  readonly unmapped: readonly string[];
}

export interface ExpectedInvoice {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly currency: string;
  readonly issuedOn: string;
  readonly balance: string;
  readonly voided: boolean;
  readonly quickbooksId: string | null;
  /** In the order in which they stand in QuickBooks. */
  readonly lines: readonly ExpectedLine[];
  /** The invoice's own discount and its tip: behind the lines, in one or several of QuickBooks'. */
  readonly extras: readonly ExpectedLine[];
  readonly tax: ExpectedTax;
}

export interface ExpectedCustomer {
  readonly id: string;
  /** DisplayName. */
  readonly name: string;
  readonly quickbooksId: string | null;
  readonly parent: { readonly name: string; readonly quickbooksId: string | null } | null;
}

/** Where the sales of an item belong. */
export interface ExpectedItem {
  readonly id: string;
  readonly account: Choice | null;
  readonly setting: SettingKey;
}

/** One payment of an invoice. */
export interface ExpectedPayment {
  /** `payment:pay_500`: the stream's. */
  readonly ref: string;
  readonly invoiceId: string;
  /** Of its part that pays the invoice. */
  readonly quickbooksId: string | null;
  /** What of it pays the invoice. */
  readonly amount: string;
  /** Null: the setting chooses none. */
  readonly account: Choice | null;
  readonly setting: SettingKey;
}
