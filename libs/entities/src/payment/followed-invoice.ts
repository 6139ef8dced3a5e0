import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { dayOf } from '@qbo-sync/money/zone';
import type { PaidInvoice } from '@qbo-sync/mapping/payment-parts';
import { type PostedInvoice, readPosted } from '@qbo-sync/mapping/posted-invoice';

/** What payments has followed of an invoice, by the invoices topic and the gateway's answers. */
export interface FollowedInvoice {
  /** Run a Call's customer; once it is in QuickBooks, the one it had when it was last written there. */
  readonly customerId: string;
  readonly number: string;
  readonly issuedOn: string;
  readonly total?: string;
  readonly balance?: string;
  readonly tip?: string;
  readonly voided?: true;
  /** It is posted when it is paid in full: so the settings said when it was first heard of. */
  readonly onPayment?: true;
  /** ce_time of the first event of it. */
  readonly firstOccurredAt: string;
  /** It is in QuickBooks under the books in force. */
  readonly linked: boolean;
  /** Its id there. */
  readonly quickbooksId?: string;
  /** How it stands there, as the gateway's newest answer showed it. */
  readonly posted?: PostedInvoice;
}

export { readPosted };

/** An invoice as a payment is applied to it; `released`: a person said that its money shall not wait for it. */
export function paidInvoice(followed: FollowedInvoice, settings: SyncSettings | null, released: boolean): PaidInvoice {
  const unapplied = unappliedWhy(followed, settings, released);
  return {
    customerId: followed.customerId,
    number: followed.number,
    ...(followed.tip === undefined ? {} : { tip: followed.tip }),
    ...(followed.total === undefined ? {} : { total: followed.total }),
    ...(unapplied === undefined ? {} : { unapplied }),
    ...(followed.linked ? {} : { unposted: true }),
  };
}

function unappliedWhy(
  followed: FollowedInvoice,
  settings: SyncSettings | null,
  released: boolean,
): PaidInvoice['unapplied'] {
  if (followed.voided === true) return 'voided';
  if (settings !== null && isLeftOut(followed, settings)) return 'older';
  if (followed.linked) return undefined;
  const isOpen = !parseDecimal(followed.balance ?? '0').isZero();
  return released || (followed.onPayment === true && isOpen) ? 'later' : undefined;
}

/** Older than go-live and not in QuickBooks by us: a bookkeeper may have entered it by hand (product.md §4). */
export function isLeftOut(invoice: FollowedInvoice, { goLiveAt, company }: SyncSettings): boolean {
  if (invoice.linked || !goLiveAt) return false;
  return (
    Date.parse(invoice.firstOccurredAt) < Date.parse(goLiveAt) || invoice.issuedOn < dayOf(goLiveAt, company.timeZone)
  );
}
