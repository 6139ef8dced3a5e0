/** A QuickBooks account as the settings name it. */
export interface ChosenAccount {
  readonly id: string;
  readonly name: string;
}

/** Books closed by a person, through a day. */
export interface ClosedBooks {
  readonly through: string;
  /** RFC 3339. */
  readonly at: string;
  /** What is said from this phase on was said after it. */
  readonly before: string;
}

/** Where a company's payouts go. */
export interface PayoutAccounts {
  readonly bank: ChosenAccount;
  readonly fees: ChosenAccount;
  readonly disputes: ChosenAccount;
  /** What is disputed waits there for somebody: it is an asset. */
  readonly disputesWait?: true;
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
  /** Where Stripe's payments wait; also the Undeposited Funds. */
  readonly clearing: ChosenAccount;
  readonly payouts?: PayoutAccounts;
  /** Refunds that are not Stripe's are paid from it. */
  readonly refunds: ChosenAccount;
  /** Rates that have a QuickBooks code. */
  readonly mappedRates: readonly string[];
  /** The parts of each rate, as its QuickBooks code has them: percentages by rate id. */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  readonly numbering?: 'run_a_call' | 'quickbooks';
  /** Phases of the play in which an invoice first sent is posted when it is paid in full. */
  readonly onPayment?: readonly string[];
  /** What persons chose, by ref: `post-now`, `date <day>`, `code <rate id>`, `credit-memo`, `leave`. */
  readonly chosen?: Readonly<Record<string, string>>;
  readonly closed?: ClosedBooks;
  /** The day whose end the books are looked at too. */
  readonly monthEnd?: string;
}
