import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';

/** A payout as Stripe last showed it. */
export interface PayoutData {
  readonly payout: StripePayout;
}

/** Only what Stripe pays out by its own schedule has parts. */
export const isItemised = ({ automatic, method }: StripePayout): boolean => automatic && method !== 'instant';

/**
 * What a person's choice fixes. `clearing`: post a payout that cannot be itemised over Stripe clearing; `post`: beside the
 * deposit that is there; `link 900`: that deposit is it; `account ch_9 77`: where the money of what Run a Call does not know goes.
 */
export function chosenBy(choice: string, { payout }: PayoutData): Readonly<Record<string, string>> | undefined {
  if (choice === 'clearing') return isItemised(payout) ? undefined : { clearing: 'true' };
  if (choice === 'post') return { post: 'anyway', link: '' };
  const id = /^link (\S+)$/.exec(choice)?.[1];
  if (id !== undefined) return { link: id, post: '' };
  const [, source, account] = /^account (\S+) (\S+)$/.exec(choice) ?? [];
  return source === undefined || account === undefined ? undefined : { [`account ${source}`]: account };
}
