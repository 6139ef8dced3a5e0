/** What the pickers and the settings check need of QuickBooks' lists (see read-chart.ts). */
export interface QboAccount {
  readonly id: string;
  readonly name: string;
  /** Full path, `Income:Service revenue`. */
  readonly path: string;
  readonly number: string | null;
  /** QuickBooks' AccountType, `Other Current Asset`. */
  readonly type: string;
  readonly subType: string;
  readonly currency: string | null;
  readonly active: boolean;
}

export interface QboTaxCode {
  readonly id: string;
  readonly name: string;
  /** Sum of its sales rates, a decimal string; null for a code without rates (`TAX`, `NON`). */
  readonly percentage: string | null;
  readonly taxable: boolean;
  readonly active: boolean;
}

export interface Chart {
  readonly accounts: readonly QboAccount[];
  readonly taxCodes: readonly QboTaxCode[];
}
