import type { Reason } from '../reasons';

/**
 * A payout as the payments service shows it to the console (`/internal/companies/{tenant}/payouts`).
 *
 *   equal     what is in QuickBooks is the payout, to the cent
 *   missing   held: a part is missing, or a person has to say something else
 *   waiting   it is on its way, is being read, or waits for parts or for QuickBooks
 *   manual    Stripe cannot say what is in it
 *   closed    a person handled it in QuickBooks, or it is not posted
 */
export const PAYOUT_STATES = ['equal', 'missing', 'waiting', 'manual', 'closed'] as const;
export type PayoutState = (typeof PAYOUT_STATES)[number];

export interface PayoutView {
  readonly id: string;
  readonly arrivesOn: string;
  readonly amount: string;
  readonly currency: string;
  /** Stripe's own word. */
  readonly status: string;
  readonly state: PayoutState;
  /** Why it is missing, waits or is closed. */
  readonly reason?: Reason;
  /** Its deposits, or its entry, in QuickBooks: `{type: 'Deposit', id: '902'}`. */
  readonly quickbooks: readonly { readonly type: string; readonly id: string }[];
  /** Transactions read so far; all of them once `whole`. */
  readonly read: number;
  readonly whole: boolean;
}

export interface PayoutPartView {
  readonly position: number;
  /** `charge`, `refund`, `refund_failure`, `charge_failure`, `dispute`, `dispute_reversal`, `account_fee`, `payout_reversal`, `earlier_payout`, `unknown` */
  readonly kind: string;
  readonly amount: string;
  readonly fee: string;
  readonly net: string;
  /** Of what it is about, `ch_…`; else its own. */
  readonly stripeId: string;
  /** Our record behind it, `payment:pay_500`. */
  readonly ref?: string;
  /** That record in QuickBooks, once it is there. */
  readonly quickbooks?: { readonly type: string; readonly id: string };
  readonly state: 'known' | 'waiting' | 'missing';
}

export interface PayoutPage {
  readonly items: readonly PayoutView[];
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null;
  /** Of all pages. */
  readonly total: number;
}

/** What the parts of one kind come to. */
export interface PayoutSum {
  readonly kind: string;
  readonly count: number;
  readonly amount: string;
  readonly fee: string;
}

export interface PayoutDetail {
  readonly payout: PayoutView;
  readonly sums: readonly PayoutSum[];
  readonly parts: readonly PayoutPartView[];
  readonly next: string | null;
}
