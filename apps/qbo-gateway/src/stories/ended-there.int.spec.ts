import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { invoicePut, journalFile } from '../spec-rig';
import { event, MINUTE, feedRig, type FeedRig } from './feed-rig';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(60_000);

let back: FeedRig;
beforeEach(async () => {
  const database = await testDatabase({ name: 'ended_there', migrations: MIGRATIONS });
  const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
  back = await feedRig({ database, emulator, until });
});
afterEach(() => back.close());

describe('records that come to an end there', () => {
  it.each([['delete', 'deleted'] as const, ['void', 'voided'] as const])(
    'an invoice of ours, %s: published, and never made again',
    async (operation, gone) => {
      await back.rig.take(
        back.customer(1, { DisplayName: 'Gone Gutters' }),
        invoicePut(back.tenant, back.books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
      );
      const { Id } = await back.recordOf('invoice:i1', 1);
      await back.edit('Invoice', { Id }, operation);
      await back.hear();
      await back.hear();
      const about = (await back.changes()).filter(({ ref }) => ref === 'invoice:i1');
      expect(about).toEqual([expect.objectContaining({ gone })]);
      await back.rig.take(invoicePut(back.tenant, back.books, 'i1', 2, { customer: 'c1', item: '1', amount: '55.00' }));
      expect((await back.rig.answered('invoice:i1', 2)).outcome).toBe('gone');
      expect(await back.rig.writes('Invoice')).toHaveLength(1);
    },
  );

  it('merged into another: told by the older shape of the webhook', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Loser' }), back.customer(1, { DisplayName: 'Winner' }, 'c2'));
    const [loser, winner] = [await back.recordOf('customer:c1', 1), await back.recordOf('customer:c2', 1)];
    const entity = { name: 'Customer', id: winner['Id'], operation: 'Merge', deletedId: loser['Id'] };
    await back.deliver({
      eventNotifications: [{ realmId: await back.realmOf(), dataChangeEvent: { entities: [entity] } }],
    });
    await back.feed.round();
    expect(await back.changes()).toEqual([expect.objectContaining({ ref: 'customer:c1', gone: 'merged' })]);
    back.later(MINUTE);
    await back.feed.round();
    expect(await back.changes()).toHaveLength(1);
  });

  it.each(['linked', 'a stranger'] as const)(
    'merged by a person into one that is %s, told by CloudEvents, which name the survivor alone: the link follows',
    async (survivor) => {
      await back.rig.take(back.customer(1, { DisplayName: 'Loser' }));
      const loser = String((await back.recordOf('customer:c1', 1))['Id']);
      let into: string;
      if (survivor === 'linked') {
        await back.rig.take(back.customer(1, { DisplayName: 'Winner' }, 'c2'));
        into = String((await back.recordOf('customer:c2', 1))['Id']);
      } else {
        into = (await back.edit('Customer', { DisplayName: 'Winner' })).Customer?.Id ?? '';
      }
      await back.rig.admin('POST', 'human', { company: 'us-auto', do: 'merge', entity: 'Customer', id: loser, into });
      back.later(MINUTE);
      await back.deliver([event(await back.realmOf(), `merged-${survivor}`, 'qbo.customer.merged.v1', into)]);
      await back.feed.round();
      await back.hear();
      back.later(25 * 60 * MINUTE);
      await back.feed.round();
      const about = (await back.changes()).filter(({ ref }) => ref === 'customer:c1');
      expect(about).toEqual([expect.objectContaining({ gone: 'merged' })]);
      expect((await back.changes()).filter(({ gone }) => gone === 'deleted')).toEqual([]);
      // A document for the one that is no more goes to the one that is left; it itself is never made again.
      await back.rig.take(invoicePut(back.tenant, back.books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }));
      expect(await back.recordOf('invoice:i1', 1)).toMatchObject({ CustomerRef: { value: into } });
      await back.rig.take(back.customer(2, { DisplayName: 'Loser Again' }));
      expect((await back.rig.answered('customer:c1', 2)).outcome).toBe('gone');
    },
  );

  it('made inactive by a person: published with the field', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Left Town' }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, Active: false });
    await back.hear();
    expect(await back.changes()).toEqual([expect.objectContaining({ ref: 'customer:c1', gone: 'inactive' })]);
  });
});
