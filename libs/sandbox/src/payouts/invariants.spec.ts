import { cents } from '../books/cents';
import type { ReadBooks } from '../books/read-books';
import type { StatementMove } from '../stripe/statement';
import { payoutInvariants, type StripeBooks } from './invariants';

/** RAC-1 of 179.70, of which 50.00 went back, in po_1; RAC-2 of 100.00 waits. */
const move = (category: string, source: string, amount: number, fee: number, payout: string | null): StatementMove => ({
  ...{ id: `txn_${source}`, type: category, category, currency: 'usd', charge: null },
  ...{ amount, fee, net: amount - fee, source, payout },
});
const on = (accountId: string, amount: string) => ({ accountId, amount: cents(amount) });
const PAID = { marker: 'pay_1', amount: cents('179.70'), depositAccount: '91' };
const WAITS = { marker: 'pay_2', amount: cents('100.00'), depositAccount: '91' };
const GIVEN_BACK = { marker: 're_1', lines: [on('79', '-50.00'), on('91', '50.00')] };
const LINES = [on('91', '179.70'), on('91', '-50.00'), on('92', '-5.51')];
const DEPOSIT = { marker: 'po_1', byHand: false, total: cents('124.19'), lines: LINES };

const brokenIn = (found: {
  readonly payments?: readonly object[];
  readonly entries?: readonly object[];
  readonly deposits?: readonly object[];
}): number[] => {
  const books = { payments: [PAID, WAITS], entries: [GIVEN_BACK], deposits: [DEPOSIT], ...found };
  const account = (id: string) => ({ id, name: id });
  const invariants = payoutInvariants({
    found: books as unknown as ReadBooks,
    statement: {
      moves: [
        move('charge', 'ch_1', 179_70, 5_51, 'po_1'),
        move('refund', 're_1', -50_00, 0, 'po_1'),
        move('payout', 'po_1', -124_19, 0, 'po_1'),
        move('charge', 'ch_2', 100_00, 3_20, null),
      ],
      payouts: [{ id: 'po_1', amount: 124_19 }],
    },
    payments: [
      { id: 'pay_1', processorChargeId: 'ch_1', refunds: [{ id: 're_1' }] },
      { id: 'pay_2', processorChargeId: 'ch_2', refunds: [] },
    ],
    choices: { clearing: account('91'), undeposited: account('4') },
    accounts: { bank: account('35'), fees: account('92'), disputes: account('93') },
    currency: 'USD',
  } as unknown as StripeBooks);
  return invariants.filter(({ broken }) => broken.length > 0).map(({ number }) => number);
};

describe('what must always be true of Stripe’s money (postings.md §14)', () => {
  test.each<[what: string, found: Parameters<typeof brokenIn>[0], broken: number[]]>([
    ['all as Stripe says', {}, []],
    ['the payout not posted yet: all of it waits', { deposits: [] }, []],
    ['a payment that waits is not in the books', { payments: [PAID] }, [3]],
    ['… or a cent off', { payments: [PAID, { ...WAITS, amount: cents('100.01') }] }, [3]],
    ['… or in another account', { payments: [PAID, { ...WAITS, depositAccount: '35' }] }, [3]],
    ['a refund that was not posted', { entries: [] }, [3]],
    ['a deposit a cent off its payout', { deposits: [{ ...DEPOSIT, total: cents('124.20') }] }, [4]],
    ['a transaction that is in none of its lines', { deposits: [{ ...DEPOSIT, lines: LINES.slice(1) }] }, [3, 4]],
    [
      'fees that are not Stripe’s',
      { deposits: [{ ...DEPOSIT, lines: [...LINES.slice(0, 2), on('92', '-5.50')] }] },
      [4],
    ],
    ['the same payout twice', { deposits: [DEPOSIT, { ...DEPOSIT }] }, [3, 4]],
    ['a deposit of no payout', { deposits: [DEPOSIT, { ...DEPOSIT, marker: 'po_9', lines: [] }] }, [4]],
  ])('%s', (_what, found, broken) => {
    expect(brokenIn(found)).toEqual(broken);
  });
});
