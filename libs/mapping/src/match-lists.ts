import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { AccountRole } from '@qbo-sync/contracts/account-roles';
import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import { firstRow, type Match, type Row, together } from './match';
import { flagAt, textAt } from './record';
import { proposeRates } from './tax-code';

/** Matching of QuickBooks' short lists: tax codes and accounts (postings.md §12). */

/** A tax code is never taken by itself; what is prefilled is confirmed once. */
export function matchTaxCode(rate: TaxRate, taxCodes: readonly TextObject[], taxRates: readonly TextObject[]): Match {
  const [proposed] = proposeRates([rate], taxCodes, taxRates, []);
  const candidates = proposed?.code === undefined ? [] : [proposed.code.id];
  switch (proposed?.conflict?.is) {
    case 'percentage':
      return { group: 'conflict', why: 'percentage_differs', candidates };
    case 'hidden':
      return { group: 'conflict', why: 'hidden', candidates };
    case 'inactive':
      return { group: 'conflict', why: 'inactive', candidates };
    case undefined:
      return proposed?.state === 'suggested'
        ? { group: 'likely', why: 'name', candidates }
        : { group: 'new', why: 'nothing_alike', candidates };
  }
}

interface AccountFacts {
  readonly active: boolean;
  readonly sameType: boolean;
}

const ACCOUNT_TABLE: readonly (Row<AccountFacts> & { readonly group: 'exact' | 'conflict' })[] = [
  { group: 'conflict', why: 'type', when: ({ sameType }) => !sameType },
  { group: 'conflict', why: 'inactive', when: ({ active }) => !active },
  { group: 'exact', why: 'name', when: () => true },
];

/** An account of the role's exact name and type is its default; without one, one click creates it. */
export function matchAccount(role: AccountRole, accounts: readonly TextObject[]): Match {
  const said = accounts
    .filter((record) => textAt(record, 'Name') === role.name)
    .flatMap((record) => {
      const facts = {
        active: flagAt(record, 'Active') !== false,
        sameType: textAt(record, 'AccountType') === role.accountType,
      };
      return firstRow(ACCOUNT_TABLE, textAt(record, 'Id') ?? '', facts) ?? [];
    });
  return together(said);
}
