import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, invoicePut, journalFile, paymentPut } from '../spec-rig';
import { MIGRATIONS, storyRig, UNSURE_WAIT_MS, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

describe('stories of scenarios.md, the gateway over Postgres and the emulated QuickBooks', () => {
  let rig: StoryRig;
  let books: string;
  let tenant: string;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'stories', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    ({ tenant } = rig);
    const connected = await rig.connect();
    if (connected.is !== 'connected') throw new Error(connected.is);
    ({ books } = connected);
    await rig.settings(1, { books });
    // The whole suite runs against a QuickBooks that ignores requestid (reliability.md X1).
    await rig.admin('POST', 'settings', { requestidMode: 'ignore' });
    await rig.dispatch();
  });
  afterEach(() => rig.close());

  const customer = (id: string, revision: number, name: string, more: object = {}) =>
    customerPut(tenant, books, id, revision, { DisplayName: name, ...more });
  const invoice = (id: string, revision: number, amount: string, bend = {}) =>
    invoicePut(tenant, books, id, revision, { customer: 'c1', item: '1', amount }, bend);
  const payment = (id: string, revision: number, amount: string) =>
    paymentPut(tenant, books, id, revision, { customer: 'c1', invoice: 'i1', amount });
  const commands = async () =>
    (await rig.said()).filter(({ topic }) => topic === 'sync.commands.v1').map(({ value }) => value['ref']);
  const recordOf = async (ref: string, revision: number) =>
    JSON.parse((await rig.answered(ref, revision)).record ?? '{}') as Record<string, unknown>;

  describe('story 1 (postings.md §1.11)', () => {
    it('payment, invoice, customer arrive in reverse order: each parent asked for once, each sent after its parent', async () => {
      await rig.take(payment('p1', 1, '129.50'));
      await until(async () => (await rig.waits())['payment:p1'] !== undefined);
      await rig.take(invoice('i1', 1, '129.50'));
      await until(async () => (await rig.waits())['invoice:i1'] === 'customer:c1');
      await rig.take(customer('c1', 1, 'Reverse Roofing'));
      expect((await rig.answered('payment:p1', 1)).outcome).toBe('synced');
      expect((await rig.writes()).map((write) => write.split(' ')[0])).toEqual(['Customer', 'Invoice', 'Payment']);
      const asked = await commands();
      expect(asked).toEqual([...new Set(asked)]);
      expect(asked).toContain('customer:c1');
      const waiting = (await rig.said()).find(
        ({ value }) => value['ref'] === 'invoice:i1' && value['state'] === 'waiting',
      );
      expect(waiting?.value).toMatchObject({ stage: 2, waitsOn: 'customer:c1', reason: { code: 'parent' } });
    });

    it('a child waits while its parent has a put pending: the invoice raised to 150 goes before its payment of 150', async () => {
      await rig.take(customer('c1', 1, 'Raised Roofing'), invoice('i1', 1, '100.00'));
      await rig.answered('invoice:i1', 1);
      await rig.admin('POST', 'disturbances', { kind: 'slow', entity: 'Invoice', method: 'POST', ms: 800, times: 1 });
      await rig.take(invoice('i1', 2, '150.00'), payment('p1', 1, '150.00'));
      expect((await rig.answered('payment:p1', 1)).outcome).toBe('synced');
      expect((await rig.writes()).map((write) => write.split(' ').slice(0, 2).join(' '))).toEqual([
        'Customer create',
        'Invoice create',
        'Invoice update',
        'Payment create',
      ]);
    });
  });

  describe('story 2', () => {
    it('three updates in 2 s, the first send in flight: two writes, the last one wins, one answer settles all up to it', async () => {
      await rig.take(customer('c1', 1, 'Name One'));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', { kind: 'slow', entity: 'Customer', method: 'POST', ms: 700, times: 1 });
      await rig.take(customer('c1', 2, 'Name Two'));
      await until(async () => (await rig.openAttempts()) === 1);
      await rig.take(customer('c1', 3, 'Name Three'));
      await rig.take(customer('c1', 4, 'Name Four'));
      expect(await recordOf('customer:c1', 4)).toMatchObject({ DisplayName: 'Name Four' });
      expect((await rig.answers('customer:c1')).map(({ revision }) => revision)).toEqual([1, 2, 4]);
      expect(await rig.writes('Customer')).toHaveLength(3);
    });

    it('A, B, A leaves nothing to send, and the answer carries the record as last shown', async () => {
      await rig.take(customer('c1', 1, 'Twice A'));
      await rig.answered('customer:c1', 1);
      await rig.db.query(`update company set state = 'none'`);
      await rig.take(customer('c1', 2, 'Twice B'));
      await rig.take(customer('c1', 3, 'Twice A'));
      await rig.db.query(`update company set state = 'connected'`);
      expect(await recordOf('customer:c1', 3)).toMatchObject({ DisplayName: 'Twice A' });
      expect(await rig.writes('Customer')).toHaveLength(1);
    });

    it('a request that comes again changes nothing', async () => {
      const request = customer('c1', 1, 'Again');
      await rig.take(request);
      await rig.answered('customer:c1', 1);
      await rig.take(request);
      await rig.take(customer('c2', 1, 'Somebody Else'));
      await rig.answered('customer:c2', 1);
      expect(await rig.answers('customer:c1')).toHaveLength(1);
    });
  });

  describe('story 3', () => {
    const inFlight = () => until(async () => (await rig.openAttempts()) === 1, { what: 'an open attempt' });

    it('killed after a create was committed: found by its marker, not made twice', async () => {
      await rig.take(customer('c1', 1, 'Crash Customer'));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', { kind: 'slow', entity: 'Invoice', method: 'POST', ms: 1_000, times: 1 });
      await rig.take(invoice('i1', 1, '77.00'));
      await inFlight();
      await until(async () => (await rig.writes('Invoice')).length === 1);
      await rig.crash();
      expect((await rig.answered('invoice:i1', 1)).outcome).toBe('synced');
      expect(await rig.writes('Invoice')).toHaveLength(1);
    });

    it('killed before a create was committed: looked for, waited for, then sent again with the same bytes and requestid', async () => {
      await rig.take(customer('c1', 1, 'Drop Customer'));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', { kind: 'drop', entity: 'Invoice', method: 'POST', times: 1 });
      const sentAt = Date.now();
      await rig.take(invoice('i1', 1, '78.00'));
      expect((await rig.answered('invoice:i1', 1)).outcome).toBe('synced');
      expect(Date.now() - sentAt).toBeGreaterThanOrEqual(UNSURE_WAIT_MS);
      expect(await rig.writes('Invoice')).toHaveLength(1);
      const { rows } = await rig.db.query<{ sends: number }>(`select sends from attempt where ref = 'invoice:i1'`);
      expect(rows).toEqual([{ sends: 2 }]);
    });

    it('a create committed late, after we gave up, is waited for and found: never resent before', async () => {
      await rig.take(customer('c1', 1, 'Late Customer'));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', {
        kind: 'late-commit',
        entity: 'Invoice',
        method: 'POST',
        ms: UNSURE_WAIT_MS - 600,
        times: 1,
      });
      await rig.take(invoice('i1', 1, '79.00'));
      expect((await rig.answered('invoice:i1', 1)).outcome).toBe('synced');
      expect(await rig.writes('Invoice')).toHaveLength(1);
    });

    it('killed after an update was committed: sent again at once, refused as stale, read again, as sent = synced', async () => {
      await rig.take(customer('c1', 1, 'Before'));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', {
        kind: 'commit-then-drop',
        entity: 'Customer',
        method: 'POST',
        times: 1,
      });
      await rig.take(customer('c1', 2, 'After'));
      expect(await recordOf('customer:c1', 2)).toMatchObject({ DisplayName: 'After', SyncToken: '1' });
      expect(await rig.writes('Customer')).toHaveLength(2);
    });

    it('a create still unknown after its second send is held for a person', async () => {
      await rig.take(customer('c1', 1, 'Unclear Customer'));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', { kind: 'drop', entity: 'Invoice', method: 'POST', times: 2 });
      await rig.take(invoice('i1', 1, '80.00'));
      expect(await rig.answered('invoice:i1', 1)).toMatchObject({ outcome: 'refused', code: 'unclear' });
      expect(await rig.writes('Invoice')).toHaveLength(0);
    });
  });

  describe('story 6', () => {
    it('pause: what is pending waits as one company message; resume: it is there once', async () => {
      await rig.settings(2, { books, active: false });
      await rig.take(customer('c1', 1, 'Paused Customer'), invoice('i1', 1, '50.00'));
      await rig.take({
        ...customer('l1', 1, 'x'),
        ref: 'profile:TaxCode',
        kind: 'list',
        resource: 'TaxCode',
        body: '{}',
      });
      // A list passes the gate, so its answer proves that the loop has looked at the others.
      await rig.answered('profile:TaxCode', 1);
      expect(await rig.writes()).toEqual([]);
      const said = await rig.said();
      expect(said.filter(({ value }) => value['kind'] === 'company').at(-1)?.value).toMatchObject({
        condition: 'paused',
      });
      expect(said.filter(({ value }) => value['ref'] === 'customer:c1')).toEqual([]);
      await rig.settings(3, { books, active: true });
      await rig.answered('invoice:i1', 1);
      expect(await rig.writes()).toHaveLength(2);
    });

    it('a Verify run passes the gate while Sync is off', async () => {
      await rig.settings(2, { books, active: false });
      await rig.take(customer('c1', 1, 'Verify Customer'), { ...customer('c2', 1, 'Run Customer'), run: 'run_1' });
      expect((await rig.answered('customer:c2', 1)).outcome).toBe('synced');
      expect(await rig.writes('Customer')).toHaveLength(1);
    });
  });

  describe('story 14', () => {
    it('a removal waits for what refers to it, and nothing waits for it', async () => {
      await rig.take(customer('c1', 1, 'Void Customer'), invoice('i1', 1, '60.00'));
      await rig.answered('invoice:i1', 1);
      await rig.settings(2, { books, active: false });
      await rig.take({ ...invoice('i1', 2, '60.00'), kind: 'remove', body: '{}' }, payment('p1', 1, '60.00'));
      await rig.admin('POST', 'disturbances', { kind: 'slow', entity: 'Payment', method: 'POST', ms: 500, times: 1 });
      await rig.settings(3, { books, active: true });
      await rig.answered('payment:p1', 1);
      await rig.answered('invoice:i1', 2);
      const { rows } = await rig.db.query<{ after: boolean }>(
        `select min(i.sent_at) >= max(p.closed_at) as after from attempt i, attempt p
          where i.ref = 'invoice:i1' and i.revision = 2 and p.ref = 'payment:p1'`,
      );
      expect(rows).toEqual([{ after: true }]);
    });
  });

  describe('story 15', () => {
    it('an invoice whose SyncToken its payment bumped takes our change under the new token', async () => {
      await rig.take(customer('c1', 1, 'Token Customer'), invoice('i1', 1, '90.00'), payment('p1', 1, '90.00'));
      await rig.answered('payment:p1', 1);
      await rig.take(invoice('i1', 2, '95.00'));
      const record = await recordOf('invoice:i1', 2);
      expect(record).toMatchObject({ TotalAmt: 95 });
      expect((await rig.answers('invoice:i1')).map(({ outcome }) => outcome)).toEqual(['synced', 'synced']);
      const { rows } = await rig.db.query<{ n: string; ids: string }>(
        `select count(*) as n, count(distinct requestid) as ids from attempt where ref = 'invoice:i1' and revision = 2`,
      );
      expect(rows).toEqual([{ n: '2', ids: '2' }]);
    });

    const changeThere = async (body: object): Promise<void> => {
      const id = (await recordOf('customer:c1', 1))['Id'];
      await rig.admin('POST', 'write', {
        company: 'us-auto',
        entity: 'Customer',
        body: { Id: id, sparse: true, ...body },
      });
    };

    it('a field changed only there stays, a field changed only here is sent', async () => {
      await rig.take(customer('c1', 1, 'Both Sides', { Notes: 'old', CompanyName: 'Old Co' }));
      await rig.answered('customer:c1', 1);
      await changeThere({ Notes: 'theirs' });
      await rig.take(customer('c1', 2, 'Both Sides', { Notes: 'old', CompanyName: 'New Co' }));
      expect(await recordOf('customer:c1', 2)).toMatchObject({ Notes: 'theirs', CompanyName: 'New Co' });
    });

    it('a field changed on both sides is a clash, and nothing is overwritten', async () => {
      await rig.take(customer('c1', 1, 'Clash Side', { Notes: 'old' }));
      await rig.answered('customer:c1', 1);
      await changeThere({ Notes: 'theirs' });
      await rig.take(customer('c1', 2, 'Clash Side', { Notes: 'ours' }));
      expect(await rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'clash', code: 'both_changed' });
      expect(await recordOf('customer:c1', 2)).toMatchObject({ Notes: 'theirs' });
    });
  });
});
