import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Choice, SettingKey } from '@qbo-sync/contracts/sync/settings';
import type { MappingContext } from '@qbo-sync/mapping/document';
import { categoryAccount, discountAccount, membershipAccount } from '@qbo-sync/mapping/helper-item';

/** An account and the setting that chooses it; null: it chooses none. */
export interface ExpectedAccount {
  readonly account: Choice | null;
  readonly setting: SettingKey;
}

/** Income of a category, else the default. */
export function expectedIncome(categoryId: string | undefined, ctx: MappingContext): ExpectedAccount {
  const own = categoryAccount(categoryId, ctx);
  return own === null
    ? { account: ctx.values['items.defaultIncomeAccount'], setting: 'items.defaultIncomeAccount' }
    : { account: own, setting: 'items.categoryAccounts' };
}

export function expectedMembership(ctx: MappingContext): ExpectedAccount {
  const isOwn = ctx.values['invoices.membershipAccount'] !== null;
  return {
    account: membershipAccount(ctx),
    setting: isOwn ? 'invoices.membershipAccount' : 'items.defaultIncomeAccount',
  };
}

export const expectedDiscount = (ctx: MappingContext): ExpectedAccount => ({
  account: discountAccount(ctx),
  setting: 'invoices.discountsAccount',
});

export const expectedTips = (ctx: MappingContext): ExpectedAccount => ({
  account: ctx.values['invoices.tipsAccount'],
  setting: 'invoices.tipsAccount',
});

/** Where the sales of a pricebook item belong by the settings in force, whatever account it has. */
export const expectedOfItem = ({ kind, categoryId }: Pick<Item, 'kind' | 'categoryId'>, ctx: MappingContext) =>
  kind === 'membership' ? expectedMembership(ctx) : expectedIncome(categoryId, ctx);
