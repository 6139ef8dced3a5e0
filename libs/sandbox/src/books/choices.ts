/** A QuickBooks account as the settings name it. */
export interface ChosenAccount {
  readonly id: string;
  readonly name: string;
}

/** What the model must know of a company's settings to say where money goes. */
export interface BooksChoices {
  readonly taxedBy: 'automated' | 'by code' | 'per line';
  readonly income: ChosenAccount;
  readonly categories: Readonly<Record<string, ChosenAccount>>;
  readonly memberships: ChosenAccount;
  readonly discounts: ChosenAccount;
  readonly tips: ChosenAccount;
  readonly undeposited: ChosenAccount;
  readonly clearing: ChosenAccount;
  /** Refunds that are not Stripe's are paid from it. */
  readonly refunds: ChosenAccount;
  /** Rates that have a QuickBooks code. */
  readonly mappedRates: readonly string[];
}
