import type { Draft } from '../draft';
import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { follow, isActive } from '../name-list';
import { refuse } from '../refusal';
import { text } from '../exact';

/** The company's first active account of a subtype: `AccountsReceivable`, `UndepositedFunds`. */
export function standardAccount(draft: Draft, subType: 'AccountsReceivable' | 'UndepositedFunds'): ExactObject {
  const account = draft
    .all('Account')
    .find((candidate) => candidate['AccountSubType'] === subType && isActive(candidate));
  if (account === undefined) throw new Error(`the company has no ${subType} account`);
  return account;
}

/** Money waits here until it is on a deposit (quickbooks.md §9.6, §9.8). */
export function isUndepositedFunds(account: ExactObject | undefined): boolean {
  return account?.['AccountSubType'] === 'UndepositedFunds';
}

/** Where the money of a payment or refund is: a bank or other current asset (quickbooks.md §9.6, §9.7, §14.6). */
export function moneyAccount(draft: Draft, wanted: ExactObject): ExactObject | undefined {
  const account = follow(draft, wanted['DepositToAccountRef'], 'Account', 'DepositToAccountRef');
  if (account !== undefined && !['Bank', 'Other Current Asset'].includes(text(account['AccountType']) ?? '')) {
    refuse('6430', 'Invalid account type used. : Select a bank or other current asset account.', 'DepositToAccountRef');
  }
  return account;
}
