import type { Clock } from '../quickbooks/clock';
import type { StripeAccount } from './account';
import type { StripeFaults } from './faults';
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
  /** The account of an id, made when it is not there. */
  openAccount(id: string): StripeAccount;
}
