import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile } from '../spec-rig';
import { event, feedRig, MINUTE, type FeedRig } from './feed-rig';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(60_000);

/** Records that Match adopts by the thousand: linked as the list showed them (adr/0012). */
describe('a link that brings the record', () => {
  let back: FeedRig;
  let id: string;
  let shown: string;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'links', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    back = await feedRig({ database, emulator, until });
    const { Customer } = await back.edit('Customer', { DisplayName: 'Long There', Notes: 'gate code 7' });
    ({ Id: id } = Customer ?? { Id: '' });
    shown = JSON.stringify(Customer);
    await back.rig.admin('DELETE', 'traffic');
  });
  afterEach(() => back.close());

  const link = (bend: object = {}) =>
    customerPut(
      back.tenant,
      back.books,
      'c1',
      1,
      {},
      {
        ...{ kind: 'link', body: JSON.stringify({ Id: id }), shown },
        ...bend,
      },
    );
  const rename = (DisplayName: string) => back.edit('Customer', { Id: id, sparse: true, DisplayName });
  const requests = async (): Promise<number> => {
    const { realms } = await back.rig.admin<{ realms: Record<string, { requests: number }> }>('GET', 'traffic');
    return Object.values(realms).reduce((sum, realm) => sum + realm.requests, 0);
  };
  const tellOf = async (): Promise<void> => {
    back.later(MINUTE);
    await back.deliver([event(await back.realmOf(), 'told of it', 'qbo.customer.updated.v1', id)]);
  };

  it('asks nothing of QuickBooks, and is updated with the token it was shown with', async () => {
    await back.rig.take(link());
    expect(await back.recordOf('customer:c1', 1)).toEqual(JSON.parse(shown));
    expect(await requests()).toBe(0);
    await back.rig.take(back.customer(2, { DisplayName: 'Named Here' }));
    expect(await back.recordOf('customer:c1', 2)).toMatchObject({ Id: id, DisplayName: 'Named Here', SyncToken: '1' });
    expect(await requests()).toBe(1);
  });

  it('what a person changes there afterwards is told as a change of that field alone', async () => {
    await back.rig.take(link());
    await back.rig.answered('customer:c1', 1);
    await back.edit('Customer', { Id: id, sparse: true, Notes: 'gate code 8' });
    await back.hear();
    expect(await back.changes()).toMatchObject([{ ref: 'customer:c1', changed: ['Notes'] }]);
  });

  it('is read where a webhook has told of it, and nobody has read the change', async () => {
    await rename('Renamed There');
    await tellOf();
    await back.rig.take(link());
    expect(await back.recordOf('customer:c1', 1)).toMatchObject({ DisplayName: 'Renamed There', SyncToken: '1' });
    expect(await requests()).toBe(1);
  });

  it('is read where the changes told of a newer version', async () => {
    await rename('Renamed There');
    await tellOf();
    await back.feed.round();
    await back.rig.take(link());
    expect(await back.recordOf('customer:c1', 1)).toMatchObject({ DisplayName: 'Renamed There', SyncToken: '1' });
  });

  it('of many at once: only the one that was told of is read, and the one another of ours has is refused', async () => {
    const made = async (DisplayName: string) => (await back.edit('Customer', { DisplayName })).Customer ?? { Id: '' };
    const [other, held] = [await made('Other There'), await made('Held There')];
    const linkOf = (name: string, record: { readonly Id: string }) =>
      customerPut(
        back.tenant,
        back.books,
        name,
        1,
        {},
        { ...{ kind: 'link', body: JSON.stringify({ Id: record.Id }), shown: JSON.stringify(record) } },
      );
    await back.rig.take(linkOf('c4', held));
    await back.rig.answered('customer:c4', 1);
    await rename('Renamed There');
    await tellOf();
    await back.rig.admin('DELETE', 'traffic');
    await back.rig.take(linkOf('c3', held), link(), linkOf('c2', other));
    expect(await back.rig.answered('customer:c3', 1)).toMatchObject({ outcome: 'refused', code: 'linked' });
    expect(await back.recordOf('customer:c1', 1)).toMatchObject({ DisplayName: 'Renamed There' });
    expect(await back.recordOf('customer:c2', 1)).toEqual(other);
    expect(await requests()).toBe(1);
  });

  it.each([
    ['of another record', () => ({ body: '{"Id":"1"}' })],
    ['without a token', () => ({ shown: JSON.stringify({ Id: id }) })],
    ['on a condition', () => ({ if: [{ path: 'DisplayName', equals: 'Long There' }] })],
    ['not brought', () => ({ shown: undefined })],
  ])('is read where the record is %s', async (_, bend) => {
    await back.rig.take(link(bend()));
    expect((await back.rig.answered('customer:c1', 1)).outcome).toBe('synced');
    expect(await requests()).toBe(1);
  });

  it('stale, and nobody told: the next update is merged with what was changed there', async () => {
    await rename('Renamed There');
    await back.rig.take(link());
    await back.rig.answered('customer:c1', 1);
    await back.rig.take(back.customer(2, { DisplayName: 'Renamed There', CompanyName: 'Long There Inc' }));
    expect(await back.recordOf('customer:c1', 2)).toMatchObject({
      ...{ DisplayName: 'Renamed There', CompanyName: 'Long There Inc', Notes: 'gate code 7', SyncToken: '2' },
    });
  });

  describe('of a record that came to an end there since it was shown', () => {
    /** Merged by a person into another: nothing of it is left under its id. */
    const end = async (): Promise<string> => {
      const { Customer } = await back.edit('Customer', { DisplayName: 'Survivor' });
      const into = Customer?.Id ?? '';
      await back.rig.admin('POST', 'human', { company: 'us-auto', do: 'merge', entity: 'Customer', id, into });
      await back.rig.admin('DELETE', 'traffic');
      return into;
    };
    const told = async (type: string, of: string): Promise<void> => {
      back.later(MINUTE);
      await back.deliver([event(await back.realmOf(), 'told of its end', type, of)]);
    };

    it('and nobody told: its first touch is refused (610), it is gone and not made again', async () => {
      await end();
      await back.rig.take(link());
      expect((await back.rig.answered('customer:c1', 1)).outcome).toBe('synced');
      expect(await requests()).toBe(0);
      const before = (await back.rig.writes('Customer')).length;
      await back.rig.take(back.customer(2, { DisplayName: 'Named Here' }));
      expect(await back.rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'gone' });
      await back.rig.take(back.customer(3, { DisplayName: 'Named Again' }));
      expect(await back.rig.answered('customer:c1', 3)).toMatchObject({ outcome: 'gone' });
      expect(await back.rig.writes('Customer')).toHaveLength(before);
    });

    it.each([
      ['a webhook of its deletion', 'qbo.customer.deleted.v1', 'itself'],
      ['a webhook of the merge', 'qbo.customer.merged.v1', 'the survivor'],
    ])('after it was linked, by %s: said once, and not made again', async (_, type, named) => {
      await back.rig.take(link());
      await back.rig.answered('customer:c1', 1);
      const into = await end();
      await told(type, named === 'itself' ? id : into);
      await back.feed.round();
      await back.hear();
      const about = (await back.changes()).filter(({ ref }) => ref === 'customer:c1');
      expect(about).toEqual([expect.objectContaining({ gone: expect.stringMatching(/^(deleted|merged)$/) as string })]);
      const before = (await back.rig.writes('Customer')).length;
      await back.rig.take(back.customer(2, { DisplayName: 'Named Here' }));
      expect((await back.rig.answered('customer:c1', 2)).outcome).toBe('gone');
      expect(await back.rig.writes('Customer')).toHaveLength(before);
    });

    it('before it was linked: the link reads it, and says that it is not there', async () => {
      await end();
      await told('qbo.customer.deleted.v1', id);
      await back.rig.take(link());
      expect(await back.rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'refused', code: '610' });
    });
  });
});
