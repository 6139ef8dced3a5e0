import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { journalFile } from '../spec-rig';
import { event, MINUTE, feedRig, type FeedRig } from './feed-rig';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(60_000);

let back: FeedRig;
beforeEach(async () => {
  const database = await testDatabase({ name: 'readings', migrations: MIGRATIONS });
  const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
  back = await feedRig({ database, emulator, until });
});
afterEach(() => back.close());

describe('readings', () => {
  it('nothing told for a day: read all the same, from the last check on', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Missed' }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, Notes: 'the webhook for this was lost' });
    await back.feed.round();
    expect(back.calls).toEqual([]);
    back.later(24 * 60 * MINUTE + 1);
    await back.feed.round();
    expect((await back.changes()).map(({ changed }) => changed)).toEqual([['Notes']]);
  });

  it('asleep for more than 30 days: by query, inactive ones too', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Dormant' }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, Active: false });
    await back.rig.db.query(`insert into feed (books, tenant, cursor_at, checked_at)
      select books, tenant, now() - interval '40 days', now() - interval '40 days' from company`);
    await back.feed.round();
    expect(back.calls.map(({ path }) => path)).toEqual(['query']);
    expect((await back.changes()).filter(({ ref }) => ref === 'customer:c1')).toEqual([
      expect.objectContaining({ gone: 'inactive' }),
    ]);
  });

  it('a resource whose changes are not told is left out from then on', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'With Codes' }));
    await back.rig.answered('customer:c1', 1);
    await back.deliver([event(await back.realmOf(), 'codes', 'qbo.taxCode.updated.v1')]);
    await back.feed.round();
    expect(back.calls.map(({ query }) => query?.['entities'])).toEqual(['Customer']);
    await back.hear();
    expect(back.calls.at(-1)?.query?.['entities']).toBe('Customer');
  });

  it('a change of the preferences is read once for each time it is told, and said whole', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Steady' }));
    await back.rig.answered('customer:c1', 1);
    await back.rig.admin('POST', 'human', {
      ...{ do: 'close-books', company: 'us-auto', through: '2026-10-31' },
    });
    const realm = await back.realmOf();
    await back.deliver([event(realm, 'p1', 'qbo.preferences.updated.v1', '1')]);
    await back.deliver([event(realm, 'p2', 'qbo.preferences.updated.v1', '1')]);
    await back.feed.round();
    expect(back.calls.map(({ path }) => path)).toEqual(['preferences']);
    const said = (await back.changes()).filter(({ resource }) => resource === 'Preferences');
    expect(said).toEqual([expect.objectContaining({ origin: 'qbo', changed: [] })]);
    expect(said[0]).not.toHaveProperty('ref');
    expect(JSON.parse(String(said[0]?.['record']))).toMatchObject({
      AccountingInfoPrefs: { BookCloseDate: '2026-10-31' },
    });
    // What changed beside them meanwhile is not passed over.
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, Notes: 'at the same time' });
    await back.hear();
    expect(back.calls.map(({ path }) => path)).toEqual(['preferences', 'cdc']);
    expect((await back.changes()).map(({ changed }) => changed)).toEqual([[], ['Notes']]);
  });

  it('preferences that cannot be read now are read after the interval', async () => {
    await back.deliver([event(await back.realmOf(), 'p1', 'qbo.preferences.updated.v1', '1')]);
    await back.rig.admin('POST', 'disturbances', { kind: 'http-503', entity: 'preferences' });
    await back.feed.round();
    expect(await back.changes()).toEqual([]);
    await back.rig.admin('DELETE', 'disturbances');
    await back.rig.db.query(`update company set retry_at = null, trouble = null`);
    back.later(MINUTE);
    await back.feed.round();
    expect((await back.changes()).map(({ resource }) => resource)).toEqual(['Preferences']);
    expect((await back.rig.db.query(`select from webhook_event where done_at is null`)).rows).toEqual([]);
  });

  it('while sync is off nothing is read, and nothing is lost', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Paused' }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.rig.settings(2, { books: back.books, active: false });
    await back.edit('Customer', { Id, sparse: true, Notes: 'changed in the pause' });
    await back.hear();
    expect(back.calls).toEqual([]);
    await back.rig.settings(3, { books: back.books, active: true });
    await back.feed.round();
    expect((await back.changes()).map(({ changed }) => changed)).toEqual([['Notes']]);
  });

  it('QuickBooks did not answer: the wake stands, and is tried again after the interval', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Down' }));
    await back.rig.answered('customer:c1', 1);
    await back.rig.admin('POST', 'disturbances', { kind: 'http-503', entity: 'cdc' });
    await back.hear();
    const { rows } = await back.rig.db.query(`select from webhook_event where done_at is null`);
    expect(rows).toHaveLength(1);
    await back.rig.admin('DELETE', 'disturbances');
    await back.rig.db.query(`update company set retry_at = null, trouble = null`);
    back.later(MINUTE);
    await back.feed.round();
    expect((await back.rig.db.query(`select from webhook_event where done_at is null`)).rows).toEqual([]);
  });
});
