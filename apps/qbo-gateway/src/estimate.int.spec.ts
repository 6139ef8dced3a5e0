import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, invoicePut, journalFile } from './spec-rig';
import { MIGRATIONS, storyRig } from './stories/story-rig';

jest.setTimeout(60_000);

test('a resource the gateway was never told of: an estimate is written, found after a lost answer, changed and deleted', async () => {
  const database = await testDatabase({ name: 'estimate', migrations: MIGRATIONS });
  const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
  const rig = storyRig({ database, emulator, until });
  try {
    const { tenant } = rig;
    const connected = await rig.connect();
    if (connected.is !== 'connected') throw new Error(connected.is);
    const { books } = connected;
    await rig.settings(1, { books });
    await rig.admin('POST', 'settings', { requestidMode: 'ignore' });
    await rig.dispatch();
    const estimate = (revision: number, amount: string, kind: 'put' | 'remove' = 'put') => {
      const wanted = invoicePut(tenant, books, 'est-1', revision, { customer: 'c1', item: '1', amount });
      const how = {
        path: 'estimate',
        update: 'whole',
        always: ['Line'],
        remove: { as: 'delete', query: 'operation=delete' },
      };
      return {
        ...wanted,
        ...{ ref: 'estimate:est-1', resource: 'Estimate', kind, body: kind === 'put' ? wanted.body : '{}' },
        how: how as typeof wanted.how,
      };
    };
    await rig.admin('POST', 'disturbances', { kind: 'commit-then-drop', entity: 'Estimate', method: 'POST', times: 1 });
    await rig.take(customerPut(tenant, books, 'c1', 1, { DisplayName: 'Estimate Payer' }), estimate(1, '10.00'));
    expect((await rig.answered('estimate:est-1', 1)).outcome).toBe('synced');
    await rig.take(estimate(2, '12.00'));
    expect((await rig.answered('estimate:est-1', 2)).outcome).toBe('synced');
    await rig.take(estimate(3, '12.00', 'remove'));
    expect((await rig.answered('estimate:est-1', 3)).outcome).toMatch(/^(gone|synced)$/);
    expect(await rig.writes('Estimate')).toEqual(['Estimate create 1', 'Estimate update 1', 'Estimate delete 1']);
  } finally {
    await rig.close();
  }
});
