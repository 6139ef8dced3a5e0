import type { PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import { payoutDetail, payoutRow } from './payout-view';

const PAYOUT: PayoutView = {
  ...{ id: 'po_1', arrivesOn: '2026-12-02', amount: '216.49', currency: 'USD', status: 'paid', state: 'missing' },
  reason: {
    code: 'payout_unequal',
    params: { po: 'po_1', x: '216.49', y: '212.29', charge: 'ch_9', amount: '4.20', reason: 'it is from before' },
  },
  ...{ read: 7, whole: true, quickbooks: [] },
};

test('what is missing has its sentence and its amount', () => {
  expect(payoutRow(PAYOUT)).toMatchObject({
    amount: { amount: '216.49', currency: 'USD' },
    difference: { amount: '4.20', currency: 'USD' },
    missing: [{ text: 'Payout po_1 is 216.49; its parts make 212.29. Missing: ch_9 4.20, it is from before.' }],
    progress: { read: 7, whole: true },
  });
});

test('equal: nothing is missing; one that waits says for what, and no difference', () => {
  const { reason: _reason, ...rest } = PAYOUT;
  expect(payoutRow({ ...rest, state: 'equal' })).toMatchObject({ difference: { amount: '0.00' }, missing: [] });
  const waiting = payoutRow({ ...rest, state: 'waiting', reason: { code: 'parts', params: { payout: 'po_1' } } });
  expect(waiting).toMatchObject({ missing: [{ text: 'Waiting for the rest of po_1.' }] });
  expect(waiting).not.toHaveProperty('difference');
});

test('each part names its record, and QuickBooks’', () => {
  const part = {
    ...{ position: 0, kind: 'charge', amount: '179.70', fee: '5.51', net: '174.19', stripeId: 'ch_1' },
    state: 'known',
  } as const;
  const { parts, sums } = payoutDetail({
    payout: PAYOUT,
    sums: [{ kind: 'charge', count: 2, amount: '279.70', fee: '8.71' }],
    parts: [{ ...part, ref: 'payment:pay_500', quickbooks: { type: 'Payment', id: '154' } }, part],
    next: null,
  });
  expect(parts[0]).toMatchObject({ entity: 'payment', recordId: 'pay_500', amount: { amount: '179.70' } });
  expect(parts[0]?.quickbooks).toEqual({ type: 'Payment', id: '154' });
  expect(parts[1]).not.toHaveProperty('recordId');
  expect(sums).toEqual([
    {
      kind: 'charge',
      count: 2,
      amount: { amount: '279.70', currency: 'USD' },
      fee: { amount: '8.71', currency: 'USD' },
    },
  ]);
});
