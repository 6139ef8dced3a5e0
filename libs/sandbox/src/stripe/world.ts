import type { Clock } from '../quickbooks/clock';
import type { StripeAccount } from './account';
import type { StripeFaults } from './faults';
import type { StripeLine } from './journal';
import type { StripeWebhooks } from './webhooks';

/** All of one emulated Stripe. */
export interface StripeWorld {
  /** The only key it takes. */
  readonly secretKey: string;
  readonly accounts: Map<string, StripeAccount>;
  readonly clock: Clock;
  readonly faults: StripeFaults;
  readonly webhooks: StripeWebhooks;
  /** Calls answered, by path without ids. */
  readonly calls: Map<string, number>;
  /** Answers of acts that had a key, by account and key. */
  readonly done: Map<string, unknown>;
  /** Into the journal, where there is one. */
  write(line: StripeLine): void;
  /** The account of an id, made when it is not there. */
  openAccount(id: string): StripeAccount;
}
