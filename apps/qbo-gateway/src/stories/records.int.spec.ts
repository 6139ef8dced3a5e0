import { LIST_END } from '@qbo-sync/contracts/sync/change';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, invoicePut, journalFile } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

describe('what a request asks for', () => {
  let rig: StoryRig;
  let books: string;
  let tenant: string;
  /** QuickBooks' clock stands this far back. */
  let agoMs: number;

  beforeEach(async () => {
    agoMs = 0;
    const database = await testDatabase({ name: 'records', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile(), now: () => Date.now() - agoMs });
    rig = storyRig({ database, emulator, until });
    ({ tenant } = rig);
    const connected = await rig.connect();
    if (connected.is !== 'connected') throw new Error(connected.is);
    ({ books } = connected);
    await rig.settings(1, { books });
    await rig.dispatch();
  });
  afterEach(() => rig.close());

  const customer = (id: string, revision: number, name: string, more: object = {}, bend = {}) =>
    customerPut(tenant, books, id, revision, { DisplayName: name, ...more }, bend);
  const recordOf = async (ref: string, revision: number) =>
    JSON.parse((await rig.answered(ref, revision)).record ?? '{}') as Record<string, unknown>;
  const there = (entity: string, body: object) =>
    rig.admin<Record<string, { Id: string }>>('POST', 'write', { company: 'us-auto', entity, body });

  it('a taken name is adopted where exactly one record agrees, without a write', async () => {
    await there('Customer', { DisplayName: 'Taken Name', PrimaryPhone: { FreeFormNumber: '(512) 555-0101' } });
    const find = {
      where: [['DisplayName', 'Taken Name']] as [string, string][],
      agree: ['DisplayName'],
      anyOf: ['PrimaryPhone.FreeFormNumber'],
      adopt: true,
    };
    await rig.take(customer('c1', 1, 'Taken Name', { PrimaryPhone: { FreeFormNumber: '(512) 555-0101' } }, { find }));
    expect(await rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'synced' });
    expect(await rig.writes('Customer')).toEqual([]);
    await rig.take(customer('c2', 1, 'Taken Name', { PrimaryPhone: { FreeFormNumber: '(512) 555-0102' } }, { find }));
    expect(await rig.answered('customer:c2', 1)).toMatchObject({ outcome: 'refused', code: '6240' });
    const said = (await rig.said()).filter(({ topic }) => topic === 'qbo.answers.v1').map(({ value }) => value);
    expect(said[0]).toMatchObject({ ref: 'customer:c1', adopted: true });
    expect(said[1]).toMatchObject({ ref: 'customer:c2', holder: 'customer:c1' });
  });

  it('story 3: a taken name is adopted also where the first send had no answer', async () => {
    agoMs = 600_000;
    await there('Customer', { DisplayName: 'Long There', PrimaryPhone: { FreeFormNumber: '(512) 555-0103' } });
    agoMs = 0;
    await rig.admin('POST', 'disturbances', { kind: 'drop', entity: 'Customer', method: 'POST', times: 1 });
    const find = {
      where: [['DisplayName', 'Long There']] as [string, string][],
      agree: ['DisplayName'],
      anyOf: ['PrimaryPhone.FreeFormNumber'],
      adopt: true,
    };
    await rig.take(customer('c1', 1, 'Long There', { PrimaryPhone: { FreeFormNumber: '(512) 555-0103' } }, { find }));
    expect(await rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'synced' });
    expect(await rig.writes('Customer')).toEqual([]);
  });

  it('what QuickBooks says already is answered with its record, read there once the answer that held it is gone', async () => {
    await rig.take(customer('c1', 1, 'Same Name'));
    await rig.answered('customer:c1', 1);
    await rig.take(customer('c1', 2, 'Same Name'));
    expect(await recordOf('customer:c1', 2)).toMatchObject({ DisplayName: 'Same Name' });
    await rig.db.query(`delete from answer`);
    await rig.take(customer('c1', 3, 'Same Name'));
    expect(await recordOf('customer:c1', 3)).toMatchObject({ DisplayName: 'Same Name' });
    expect(await rig.writes('Customer')).toHaveLength(1);
  });

  it('a namesake a person made is never taken for ours: the answer shows it, and a person decides', async () => {
    await there('Customer', { DisplayName: 'Name Sake' });
    const find = {
      where: [['DisplayName', 'Name Sake']] as [string, string][],
      agree: ['DisplayName'],
      anyOf: ['PrimaryPhone.FreeFormNumber'],
      adopt: true,
    };
    await rig.take(customer('c1', 1, 'Name Sake', {}, { find }));
    const answer = await rig.answered('customer:c1', 1);
    expect(answer).toMatchObject({ outcome: 'refused', code: '6240' });
    expect(JSON.parse(answer.record ?? '{}')).toMatchObject({ DisplayName: 'Name Sake' });
    expect(await rig.writes('Customer')).toEqual([]);
  });

  it('a field once sent and now absent is emptied by a full update of the record just read', async () => {
    await rig.take(customer('c1', 1, 'Clear Me', { Notes: 'call first', CompanyName: 'Clear Co' }));
    await rig.answered('customer:c1', 1);
    await rig.take(customer('c1', 2, 'Clear Me', { CompanyName: 'Clear Co' }));
    expect((await rig.answered('customer:c1', 2)).outcome).toBe('synced');
    const record = await recordOf('customer:c1', 2);
    expect(record['Notes']).toBeUndefined();
    expect(record).toMatchObject({ DisplayName: 'Clear Me', CompanyName: 'Clear Co' });
  });

  it('a removal is made in its form, and refused where a fresh read does not meet its condition', async () => {
    await rig.take(customer('c1', 1, 'Owes Money'), customer('c2', 1, 'Owes Nothing'));
    await rig.take(invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '10.00' }));
    await rig.answered('invoice:i1', 1);
    await rig.answered('customer:c2', 1);
    const remove = { kind: 'remove', body: '{}', if: [{ path: 'Balance', equals: '0' }] } as const;
    await rig.take(customer('c1', 2, 'Owes Money', {}, remove), customer('c2', 2, 'Owes Nothing', {}, remove));
    expect(await rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'refused', code: 'precondition' });
    expect(await recordOf('customer:c1', 2)).toMatchObject({ Balance: 10 });
    expect(await recordOf('customer:c2', 2)).toMatchObject({ Active: false });
  });

  it('a put after our own deactivation sends every field again', async () => {
    await rig.take(customer('c1', 1, 'Comes Back', { Active: true }));
    await rig.answered('customer:c1', 1);
    await rig.take(customer('c1', 2, 'Comes Back', {}, { kind: 'remove', body: '{}' }));
    await rig.answered('customer:c1', 2);
    await rig.take(customer('c1', 3, 'Comes Back', { Active: true }));
    expect(await recordOf('customer:c1', 3)).toMatchObject({ Active: true, DisplayName: 'Comes Back' });
  });

  it('links a record by its id, once', async () => {
    const { Customer } = await there('Customer', { DisplayName: 'Made There' });
    const link = { kind: 'link', body: JSON.stringify({ Id: Customer?.Id }) } as const;
    await rig.take(customer('c1', 1, '', {}, link));
    expect(await recordOf('customer:c1', 1)).toMatchObject({ DisplayName: 'Made There' });
    await rig.take(customer('c2', 1, '', {}, link));
    expect(await rig.answered('customer:c2', 1)).toMatchObject({ outcome: 'refused', code: 'linked' });
    await rig.take(customer('c1', 2, 'Named Here'));
    expect(await recordOf('customer:c1', 2)).toMatchObject({ Id: Customer?.Id, DisplayName: 'Named Here' });
  });

  it('links a record only if it is what the request says', async () => {
    const { Customer } = await there('Customer', { DisplayName: 'Made There' });
    const link = (equals: string) =>
      ({ kind: 'link', body: JSON.stringify({ Id: Customer?.Id }), if: [{ path: 'DisplayName', equals }] }) as const;
    await rig.take(customer('c1', 1, '', {}, link('Another')));
    expect(await rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'refused', code: 'precondition' });
    expect(await recordOf('customer:c1', 1)).toMatchObject({ DisplayName: 'Made There' });
    await rig.take(customer('c1', 2, '', {}, link('Made There')));
    expect(await rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'synced' });
  });

  it('a cancel takes what is pending back', async () => {
    await rig.settings(2, { books, active: false });
    await rig.take(customer('c1', 1, 'Never Sent'));
    await rig.take(customer('c1', 2, 'Never Sent', {}, { kind: 'cancel', body: '{}' }));
    expect((await rig.answered('customer:c1', 2)).outcome).toBe('cancelled');
    expect(await rig.writes()).toEqual([]);
  });

  it('lists every record, inactive ones too, and then answers', async () => {
    await rig.take(customer('x', 1, '', {}, { ref: 'profile:Account', kind: 'list', resource: 'Account', body: '{}' }));
    await rig.take(
      customer('x', 1, '', {}, { ref: 'profile:CompanyInfo', kind: 'list', resource: 'CompanyInfo', body: '{}' }),
    );
    await rig.answered('profile:Account', 1);
    await rig.answered('profile:CompanyInfo', 1);
    const changes = (await rig.said()).filter(({ topic }) => topic === 'qbo.changes.v1').map(({ value }) => value);
    expect(changes.filter(({ resource }) => resource === 'CompanyInfo')).toHaveLength(1);
    expect(changes.filter(({ resource }) => resource === 'Account').length).toBeGreaterThan(5);
    expect(changes[0]).toMatchObject({ origin: 'list', books });
  });

  it('a narrowed list brings some fields of the records of some days, and says where it ends', async () => {
    await rig.take(customer('x', 1, '', {}, { ref: 'profile:Account', kind: 'list', resource: 'Account', body: '{}' }));
    await rig.answered('profile:Account', 1);
    const listed = async (of: string): Promise<Record<string, unknown>[]> =>
      (await rig.said())
        .filter(({ topic, value }) => topic === 'qbo.changes.v1' && value['ref'] === of)
        .map(({ value }) => JSON.parse(String(value['record'])) as Record<string, unknown>);
    const accounts = await listed('profile:Account');
    const idOf = (name: string) => accounts.find(({ Name }) => Name === name)?.['Id'];
    for (const TxnDate of ['2026-11-29', '2026-11-30', '2026-12-07', '2026-12-08']) {
      const Line = [
        {
          Amount: 10,
          DetailType: 'DepositLineDetail',
          DepositLineDetail: { AccountRef: { value: idOf('Bank Charges & Fees') } },
        },
      ];
      const body = { TxnDate, DepositToAccountRef: { value: idOf('Checking') }, PrivateNote: TxnDate, Line };
      await rig.admin('POST', 'write', { company: 'us-auto', entity: 'Deposit', operation: 'create', body });
    }
    const only = { fields: ['Id', 'TotalAmt', 'PrivateNote'], day: 'TxnDate', from: '2026-11-30', to: '2026-12-07' };
    const ref = 'payout:po_1/deposits.2026-12-02.1';
    await rig.take(customer('x', 1, '', {}, { ref, kind: 'list', resource: 'Deposit', body: '{}', only }));
    await rig.answered(ref, 1);
    const records = await listed(ref);
    expect(records.at(-1)).toEqual(JSON.parse(LIST_END));
    expect(
      records
        .slice(0, -1)
        .map(({ PrivateNote }) => PrivateNote)
        .sort(),
    ).toEqual(['2026-11-30', '2026-12-07']);
    expect(records.flatMap((each) => Object.keys(each))).not.toContain('Line');
  });

  it('an id inside another record is read once where the link does not keep it', async () => {
    await rig.take(customer('c1', 1, 'At Path', { Notes: 'kept there' }));
    await rig.answered('customer:c1', 1);
    await rig.take(
      customer('c2', 1, 'Refers', { Notes: { $ref: 'customer:c1', at: 'Notes' } as never, CompanyName: 'x' }),
    );
    expect(await recordOf('customer:c2', 1)).toMatchObject({ Notes: 'kept there' });
  });

  it('a record deleted there is said to be gone, and never made again by itself', async () => {
    await rig.take(
      customer('c1', 1, 'Gone Customer'),
      invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '10.00' }),
    );
    const { Id } = await recordOf('invoice:i1', 1);
    await rig.admin('POST', 'write', { company: 'us-auto', entity: 'Invoice', operation: 'delete', body: { Id } });
    await rig.take(invoicePut(tenant, books, 'i1', 2, { customer: 'c1', item: '1', amount: '20.00' }));
    expect((await rig.answered('invoice:i1', 2)).outcome).toBe('gone');
    await rig.take(invoicePut(tenant, books, 'i1', 3, { customer: 'c1', item: '1', amount: '30.00' }));
    expect((await rig.answered('invoice:i1', 3)).outcome).toBe('gone');
    expect(await rig.writes('Invoice')).toHaveLength(1);
  });

  it('a refusal is answered with its code, and the next revision is sent', async () => {
    await rig.take(customer('c1', 1, 'x'.repeat(501)));
    expect(await rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'refused', code: '2050' });
    await rig.take(customer('c1', 2, 'Short Enough'));
    expect((await rig.answered('customer:c1', 2)).outcome).toBe('synced');
  });

  it('the tax service answers in a form of its own: its code is known by id, found after a lost answer, adopted by name', async () => {
    const put = (
      ref: string,
      revision: number,
      resource: string,
      how: object,
      body: object,
      where: [string, string],
    ) => ({
      ...customer('x', revision, '', {}, { find: { where: [where], agree: [], adopt: true } }),
      ...{ ref, resource, body: JSON.stringify(body), how: { update: 'whole' as const, path: '', ...how } },
    });
    const name = 'To classify 8.25%';
    const agencyId = { $ref: 'tax-agency:to-classify' };
    const rate = { TaxRateName: name, RateValue: '8.25', TaxAgencyId: agencyId, TaxApplicableOn: 'Sales' };
    const service = { path: 'taxservice/taxcode', wrapper: '', id: 'TaxCodeId' };
    const code = (ref: string) =>
      put(ref, 1, 'TaxCode', service, { TaxCode: name, TaxRateDetails: [rate] }, ['Name', name]);
    const agency = put(
      'tax-agency:to-classify',
      1,
      'TaxAgency',
      { path: 'taxagency' },
      { DisplayName: 'To classify' },
      ['DisplayName', 'To classify'],
    );
    await rig.admin('POST', 'disturbances', { kind: 'commit-then-drop', contains: name, times: 1 });
    await rig.take(code('tax-code:8.25'), agency);
    expect(await rig.answered('tax-code:8.25', 1)).toMatchObject({ outcome: 'synced' });
    expect(await rig.writes('TaxCode')).toHaveLength(1);
    const linked = async (ref: string) => {
      const sql = `select qbo_id from link where ref = $1`;
      return (await rig.db.query<{ qbo_id: string }>(sql, [ref])).rows.map(({ qbo_id: id }) => id);
    };
    const ids = await linked('tax-code:8.25');
    expect(ids).toEqual([expect.stringMatching(/^\d+$/)]);
    await rig.db.query(`delete from link where ref = 'tax-code:8.25'`);
    await rig.take(code('tax-code:8.250'));
    expect(await rig.answered('tax-code:8.250', 1)).toMatchObject({ outcome: 'synced' });
    expect(await linked('tax-code:8.250')).toEqual(ids);
    expect(await rig.writes('TaxCode')).toHaveLength(1);
  });

  describe('when QuickBooks as a whole is the trouble', () => {
    const conditions = async () =>
      (await rig.said()).filter(({ value }) => value['kind'] === 'company').map(({ value }) => value['condition']);

    it('a QuickBooks that does not answer is one condition of the company; rows wait, no attempt is used, it recovers by itself', async () => {
      await rig.admin('POST', 'disturbances', { kind: 'http-502' });
      await rig.take(...Array.from({ length: 20 }, (_, i) => customer(`c${i}`, 1, `Waits ${i}`)));
      await until(async () => (await conditions()).includes('qbo_down'));
      await rig.admin('DELETE', 'disturbances');
      await Promise.all(Array.from({ length: 20 }, (_, i) => rig.answered(`customer:c${i}`, 1)));
      expect((await rig.answers()).every(({ outcome, attempt }) => outcome === 'synced' && attempt === 1)).toBe(true);
      expect(await conditions()).toEqual(['ok', 'qbo_down', 'ok']);
      expect(await rig.writes('Customer')).toHaveLength(20);
    });

    it('a refused connection is not unsure: nothing was sent', async () => {
      const { db } = rig;
      await rig.emulator.close();
      await rig.take(customer('c1', 1, 'Refused'));
      await until(async () => (await conditions()).includes('qbo_down'));
      await until(async () => (await rig.openAttempts()) === 0);
      const { rows } = await db.query(`select attempts from pending where ref = 'customer:c1'`);
      expect(rows).toEqual([{ attempts: 0 }]);
    });

    it('a throttled company rests for a minute and says so', async () => {
      await rig.admin('POST', 'disturbances', { kind: 'throttle', times: 1 });
      await rig.take(customer('c1', 1, 'Throttled'));
      await until(async () => (await conditions()).includes('rate_limit'));
      const { rows } = await rig.db.query<{ s: number }>(
        `select extract(epoch from retry_at - trouble_since)::float8 as s from company`,
      );
      expect(rows[0]?.s).toBeGreaterThanOrEqual(59.9);
    });
  });
});
