import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Match } from './match';
import { matchAccount, matchTaxCode } from './match-lists';
import { BOOKS_RATES, RATE_CASES } from './tax-code.fixtures';

/** What a proposal of the rate map is in Match. */
const GROUPS: Readonly<Record<string, Match['group']>> = {
  suggested: 'likely',
  percentage_differs: 'conflict',
  not_mapped: 'new',
};

describe('matching tax codes', () => {
  test.each(RATE_CASES)('§$section $says', ({ rate, codes, proposed }) => {
    const match = matchTaxCode(rate, codes, BOOKS_RATES);
    expect(match.group).toBe(GROUPS[proposed.state ?? '']);
    expect(match.candidates).toEqual(proposed.code === undefined ? [] : [proposed.code.id]);
    if (proposed.conflict !== undefined) {
      const { is } = proposed.conflict;
      expect(match.why).toBe(is === 'percentage' ? 'percentage_differs' : is);
    }
  });
});

describe('matching accounts', () => {
  const fees = (Id: string, more: TextObject = {}): TextObject => ({
    ...{ Id, Name: 'Stripe fees', AccountType: 'Expense', Active: true },
    ...more,
  });

  test.each<[string, TextObject[], Match]>([
    ['exact name and type', [fees('92')], { group: 'exact', why: 'name', candidates: ['92'] }],
    ['wrong type', [fees('92', { AccountType: 'Income' })], { group: 'conflict', why: 'type', candidates: ['92'] }],
    ['inactive', [fees('92', { Active: false })], { group: 'conflict', why: 'inactive', candidates: ['92'] }],
    [
      'two below different parents',
      [fees('92'), fees('93')],
      { group: 'conflict', why: 'several', candidates: ['92', '93'] },
    ],
    ['another name', [fees('92', { Name: 'Stripe Fees' })], { group: 'new', why: 'nothing_alike', candidates: [] }],
    ['none', [], { group: 'new', why: 'nothing_alike', candidates: [] }],
  ])('§12 %s', (_says, accounts, match) => {
    expect(matchAccount(ACCOUNT_ROLES['stripe-fees'], accounts)).toEqual(match);
  });
});
