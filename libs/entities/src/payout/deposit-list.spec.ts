import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { BOOKS, context, given, lines, NOW, only, wanted } from '../sync/spec-kit';
import { depositListRef, depositListRules, isDepositList, listedDeposits } from './deposit-list';

const ref = depositListRef('po_1', '2026-12-02', 1);
const deposit = (Id: string, more: object = {}) => ({
  ...{ Id, TxnDate: '2026-12-03', TotalAmt: '216.49', DepositToAccountRef: { value: '35' } },
  ...more,
});
const listed = (record: object): Trigger => ({
  ...{ kind: 'listed', books: BOOKS, resource: 'Deposit', record: JSON.stringify(record), at: NOW },
});
const END = { Id: '', ListEnd: true };

test('asks for the deposits from two days before to five after, a few fields of each', () => {
  const story = given(depositListRules, ref, context({})).when(wanted());
  expect(lines(story.events)).toEqual(['Wanted', `PushRequested list ${ref}`]);
  expect(only(story.events, 'PushRequested').data.only).toEqual({
    fields: ['Id', 'TxnDate', 'TotalAmt', 'DepositToAccountRef', 'PrivateNote'],
    ...{ day: 'TxnDate', from: '2026-11-30', to: '2026-12-07' },
  });
});

test('§12 a deposit is exact: ours by its marker, of whichever payout; the others count once the end was said', () => {
  const found = [
    deposit('1'),
    deposit('2', { PrivateNote: 'Run a Call po_0' }),
    deposit('3', { PrivateNote: 'by Ana' }),
  ];
  const story = found.reduce((so, each) => so.when(listed(each)), given(depositListRules, ref, context({})));
  expect(listedDeposits(story.state)).toBeUndefined();
  const byHand = { bankId: '35', total: '216.49', date: '2026-12-03' };
  expect(listedDeposits(story.when(listed(END)).state)).toEqual([byHand, byHand]);
});

test('its ref is its own stream’s', () => {
  expect([ref, 'payout:po_1', 'payout:po_1/2', 'payout:po_1/failed'].map(isDepositList)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
