import type { BackfillRecord } from '@qbo-sync/contracts/internal/backfill';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { CompanyProfile } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { type Answer, at, openRig, type Rig } from '../../console-rig';
import type { RunDto, RunRecordDto } from '../run.dto';

jest.setTimeout(90_000);

const PROFILE: CompanyProfile = {
  ...{ country: 'GB', taxMode: 'per_line', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
  ...{ bookCloseDate: '2025-12-31', multiCurrency: false, homeCurrency: 'GBP' },
  ...{ defaultDiscountAccount: null, undepositedAccount: null, receivableAccount: null },
};

/** What the owning services hold of a company that used Run a Call for some weeks before it switched sync on. */
const invoice = (id: string, date: string, more: Partial<BackfillRecord> = {}): BackfillRecord => ({
  ...{ ref: `invoice:${id}`, date, number: `RAC-${id}`, party: 'Maria Lopez', amount: '100.10', currency: 'GBP' },
  comes: 'write',
  ...more,
});
const LEFT_OUT: readonly BackfillRecord[] = [
  { ref: 'customer:c_1', date: '2026-01-05', party: 'Maria Lopez', comes: 'write' },
  invoice('i_1', '2026-02-01'),
  invoice('i_2', '2026-01-15'),
  invoice('i_3', '2026-02-03', { comes: 'stop', code: 'tax_unmapped' }),
  invoice('i_4', '2025-12-30', {
    ...{ comes: 'stop', code: 'closed_period', params: { doc: 'RAC-i_4', d: '2025-12-30', c: '2025-12-31' } },
  }),
  invoice('i_5', '2026-02-05', { amount: '60.00' }),
  invoice('i_6', '2026-02-06', { amount: '60.00' }),
  invoice('i_7', '2026-02-07', { comes: 'nothing', code: 'unchanged' }),
  { ref: 'payment:p_1', date: '2026-02-09', amount: '100.10', currency: 'GBP', pays: ['i_1'], comes: 'write' },
  { ref: 'payment:p_5', date: '2026-02-09', amount: '60.00', currency: 'GBP', pays: ['i_5'], comes: 'write' },
];
const REFUND: BackfillRecord = {
  ...{ ref: 'refund:r_5', date: '2026-02-10', amount: '60.00', currency: 'GBP', pays: ['i_5'], comes: 'write' },
};
const ENTERED = {
  Invoice: [
    { Id: '905', DocNumber: 'RAC-i_5', TotalAmt: 60, CustomerRef: { value: '58', name: 'Maria Lopez' } },
    { Id: '906', DocNumber: 'RAC-i_6', TotalAmt: 66, CustomerRef: { value: '58', name: 'Maria Lopez' } },
  ],
  Payment: [{ Id: '955', TotalAmt: 60, Line: [{ LinkedTxn: [{ TxnId: '905', TxnType: 'Invoice' }] }] }],
  RefundReceipt: [
    { Id: '970', TotalAmt: 60, TxnDate: '2026-02-13', CustomerRef: { value: '58' } },
    { Id: '971', TotalAmt: 60, TxnDate: '2026-02-14', CustomerRef: { value: '58' } },
  ],
  JournalEntry: [{ Id: '980', TxnDate: '2026-02-10', Line: [{ Amount: 5 }] }],
};

describe('a backfill', () => {
  let database: TestDatabase;
  let rig: Rig;
  const takenIn = new Set<string>();
  const refunds: BackfillRecord[] = [];
  const asked: { url: string; body: Readonly<Record<string, unknown>> }[] = [];

  /** The services' internal API, and QuickBooks' records by the gateway's. */
  function played(url: string, body: Readonly<Record<string, unknown>>): object | undefined {
    asked.push({ url, body });
    if (url.endsWith('/backfill/preview')) {
      const { entity, from, after = '' } = body as Record<string, string>;
      const all = [...LEFT_OUT, ...refunds].filter(
        ({ ref }) => ref.startsWith(`${entity ?? ''}:`) && ref > after && !takenIn.has(ref),
      );
      const page = all.slice(0, 3);
      const records = page.filter(({ date }) => date >= (from ?? ''));
      return { records, next: all.length > 3 ? page.at(-1)?.ref : null };
    }
    if (url.endsWith('/backfill/matches')) {
      const records = body['records'] as { ref: string; theirs: { Id: string; TotalAmt: string }[] }[];
      const amountOf = (ref: string) => [...LEFT_OUT, ...refunds].find((one) => one.ref === ref)?.amount;
      return {
        matches: records.map(({ ref, theirs }) => ({
          ...{ ref, why: 'number', candidates: theirs.map(({ Id }) => Id) },
          is: theirs.every(({ TotalAmt }) => Number(TotalAmt) === Number(amountOf(ref))) ? 'same' : 'differs',
        })),
      };
    }
    const query = (body['params'] as { query?: string } | undefined)?.query ?? '';
    const resource = /from (Invoice|Payment|RefundReceipt|JournalEntry) /.exec(query)?.[1] as
      keyof typeof ENTERED | undefined;
    return resource === undefined ? undefined : { QueryResponse: { [resource]: ENTERED[resource] } };
  }

  const row = (ref: string, change: Partial<RecordActivity>): RecordActivity => ({
    ...{ kind: 'record', tenant: rig.tenant, ref, revision: 2, attempt: 1, stage: 1, at: at(1), state: 'skipped' },
    ...{ entity: ref.split(':')[0] ?? '', change: 'sent', events: [eventOf(ref)] },
    ...change,
  });
  const eventOf = (ref: string) => ({
    ...{ id: `evt-${ref}`, type: 'com.runacall.invoice.sent.v1', occurredAt: at(0), receivedAt: at(0) },
    ...{ topic: 'runacall', partition: 0, offset: '0' },
  });
  /** Run a Call's side of a record that came to rest, as its service and the gateway say it. */
  async function rest(ref: string, state: RecordActivity['state'], quickbooksId = '700'): Promise<void> {
    const total = LEFT_OUT.find((one) => one.ref === ref)?.amount;
    const said = { tenant: rig.tenant, ref, revision: 4, attempt: 1, books: 'books-1', outcome: 'synced', at: at(9) };
    const record = `{"Id":"${quickbooksId}","TotalAmt":${total ?? '0'}}`;
    await rig.exchange(TOPICS.answers.name, { ...said, quickbooksId, record });
    await rig.say(row(ref, { revision: 4, stage: 5, state, quickbooks: { type: 'Invoice', id: quickbooksId } }));
  }
  const call = async <Value = RunDto>(method: string, url: string, body?: object): Promise<Answer & { run: Value }> => {
    const answer = await rig.call(method, `${rig.path}/runs${url}`, body);
    return { ...answer, run: answer.body as unknown as Value };
  };
  const SPEC = { kind: 'backfill', spec: { from: '2026-01-01', items: false } };
  const preview = async (body: object = SPEC): Promise<RunDto> => {
    const { run } = await call('POST', '', body);
    return until(
      async () => {
        const { run: now } = await call('GET', `/${run.id}`);
        return now.state === 'planning' ? undefined : now;
      },
      { what: 'the preview', timeoutMs: 30_000 },
    );
  };
  const handed = (run: string) => rig.commands.filter(({ backfill }) => backfill === run).map(({ ref }) => ref ?? '');
  const untilHanded = (run: string, refs: readonly string[]) =>
    until(() => refs.every((ref) => handed(run).includes(ref)), {
      what: `${refs.join(', ')} handed over`,
      timeoutMs: 30_000,
    });
  const untilRun = (id: string, is: (run: RunDto) => boolean, what: string) =>
    until(
      async () => {
        const { run } = await call('GET', `/${id}`);
        return is(run) ? run : undefined;
      },
      { what, timeoutMs: 30_000 },
    );

  beforeAll(async () => {
    database = await testDatabase({ name: 'console backfill', migrations: [] });
    rig = await openRig({ databaseUrl: database.url, brokers: testBrokers(), played });
    const connection = { state: 'connected', companyName: 'Acme LLC', connectedAt: at(0) } as const;
    const { tenant } = rig;
    const company = { kind: 'company', tenant, at: at(1), condition: 'ok', since: at(0) } as const;
    await rig.say({ ...company, books: 'books-1', connection });
    await until(() => rig.documents.at(-1)?.books === 'books-1', { what: 'books', timeoutMs: 40_000 });
    await rig.say({ kind: 'profile', tenant, at: at(2), books: 'books-1', profile: PROFILE });
    await until(() => rig.documents.at(-1)?.values['items.defaultIncomeAccount'] !== null, {
      what: 'its profile',
      timeoutMs: 40_000,
    });
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  it('is refused while nothing is older than go-live, and for a cut-over date that is none', async () => {
    expect((await call('POST', '', SPEC)).body.code).toBe('not_active');
    const { values } = (await rig.call('GET', `${rig.path}/settings`)).body;
    expect(values['items.defaultIncomeAccount']).not.toBeNull();
    await rig.call('PATCH', `${rig.path}/settings`, { values: { 'tax.untaxedCode': '6' } });
    const { advised } = (await rig.call('GET', `${rig.path}/sync-active`)).body;
    const acknowledged = advised.filter(({ ok }) => !ok).map(({ code }) => code);
    const on = await rig.call('PUT', `${rig.path}/sync-active`, { active: true, acknowledged });
    expect(on.body.active).toBe(true);
    const faulty = await call('POST', '', { kind: 'backfill', spec: { from: '2026-02-30' } });
    expect(faulty.body.errors).toMatchObject([{ pointer: '/spec/from' }]);
    await rig.say(...LEFT_OUT.map(({ ref }) => row(ref, { reason: { code: 'before_cutover' } })));
  });

  it('previews what would come of it: counts, totals, what QuickBooks has already, closed books, rates without a code', async () => {
    const { plan, state, undecided } = await preview();
    expect(state).toBe('ready');
    expect(plan).toMatchObject({
      counts: { customers: 1, invoices: 6, payments: 2 },
      totals: { invoices: { amount: '520.40', currency: 'GBP' }, payments: { amount: '160.10', currency: 'GBP' } },
      duplicates: { invoices: { same: 1, differ: 1 }, payments: { same: 1, differ: 0 } },
      closed: {},
      unmapped: { invoices: 1 },
      nothing: { unchanged: 1 },
    });
    expect(undecided).toBe(3);
    // The one of closed books is older than the date; with an earlier one it is listed.
    const earlier = await preview({ kind: 'backfill', spec: { from: '2025-12-01', items: false, payments: false } });
    expect(earlier.plan?.closed).toEqual({ invoices: { count: 1, to: '2025-12-31' } });
    const listed = await call<{ items: RunRecordDto[] }>('GET', `/${earlier.id}/records?finding=closed`);
    expect(listed.run.items).toMatchObject([
      {
        ...{ ref: 'invoice:i_4', choice: 'leave', day: '2025-12-30' },
        reason: {
          code: 'closed_period',
          text: 'RAC-i_4 is dated 2025-12-30; your books are closed through 2025-12-31. Reopen in QuickBooks, or choose a date after 2025-12-31.',
          action: 'Reopen in QuickBooks, choose a later date, or leave it',
        },
      },
    ]);
    // Pages of the books and of the services, never one call per document.
    const reads = asked.filter(({ body }) => JSON.stringify(body).includes('from Invoice'));
    expect(reads).toHaveLength(2);
    expect(handed(earlier.id)).toEqual([]);
  });

  it('asks about a refund that is there for as much of its invoice’s customer, within three days', async () => {
    refunds.push(REFUND);
    const { plan, undecided } = await preview();
    expect([plan?.counts.refunds, plan?.duplicates.refunds, undecided]).toEqual([1, { same: 1, differ: 0 }, 4]);
    const { body } = asked.findLast(({ url }) => url.endsWith('/backfill/matches')) ?? {};
    expect(body).toMatchObject({
      records: [{ ref: 'refund:r_5', theirs: [{ Id: '970' }] }],
      ...{ invoices: { i_5: '905' }, payers: { i_5: '58' } },
    });
    refunds.pop();
  });

  it('starts only verified or overridden, active, and under the settings it was previewed under', async () => {
    const { id } = await preview();
    expect((await call('POST', `/${id}/start`)).body.code).toBe('verify_needed');
    await database.pool.query(
      `insert into verify_override (tenant, books, by, at, reason) values ($1, 'books-1', 'owner', now(), 'a spec')`,
      [rig.tenant],
    );
    await rig.call('PUT', `${rig.path}/sync-active`, { active: false });
    expect((await call('POST', `/${id}/start`)).body.code).toBe('not_active');
    const { advised } = (await rig.call('GET', `${rig.path}/sync-active`)).body;
    const acknowledged = advised.filter(({ ok }) => !ok).map(({ code }) => code);
    await rig.call('PUT', `${rig.path}/sync-active`, { active: true, acknowledged });
    await rig.call('PATCH', `${rig.path}/settings`, { values: { 'customers.pull': true } });
    expect((await call('POST', `/${id}/start`)).body).toMatchObject({
      code: 'plan_ended',
      params: { why: 'settings' },
    });
    expect((await call('POST', `/${id}/pause`)).body.code).toBe('run_state');
    await database.pool.query(
      `update run set plan = jsonb_set(plan, '{expiresAt}', '"2020-01-01T00:00:00Z"') where id = $1`,
      [(await preview()).id],
    );
    const { run } = await call<{ items: RunDto[] }>('GET', '?limit=1');
    const late = await call('POST', `/${run.items[0]?.id ?? ''}/start`);
    expect(late.body).toMatchObject({ code: 'plan_ended', params: { why: 'time' } });
    expect(rig.commands.filter(({ backfill }) => backfill !== undefined)).toEqual([]);
  });

  it('hands over what others need first; paused, resumed and cancelled it leaves the rest for the next preview', async () => {
    const { id } = await preview();
    expect((await call<{ changed: number }>('POST', `/${id}/decide`, { choice: 'link' })).run.changed).toBe(2);
    const of = { refs: ['invoice:i_6'], choice: 'link' } as const;
    const named = await call<{ changed: number }>('POST', `/${id}/decide`, { ...of, quickbooksId: '999' });
    expect(named.run.changed).toBe(0);
    const { run } = await call('POST', `/${id}/start`);
    expect(run).toMatchObject({ state: 'running', total: 7, undecided: 1 });
    const second = await preview();
    expect((await call('POST', `/${second.id}/start`)).body.code).toBe('run_at_work');

    const told = await rig.listen(`${rig.path}/stream?topics=run`);
    const first = ['customer:c_1', 'invoice:i_2', 'invoice:i_1', 'invoice:i_3', 'invoice:i_5'];
    await untilHanded(id, first);
    expect(handed(id).sort()).toEqual([...first].sort());
    expect(rig.commands.find(({ ref }) => ref === 'invoice:i_5')).toMatchObject({ kind: 'push', link: '905' });
    const { run: paused } = await call('POST', `/${id}/pause`);
    expect(paused).toMatchObject({ state: 'paused', stopping: true, underWay: first.length });
    for (const ref of first) takenIn.add(ref);
    for (const ref of first.slice(0, 3)) await rest(ref, 'synced');
    await rest('invoice:i_3', 'needs attention');
    await rest('invoice:i_5', 'synced with warnings', '905');
    const rested = await untilRun(id, ({ done }) => done === 5, 'what was handed over ended');
    expect(rested).toMatchObject({ state: 'paused', stopping: false, underWay: 0 });
    const ofRun = () => told.flatMap(({ event, data }) => (event === 'run' && data['id'] === id ? [data] : []));
    await until(() => ofRun().at(-1)?.['stopping'] === false && ofRun().at(-1)?.['done'] === 5, {
      ...{ what: 'the stream to tell it', timeoutMs: 30_000 },
    });
    expect(ofRun().map(({ state }) => state)).toEqual(expect.arrayContaining(['running', 'paused']));
    expect(new Set(told.map((one) => one.id)).size).toBe(told.length);
    const refused = await rig.call('GET', `${rig.path}/stream?topics=rows`);
    expect(refused).toMatchObject({ status: 400, body: { code: 'query_invalid' } });
    expect(handed(id)).toHaveLength(first.length);

    await rig.restart();
    expect((await call('POST', `/${id}/resume`)).run.state).toBe('running');
    await untilHanded(id, ['payment:p_1', 'payment:p_5']);
    takenIn.add('payment:p_1');
    await rest('payment:p_1', 'synced');
    expect((await call('POST', `/${id}/cancel`)).run.state).toBe('cancelled');
    await untilRun(id, ({ done }) => done === 6, 'the payment ended');
    expect((await call('POST', `/${id}/resume`)).body.code).toBe('run_state');
    const again = await preview();
    expect(again.plan?.counts).toEqual({ invoices: 2, payments: 1 });
  });

  it('a process that dies between a send and its note sends the same command again', async () => {
    const { id } = await preview();
    await call('POST', `/${id}/decide`, { choice: 'link' });
    await call('POST', `/${id}/start`);
    await untilHanded(id, ['payment:p_5']);
    await database.pool.query(`update run_record set handed_at = null where run_id = $1`, [id]);
    await until(() => handed(id).length === 2, { what: 'it was sent again', timeoutMs: 30_000 });
    const [one, two] = rig.commands.filter(({ backfill }) => backfill === id);
    expect(two).toEqual(one);
    takenIn.add('payment:p_5');
    // It waits for a refund that nobody brings in: the run does not.
    await rig.say(row('refund:r_9', { reason: { code: 'before_cutover' } }));
    const parent = { code: 'parent', params: { ref: 'refund:r_9' } } as const;
    await rig.say(row('payment:p_5', { revision: 4, state: 'waiting', waitsOn: 'refund:r_9', reason: parent }));
    const { result } = await untilRun(id, ({ state }) => state === 'done', 'the run is done');
    expect(result?.byState).toMatchObject({ waiting: 1 });
  });

  it('ends with counts, both totals to the cent, and a file', async () => {
    const { id } = await preview({ kind: 'backfill', spec: { from: '2025-12-01', items: false, payments: false } });
    await call('POST', `/${id}/decide`, { choice: 'link', refs: ['invoice:i_6'] });
    await call('POST', `/${id}/start`);
    await untilHanded(id, ['invoice:i_6']);
    await rest('invoice:i_6', 'synced with warnings', '906');
    const { result, done, total } = await untilRun(id, ({ state }) => state === 'done', 'the run is done');
    expect([done, total]).toEqual([1, 1]);
    expect(result).toEqual({
      byState: { 'left out': 2, 'synced with warnings': 1 },
      total: { amount: '60.00', currency: 'GBP' },
      quickbooksTotal: { amount: '60.00', currency: 'GBP' },
    });
    const csv = (await rig.call('GET', `${rig.path}/runs/${id}/result.csv`)).text.split('\r\n');
    expect(csv.slice(1)).toEqual([
      'invoice:i_4,2025-12-30,RAC-i_4,Maria Lopez,100.10,closed,leave,left out,closed_period,"RAC-i_4 is dated 2025-12-30; your books are closed through 2025-12-31. Reopen in QuickBooks, or choose a date after 2025-12-31.",,',
      'invoice:i_6,2026-02-06,RAC-i_6,Maria Lopez,60.00,differs,link,synced with warnings,,,906,60.00',
      'invoice:i_7,2026-02-07,RAC-i_7,Maria Lopez,100.10,nothing,leave,left out,unchanged,QuickBooks already says so.,,',
      '',
    ]);
  });
});
