import { PayoutChanges } from './payout-changes';
import { payoutRow } from './payout-view';

const row = (id: string, read: number) =>
  payoutRow({
    ...{ id, arrivesOn: '2026-12-02', amount: '216.49', currency: 'USD', status: 'paid', state: 'waiting' },
    ...{ read, whole: false, quickbooks: [] },
  });

test('each of the newest payouts is told of once, and again when something of it changed; oldest first', async () => {
  let items = [row('po_2', 0), row('po_1', 7)];
  const changes = new PayoutChanges(
    { list: () => Promise.resolve({ items, next: null, total: items.length }) },
    'acme',
  );
  const told = async () => (await changes.look()).map(({ id, progress }) => `${id} ${progress.read}`);
  expect(await told()).toEqual(['po_1 7', 'po_2 0']);
  expect(await told()).toEqual([]);
  items = [row('po_2', 100), row('po_1', 7)];
  expect(await told()).toEqual(['po_2 100']);
});
