import type { Choice } from '@qbo-sync/contracts/sync/settings';
import type { MappingContext } from './document';

const ROLES = ['sales', 'membership', 'discount', 'tip', 'rounding'] as const;
export type HelperRole = (typeof ROLES)[number];

/**
 * Helper items: one per role and QuickBooks account, `item:helper.<role>.<account id>` (messages.md, postings.md §3).
 * Invoices writes the reference; items makes the record when it is first wanted, from the ref and the settings alone.
 */
export interface Helper {
  readonly role: HelperRole;
  readonly accountId: string;
}

const REF = /^item:helper\.([a-z]+)\.(.+)$/;

export const helperRef = (role: HelperRole, account: Choice): string => `item:helper.${role}.${account.id}`;

/** Takes a helper item's ref apart; undefined for any other ref. */
export function readHelperRef(ref: string): Helper | undefined {
  const match = REF.exec(ref);
  const role = ROLES.find((each) => each === match?.[1]);
  const accountId = match?.[2];
  return role === undefined || accountId === undefined ? undefined : { role, accountId };
}

/** Account of membership lines: its own, else the default income account. */
export const membershipAccount = (ctx: MappingContext): Choice | null =>
  ctx.values['invoices.membershipAccount'] ?? ctx.values['items.defaultIncomeAccount'];

/** Account of discounts: chosen, else QuickBooks' own. */
export const discountAccount = (ctx: MappingContext): Choice | null =>
  ctx.values['invoices.discountsAccount'] ?? ctx.profile.defaultDiscountAccount;

/** A category's own account, or null where it uses the default. */
export const categoryAccount = (categoryId: string | undefined, ctx: MappingContext): Choice | null =>
  ctx.values['items.categoryAccounts'].find((each) => each.categoryId === categoryId)?.account ?? null;

/** Name of an account that some setting chose, by its id. */
export function accountName(accountId: string, ctx: MappingContext): string | undefined {
  const { values, profile } = ctx;
  const chosen: readonly (Choice | null | undefined)[] = [
    values['items.defaultIncomeAccount'],
    ...values['items.categoryAccounts'].map(({ account }) => account),
    values['invoices.membershipAccount'],
    values['invoices.discountsAccount'],
    profile.defaultDiscountAccount,
    values['invoices.tipsAccount'],
  ];
  return chosen.find((choice) => choice?.id === accountId)?.name;
}
