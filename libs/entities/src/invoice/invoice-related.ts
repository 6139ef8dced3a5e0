import type { View } from '../sync/rules';

/** What invoices has followed of the records an invoice names, and of the payments that name it. */
export interface InvoiceRelated {
  /** Undefined: not heard of yet. */
  readonly customer: FollowedCustomer | undefined;
  /** Items of its lines that are in QuickBooks under the books in force, by their id: false = inactive there. */
  readonly items: Readonly<Record<string, boolean>>;
  /** QuickBooks id of the account each of them posts to. */
  readonly itemAccounts?: Readonly<Record<string, string>>;
  /** Payments of ours as QuickBooks last showed them applied to this invoice. */
  readonly payments?: readonly AppliedPayment[];
}

export interface FollowedCustomer {
  readonly name: string;
  readonly taxExempt: boolean;
}

export interface AppliedPayment {
  /** `payment:pay_500`, or a part of one. */
  readonly ref: string;
  /** Decimal string. */
  readonly amount: string;
  /** It is on a deposit: QuickBooks refused to change it (6540). */
  readonly locked: boolean;
}

/** QuickBooks' answer when something a document uses was made inactive (quickbooks.md §3). */
export const INACTIVE = '610';

const namesItem = (body: string, itemId: string): boolean => body.includes(JSON.stringify(`item:${itemId}`));

/**
 * Which own items lines may use. A document keeps the items it was asked for with: another one would move what is posted.
 * After QuickBooks refused an inactive one there is no other way.
 */
export function usableItems(
  { lastBody, round, lastAnswer }: Pick<View, 'lastBody' | 'round' | 'lastAnswer'>,
  items: InvoiceRelated['items'],
  pushed: boolean,
): (itemId: string) => boolean {
  const refused = round > 0 && lastAnswer?.code === INACTIVE;
  return (itemId) => {
    const active = items[itemId];
    if (active === undefined) return pushed;
    return active || (!refused && lastBody !== undefined && namesItem(lastBody, itemId));
  };
}

/** The body last asked for uses an item that is inactive in QuickBooks. */
export function usesInactive({ lastBody = '' }: Pick<View, 'lastBody'>, { items }: InvoiceRelated): boolean {
  return Object.entries(items).some(([itemId, active]) => !active && namesItem(lastBody, itemId));
}
