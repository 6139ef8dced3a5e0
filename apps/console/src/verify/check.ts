import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type {
  ExpectedCustomer,
  ExpectedInvoice,
  ExpectedItem,
  ExpectedPayment,
} from '@qbo-sync/contracts/internal/expected';

export const CHECK_CODES = ['customer', 'income', 'tax', 'deposit'] as const;
export type CheckCode = (typeof CHECK_CODES)[number];

/** One of the four checks; `found` and `expected` are for people, `setting` is the key of what causes a failure. */
export interface Check {
  readonly code: CheckCode;
  readonly state: 'passed' | 'failed' | 'waiting';
  readonly found: string | null;
  readonly expected: string | null;
  readonly setting: string | null;
}

/** What should be, as the owning services say it by Run a Call's record and the settings in force. */
export interface Expectation {
  readonly invoice: ExpectedInvoice;
  readonly customer: ExpectedCustomer | undefined;
  /** By Run a Call's id. */
  readonly items: ReadonlyMap<string, ExpectedItem>;
  readonly payments: readonly ExpectedPayment[];
}

/** What QuickBooks says, its numbers as text (postings.md §13). */
export interface Finding {
  readonly invoice: TextObject;
  /** The invoice's customer. */
  readonly customer: TextObject | undefined;
  /** Ids of all customers of the name ours should have. */
  readonly namesakes: readonly string[];
  /** Income account of the items whose lines do not say theirs, by QuickBooks' item id. */
  readonly itemAccounts: ReadonlyMap<string, string>;
  /** By QuickBooks' id. */
  readonly payments: ReadonlyMap<string, TextObject>;
  /** QuickBooks' own Undeposited Funds: a payment there names no account. */
  readonly undepositedId: string | undefined;
  accountName(id: string): string;
  codeName(id: string): string;
}

/** Several things that were looked at; the check shows those that differ, else all. */
export interface Compared {
  readonly found: string;
  readonly expected: string;
  readonly right: boolean;
  readonly setting: string | null;
}

export function checkOf(code: CheckCode, compared: readonly Compared[]): Check {
  const wrong = compared.filter(({ right }) => !right);
  const shown = wrong.length === 0 ? compared : wrong;
  return {
    code,
    state: wrong.length === 0 ? 'passed' : 'failed',
    found: shown.map(({ found }) => found).join('; '),
    expected: shown.map(({ expected }) => expected).join('; '),
    setting: wrong[0]?.setting ?? null,
  };
}

export const waiting = (code: CheckCode, found: string | null = null, expected: string | null = null): Check => ({
  code,
  state: 'waiting',
  found,
  expected,
  setting: null,
});
