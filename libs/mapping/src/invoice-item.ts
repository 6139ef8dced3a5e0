import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Choice } from '@qbo-sync/contracts/sync/settings';
import { hold, type Hold, type MappingContext } from './document';
import { accountName, categoryAccount, discountAccount, helperRef, membershipAccount } from './helper-item';

/** What is known of a company's own items. */
export interface KnownItems {
  /** Whether a line may use it; else a helper item stands in. */
  usable(itemId: string): boolean;
  /** QuickBooks id of the account it posts to; undefined: not in QuickBooks yet. */
  account(itemId: string): string | undefined;
}

/** A membership is billed, no job: all its priced lines are membership income (events.md). */
const isSubscription = (invoice: Invoice): boolean => invoice.membershipId !== undefined && invoice.jobId === undefined;

const isMembership = (line: Line, invoice: Invoice): boolean => line.kind === 'membership' || isSubscription(invoice);

/**
 * The item a priced line posts to (postings.md §6.2):
 *
 *   discount                                  the discount helper
 *   membership, or a subscription's line      its own item if it points to the memberships account, else the helper there
 *   anything else                             its own item; else the helper of its category's account
 *
 * Holds: account_missing.
 */
export function itemRefOf(line: Line, invoice: Invoice, ctx: MappingContext, items: KnownItems): string | Hold {
  if (line.kind === 'discount') {
    const account = discountAccount(ctx);
    return account === null
      ? hold('account_missing', { setting: 'invoices.discountsAccount' })
      : helperRef('discount', account);
  }
  const own = line.itemId !== undefined && items.usable(line.itemId) ? line.itemId : undefined;
  if (isMembership(line, invoice)) {
    const account = membershipAccount(ctx);
    if (account === null) return hold('account_missing', { setting: 'items.defaultIncomeAccount' });
    const pointsThere = own !== undefined && (items.account(own) ?? madeWith(line, ctx)) === account.id;
    return pointsThere ? `item:${own}` : helperRef('membership', account);
  }
  if (own !== undefined) return `item:${own}`;
  const income = incomeAccount(line, ctx);
  return income === null
    ? hold('account_missing', { setting: 'items.defaultIncomeAccount' })
    : helperRef('sales', income);
}

/**
 * `account_kept` when a line's own item posts elsewhere than the settings now say: the item is what a bookkeeper maps, so it
 * is used all the same (postings.md §6.2). A line that does not say its category may have any account the settings name.
 */
export function accountWarnings(invoice: Invoice, ctx: MappingContext, items: KnownItems): readonly Reason[] {
  return invoice.lines.flatMap((line): readonly Reason[] => {
    const { itemId, kind, name } = line;
    if (itemId === undefined || kind === 'discount' || kind === 'note' || isMembership(line, invoice)) return [];
    const account = items.usable(itemId) ? items.account(itemId) : undefined;
    const wanted = incomeAccount(line, ctx);
    if (account === undefined || wanted === null || isMeant(account, line, ctx)) return [];
    const shown = accountName(account, ctx) ?? `account ${account}`;
    return [{ code: 'account_kept', params: { line: name, account: shown, wanted: wanted.name } }];
  });
}

const incomeAccount = (line: Line, ctx: MappingContext): Choice | null =>
  categoryAccount(line.categoryId, ctx) ?? ctx.values['items.defaultIncomeAccount'];

/** Account that an own item not yet in QuickBooks will be made with: a membership's, else its category's. */
const madeWith = (line: Line, ctx: MappingContext): string | undefined =>
  (line.kind === 'membership' ? membershipAccount(ctx) : incomeAccount(line, ctx))?.id;

function isMeant(account: string, line: Line, ctx: MappingContext): boolean {
  const { values } = ctx;
  if (account === membershipAccount(ctx)?.id) return true;
  if (line.categoryId !== undefined) return account === incomeAccount(line, ctx)?.id;
  const named = [values['items.defaultIncomeAccount'], ...values['items.categoryAccounts'].map((each) => each.account)];
  return named.some((choice) => choice?.id === account);
}
