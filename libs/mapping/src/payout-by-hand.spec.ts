import { US } from './context.fixtures';
import { type BankDeposit, payoutExists } from './payout-by-hand';
import { PO_1 } from './payout.fixtures';

/** Of the payout's day, total and bank. */
const LIKE_IT: BankDeposit = { date: '2026-12-02', total: '216.49', bankId: '35' };

test.each<[string, BankDeposit[], string | undefined]>([
  ['likely: same bank and total, that day', [LIKE_IT], '2026-12-02'],
  ['likely: two days before', [{ ...LIKE_IT, date: '2026-11-30' }], '2026-11-30'],
  ['likely: five days after', [{ ...LIKE_IT, date: '2026-12-07' }], '2026-12-07'],
  [
    'likely: one of several, its total written otherwise',
    [
      { ...LIKE_IT, total: '1.00' },
      { ...LIKE_IT, total: '216.490' },
    ],
    '2026-12-02',
  ],
  ['new: three days before', [{ ...LIKE_IT, date: '2026-11-29' }], undefined],
  ['new: six days after', [{ ...LIKE_IT, date: '2026-12-08' }], undefined],
  ['new: a cent apart', [{ ...LIKE_IT, total: '216.48' }], undefined],
  ['new: another bank', [{ ...LIKE_IT, bankId: '36' }], undefined],
  ['new: none', [], undefined],
])('§12 a deposit is %s', (_says, deposits, date) => {
  const params = { x: '216.49', date: date ?? '', bank: 'Checking', po: 'po_1Nabc' };
  expect(payoutExists(PO_1, deposits, US)).toEqual(
    date === undefined ? undefined : { hold: { code: 'payout_exists', params } },
  );
});
