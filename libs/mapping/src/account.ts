import type { AccountRole } from '@qbo-sync/contracts/account-roles';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { type MappedRecord, printBody } from './document';

const ACCOUNT_HOW: How = { path: 'account', update: 'changed' };

const find = (name: string): Find => ({ where: [['Name', name]], agree: ['Name', 'AccountType'], adopt: true });

/**
 * Account made by one click (postings.md §3):
 *
 *   {"Name":"Stripe clearing","AccountType":"Other Current Asset","AccountSubType":"OtherCurrentAssets"}
 */
export function toAccount(role: AccountRole): MappedRecord {
  return {
    resource: 'Account',
    how: ACCOUNT_HOW,
    body: printBody({ Name: role.name, AccountType: role.accountType, AccountSubType: role.accountSubType }),
    find: find(role.name),
    expect: { AccountType: role.accountType },
    warnings: [],
  };
}
