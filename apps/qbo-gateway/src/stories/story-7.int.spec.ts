import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { invoicePut, journalFile, paymentPut } from '../spec-rig';
import { MINUTE, feedRig, type FeedRig } from './feed-rig';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(60_000);

let back: FeedRig;
beforeEach(async () => {
  const database = await testDatabase({ name: 'story_7', migrations: MIGRATIONS });
  const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
  back = await feedRig({ database, emulator, until });
});
afterEach(() => back.close());

describe('story 7', () => {
  it('our own writes by webhook and by reading: no further write, no further read, nothing published', async () => {
    await back.rig.take(
      back.customer(1, { DisplayName: 'Echo Electric' }),
      invoicePut(back.tenant, back.books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
      paymentPut(back.tenant, back.books, 'p1', 1, { customer: 'c1', invoice: 'i1', amount: '50.00' }),
    );
    await back.rig.answered('payment:p1', 1);
    const writes = await back.rig.writes();
    await back.hear();
    await back.hear();
    back.later(25 * 60 * MINUTE);
    await back.feed.round();
    expect(await back.changes()).toEqual([]);
    expect(await back.rig.writes()).toEqual(writes);
    expect(back.calls.map(({ path }) => path)).toEqual(['cdc', 'cdc', 'cdc']);
  });

  it('a token moved by a payment is refreshed on the way: the next update goes without a stale try', async () => {
    await back.rig.take(
      back.customer(1, { DisplayName: 'Token Tile' }),
      invoicePut(back.tenant, back.books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
    );
    await back.rig.answered('invoice:i1', 1);
    const tokenOf = async () =>
      (await back.rig.db.query<{ t: string }>(`select sync_token as t from link where ref = 'invoice:i1'`)).rows[0]?.t;
    const before = await tokenOf();
    await back.rig.take(
      paymentPut(back.tenant, back.books, 'p1', 1, { customer: 'c1', invoice: 'i1', amount: '10.00' }),
    );
    await back.rig.answered('payment:p1', 1);
    await back.hear();
    expect(Number(await tokenOf())).toBeGreaterThan(Number(before));
    expect(await back.changes()).toEqual([]);
    await back.rig.take(invoicePut(back.tenant, back.books, 'i1', 2, { customer: 'c1', item: '1', amount: '60.00' }));
    expect((await back.rig.answered('invoice:i1', 2)).attempt).toBe(1);
  });

  it('changed there only: published once with its field, and kept', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Dana Ruiz' }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, Mobile: { FreeFormNumber: '(512) 555-0107' } });
    await back.hear();
    await back.hear();
    expect(await back.changes()).toEqual([
      expect.objectContaining({ ref: 'customer:c1', resource: 'Customer', origin: 'qbo', changed: ['Mobile'] }),
    ]);
    await back.rig.take(back.customer(2, { DisplayName: 'Dana R.' }));
    expect(await back.recordOf('customer:c1', 2)).toMatchObject({
      DisplayName: 'Dana R.',
      Mobile: { FreeFormNumber: '(512) 555-0107' },
    });
  });

  it('renamed there while the phone changes here: both survive', async () => {
    const phone = (number: string) => ({ PrimaryPhone: { FreeFormNumber: number } });
    await back.rig.take(back.customer(1, { DisplayName: 'Dana Ruiz', ...phone('(512) 555-0101') }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, DisplayName: 'Dana Ruiz-Lee' });
    await back.hear();
    await back.rig.take(back.customer(2, { DisplayName: 'Dana Ruiz', ...phone('(512) 555-0199') }));
    expect(await back.recordOf('customer:c1', 2)).toMatchObject({
      DisplayName: 'Dana Ruiz-Lee',
      ...phone('(512) 555-0199'),
    });
    const writes = await back.rig.writes();
    await back.hear();
    expect((await back.changes()).map(({ changed }) => changed)).toEqual([expect.arrayContaining(['DisplayName'])]);
    expect(await back.rig.writes()).toEqual(writes);
  });

  it.each([['read before the update', true] as const, ['not read before the update', false] as const])(
    'renamed on both sides, %s: a clash, nothing overwritten',
    async (_when, read) => {
      await back.rig.take(back.customer(1, { DisplayName: 'Dana Ruiz' }));
      const { Id } = await back.recordOf('customer:c1', 1);
      await back.edit('Customer', { Id, sparse: true, DisplayName: 'Dana There' });
      if (read) await back.hear();
      await back.rig.take(back.customer(2, { DisplayName: 'Dana Here' }));
      expect(await back.rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'clash', code: 'both_changed' });
      expect(await back.recordOf('customer:c1', 2)).toMatchObject({ DisplayName: 'Dana There' });
      expect(await back.rig.writes('Customer')).toHaveLength(1);
    },
  );

  describe('a clash, then a person’s choice for each of its fields', () => {
    const NAMES = { DisplayName: 'Dana Here', CompanyName: 'Here Inc', Notes: 'here' };
    const THERE = { DisplayName: 'Dana There', CompanyName: 'There Inc' };
    const clash = async () => {
      await back.rig.take(back.customer(1, { DisplayName: 'Dana', CompanyName: 'Dana Inc', Notes: 'old' }));
      const { Id } = await back.recordOf('customer:c1', 1);
      const phone = { FreeFormNumber: '(512) 555-0107' };
      await back.edit('Customer', { Id, sparse: true, ...THERE, Mobile: phone });
      await back.rig.take(back.customer(2, NAMES));
      expect((await back.rig.answered('customer:c1', 2)).outcome).toBe('clash');
      return phone;
    };
    const choose = (revision: number, ours: string[], theirs: string[]) =>
      back.rig.take({ ...back.customer(revision, NAMES), sides: { ours, theirs } });

    it.each<[string, string[], string[], object]>([
      ['Run a Call’s name, QuickBooks’ company', ['DisplayName'], ['CompanyName'], { CompanyName: 'There Inc' }],
      ['QuickBooks’ name, Run a Call’s company', ['CompanyName'], ['DisplayName'], { DisplayName: 'Dana There' }],
      ['all of Run a Call’s', ['CompanyName', 'DisplayName'], [], {}],
    ])('%s: each as it was chosen, and what did not clash survives', async (_which, ours, theirs, kept) => {
      const phone = await clash();
      await choose(3, ours, theirs);
      expect(await back.recordOf('customer:c1', 3)).toMatchObject({ ...NAMES, ...kept, Mobile: phone });
    });

    it('what was left stays left when something else changes here', async () => {
      await clash();
      await choose(3, [], ['DisplayName', 'CompanyName']);
      await back.rig.answered('customer:c1', 3);
      await back.rig.take(back.customer(4, { ...NAMES, Notes: 'later' }));
      expect(await back.recordOf('customer:c1', 4)).toMatchObject({ ...THERE, Notes: 'later' });
      await back.rig.take(back.customer(5, { ...NAMES, DisplayName: 'Dana Anew', Notes: 'later' }));
      expect(await back.recordOf('customer:c1', 5)).toMatchObject({ ...THERE, DisplayName: 'Dana Anew' });
    });

    it('before anybody chose, another change here overwrites nothing: the clash is shown again', async () => {
      await clash();
      const writes = await back.rig.writes('Customer');
      await back.rig.take(back.customer(3, { ...NAMES, Notes: 'later' }));
      expect((await back.rig.answered('customer:c1', 3)).outcome).toBe('clash');
      expect(await back.rig.writes('Customer')).toEqual(writes);
    });
  });

  it('what Run a Call took over from there is right already: nothing is sent', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Dana Ruiz' }));
    const { Id } = await back.recordOf('customer:c1', 1);
    await back.edit('Customer', { Id, sparse: true, DisplayName: 'Dana Ruiz-Lee' });
    await back.hear();
    await back.rig.take(back.customer(2, { DisplayName: 'Dana Ruiz-Lee' }));
    expect((await back.rig.answered('customer:c1', 2)).outcome).toBe('synced');
    expect(await back.rig.writes('Customer')).toHaveLength(1);
  });

  it('our own create, read before its answer is stored, is not somebody’s new record', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'First' }), back.customer(1, { DisplayName: 'Second' }, 'c2'));
    await back.rig.answered('customer:c1', 1);
    await back.rig.answered('customer:c2', 1);
    // As it stood between QuickBooks' commit and ours.
    await inTransaction(back.rig.db, async (sql) => {
      await sql.query(
        `update attempt set closed_at = null, act_at = now() + interval '1 hour' where ref = 'customer:c2'`,
      );
      await sql.query(`delete from link where ref = 'customer:c2'`);
    });
    await back.hear();
    expect(await back.rowsOf(`held_change where record like '%Second%'`)).toBe(1);
    expect(await back.changes()).toEqual([]);
    await back.rig.db.query(`update attempt set act_at = null where closed_at is null`);
    await back.rig.dispatch();
    await until(async () => (await back.rig.openAttempts()) === 0 || undefined, {
      timeoutMs: 15_000,
      what: 'its answer',
    });
    await back.feed.round();
    expect(await back.rowsOf('held_change')).toBe(0);
    expect(await back.changes()).toEqual([]);
    expect(await back.rig.writes('Customer')).toHaveLength(2);
  });

  it('made there by a person: published without a ref, once per version', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Ours' }));
    await back.rig.answered('customer:c1', 1);
    const { Customer: made } = await back.edit('Customer', { DisplayName: 'Made There' });
    await back.hear();
    await back.hear();
    const [only, ...rest] = await back.changes();
    expect(rest).toEqual([]);
    expect(only?.['ref']).toBeUndefined();
    expect(JSON.parse(String(only?.['record']))).toMatchObject({ Id: made?.Id, DisplayName: 'Made There' });
  });
});
