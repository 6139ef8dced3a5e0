import { randomUUID } from 'node:crypto';
import type { CompanyProfile } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until as untilWithin } from '@qbo-sync/testkit/until';
import { COMPANY, OPERATOR, at, openRig, type Answer, type Rig } from './console-rig';

jest.setTimeout(60_000);

/** A loaded machine joins its groups slowly. */
const until = <Result>(condition: () => Result | Promise<Result>, { what = 'a condition' } = {}) =>
  untilWithin(condition, { what, timeoutMs: 40_000 });

const PROFILE: CompanyProfile = {
  country: 'GB',
  taxMode: 'per_line',
  customTxnNumbers: false,
  allowDiscount: true,
  autoApplyCredit: false,
  bookCloseDate: null,
  multiCurrency: false,
  homeCurrency: 'GBP',
  defaultDiscountAccount: null,
  undepositedAccount: null,
  receivableAccount: null,
};

describe('the console', () => {
  let database: TestDatabase;
  let rig: Rig;
  const connect = async (): Promise<void> => {
    const connection = { state: 'connected', companyName: 'Acme LLC', connectedAt: at(0) } as const;
    await rig.say({
      kind: 'company',
      tenant: rig.tenant,
      at: at(1),
      condition: 'ok',
      since: at(0),
      books: 'books-1',
      connection,
    });
    await until(() => rig.documents.at(-1)?.books === 'books-1', { what: 'books' });
    await rig.say({ kind: 'profile', tenant: rig.tenant, at: at(2), books: 'books-1', profile: PROFILE });
    await rig.say({
      kind: 'proposal',
      tenant: rig.tenant,
      at: at(3),
      books: 'books-1',
      rates: [
        {
          rateId: 'tx_20',
          name: 'VAT',
          percentage: '20',
          code: { id: '5', name: 'Standard 20 %' },
          state: 'suggested',
        },
      ],
    });
    await until(() => rig.documents.at(-1)?.values['tax.rates'].length === 1, { what: 'rates' });
    await until(() => rig.documents.at(-1)?.values['items.defaultIncomeAccount'] !== null, {
      what: 'the default account',
    });
  };

  beforeAll(async () => {
    database = await testDatabase({ name: 'console', migrations: [] });
    rig = await openRig({ databaseUrl: database.url, brokers: testBrokers() });
  });

  afterAll(async () => {
    await rig.close();
    await database.drop();
  });

  it('opens to the operator and to the company, to nobody else', async () => {
    expect((await rig.call('GET', `${rig.path}/settings`, undefined, { bearer: '' })).status).toBe(401);
    expect((await rig.call('GET', `${rig.path}/settings`, undefined, { bearer: `${rig.tenant}.x` })).status).toBe(401);
    const foreign = await rig.call('GET', `/api/v1/companies/${rig.other}/settings`);
    expect(foreign.status).toBe(404);
    expect(foreign.headers.get('content-type')).toContain('application/problem+json');
    expect(foreign.body).toMatchObject({ code: 'not_found', status: 404, traceId: expect.any(String) });
    expect((await rig.call('GET', '/api/v1/companies/nobody/settings', undefined, { bearer: OPERATOR })).status).toBe(
      404,
    );
    expect((await rig.call('GET', '/api/v1/operations/log')).status).toBe(404);
    expect((await rig.call('GET', `${rig.path}/settings`, undefined, { bearer: OPERATOR })).status).toBe(200);
    const put = await rig.call('PUT', rig.path, COMPANY, { bearer: OPERATOR });
    expect(put.body.token).toBe(rig.token);
    expect(put.headers.get('etag')).toBeNull();
  });

  it('a Stripe account belongs to one company', async () => {
    const make = (id: string, stripeAccount?: string): Promise<Answer> =>
      rig.call(
        'PUT',
        `/api/v1/companies/${id}`,
        { ...COMPANY, ...(stripeAccount && { stripeAccount }) },
        { bearer: OPERATOR },
      );
    expect((await make(rig.tenant, 'acct_1')).status).toBe(200);
    expect((await make(rig.tenant, 'acct_1')).status).toBe(200);
    expect((await make(rig.other, 'acct_1')).body).toMatchObject({ status: 409, code: 'stripe_account_taken' });
    expect((await make(rig.tenant)).status).toBe(200);
    expect((await make(rig.other, 'acct_1')).status).toBe(200);
  });

  it('asks the owning service about Match, and says what of a request is wrong', async () => {
    const ask = (method: string, path: string, body?: object): Promise<Answer> =>
      rig.call(method, `${rig.path}/matches${path}`, body);
    const unconnected = await ask('GET', '/state?kind=items');
    expect([unconnected.status, unconnected.body.code]).toEqual([409, 'not_connected']);
    expect((await ask('GET', '/state?kind=invoices')).body).toMatchObject({ status: 400, code: 'query_invalid' });
    expect((await ask('GET', '?kind=items&group=all')).body).toMatchObject({ status: 400, code: 'query_invalid' });
    const decide = (body: object): Promise<Answer> =>
      ask('POST', '/decide', { kind: 'items', choice: 'link', ...body });
    expect((await decide({})).body).toMatchObject({ status: 400, errors: [{ pointer: '/ids' }] });
    expect((await decide({ ids: ['itm_1'], choice: 'guess' })).body).toMatchObject({
      ...{ status: 400, errors: [{ pointer: '/choice' }] },
    });
  });

  it('brings a company from its connection to Sync active, and publishes every step', async () => {
    expect((await rig.call('POST', `${rig.path}/connection/start`, {})).body).toEqual({
      authorizeUrl: 'https://intuit.example/authorize',
    });
    expect((await rig.call('GET', `${rig.path}/connection`)).body).toMatchObject({
      state: 'connected',
      companyName: 'Acme LLC',
      connectedBy: 'company',
    });
    await connect();

    const income = await rig.call('GET', `${rig.path}/quickbooks/accounts?use=income`);
    expect(income.body.items.map((account) => account.id)).toEqual(['79', '80']);
    expect((await rig.call('GET', `${rig.path}/quickbooks/tax-codes`)).body.items).toMatchObject([
      { id: '5', percentage: '20' },
      { id: '6', percentage: '0' },
    ]);

    const wrong = await rig.call('PATCH', `${rig.path}/settings`, {
      values: { 'items.defaultIncomeAccount': '35', 'payments.payoutAccount': '35', 'invoices.numbering': 'cloud' },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map((error) => [error.pointer, error.code])).toEqual([
      ['/values/items.defaultIncomeAccount', 'account_type'],
      ['/values/invoices.numbering', 'wrong_type'],
    ]);
    expect(wrong.body.errors[0]?.text).toContain('Choose another for Default income account.');

    const empty = { values: { 'items.defaultIncomeAccount': null } };
    expect((await rig.call('GET', `${rig.path}/settings`)).body.values['items.defaultIncomeAccount']).toEqual({
      id: '79',
      name: 'Service revenue',
    });
    expect((await rig.call('PATCH', `${rig.path}/settings`, empty)).status).toBe(200);
    const blocked = await rig.call('PUT', `${rig.path}/sync-active`, { active: true });
    expect(blocked.body).toMatchObject({ status: 409, code: 'sync_active_needed' });
    expect(blocked.body.errors.map((error) => error.code)).toEqual(['default_income_account']);

    const saved = await rig.call('PATCH', `${rig.path}/settings`, {
      values: {
        'items.defaultIncomeAccount': '79',
        'payments.payoutAccount': { id: '35' },
        'tax.rates': { tx_20: '5' },
        'tax.untaxedCode': '6',
        'invoices.numbering': 'quickbooks',
      },
    });
    expect(saved.status).toBe(200);
    expect(saved.headers.get('etag')).toBe(`"${saved.body.version}"`);
    expect(saved.body.values['items.defaultIncomeAccount']).toEqual({ id: '79', name: 'Service revenue' });
    expect(saved.body.values).toMatchObject({ 'tax.mode': 'per_line' });
    const shown = await rig.call('PATCH', `${rig.path}/settings`, { values: { 'tax.mode': 'off' } });
    expect(shown.body.errors).toMatchObject([{ pointer: '/values/tax.mode', code: 'read_only' }]);
    expect(saved.body.values['tax.rates'][0]).toMatchObject({ rateId: 'tx_20', state: 'confirmed' });

    const { needed, advised } = (await rig.call('GET', `${rig.path}/sync-active`)).body;
    expect(needed.every((point) => point.ok)).toBe(true);
    const codes = advised.filter((point) => !point.ok).map((point) => point.code);
    expect((await rig.call('PUT', `${rig.path}/sync-active`, { active: true })).body.code).toBe('sync_active_advised');
    expect((await rig.call('PUT', `${rig.path}/sync-active`, { active: true, acknowledged: codes })).body.active).toBe(
      true,
    );

    const last = await until(() => rig.documents.find((document) => document.active), { what: 'the active document' });
    expect(last).toMatchObject({
      tenant: rig.tenant,
      books: 'books-1',
      company: { timeZone: 'Europe/London' },
      profile: PROFILE,
    });
    expect(Date.parse(last.goLiveAt ?? '')).toBeGreaterThan(0);
    const versions = rig.documents.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((left, right) => left - right));
  });

  it('story 6: goes live once, and pauses and resumes without moving go-live', async () => {
    const live = rig.documents.at(-1)?.goLiveAt;
    await rig.call('PUT', `${rig.path}/sync-active`, { active: false });
    await until(() => rig.documents.at(-1)?.active === false, { what: 'the pause' });
    expect(rig.documents.at(-1)?.goLiveAt).toBe(live);
    const acknowledged = ['verified', 'tax_fallback', 'rates_confirmed', 'payout_account', 'custom_numbers'];
    await rig.call('PUT', `${rig.path}/sync-active`, { active: true, acknowledged });
    await until(() => rig.documents.at(-1)?.active === true, { what: 'the resumption' });
    expect(rig.documents.at(-1)?.goLiveAt).toBe(live);
    expect((await rig.call('GET', `${rig.path}/summary`)).body).toMatchObject({ headline: { code: 'up_to_date' } });
  });

  it('honours If-Match and Idempotency-Key', async () => {
    const pause = { active: false };
    expect(
      (await rig.call('PUT', `${rig.path}/sync-active`, pause, { headers: { 'if-match': '"1"' } })).body.code,
    ).toBe('stale');
    const values = { 'customers.pull': true };
    const stale = await rig.call('PATCH', `${rig.path}/settings`, { values }, { headers: { 'if-match': '"1"' } });
    expect(stale.body).toMatchObject({ status: 412, code: 'stale' });
    const etag = (await rig.call('GET', `${rig.path}/settings`)).headers.get('etag') ?? '';
    const headers = { 'if-match': etag, 'idempotency-key': randomUUID() };
    const first = await rig.call('PATCH', `${rig.path}/settings`, { values }, { headers });
    expect(first.status).toBe(200);
    const again = await rig.call('PATCH', `${rig.path}/settings`, { values }, { headers });
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const reused = await rig.call(
      'PATCH',
      `${rig.path}/settings`,
      { values: { 'customers.pull': false } },
      { headers },
    );
    expect(reused.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it('says which version every service decides by', async () => {
    const services = ['customers', 'items', 'invoices', 'payments', 'tax'];
    await rig.say(
      ...services.map(
        (service, index) =>
          ({ kind: 'read', tenant: rig.tenant, at: at(4), service, settingsVersion: 3 + index }) as const,
      ),
    );
    const applied = async (): Promise<number> => (await rig.call('GET', `${rig.path}/settings`)).body.appliedVersion;
    expect(await until(async () => (await applied()) || undefined, { what: 'an applied version' })).toBe(3);
  });

  it('has the company profile read anew with the lists', async () => {
    expect((await rig.call('POST', `${rig.path}/quickbooks/refresh`, {})).status).toBe(204);
    await until(() => rig.commands.find(({ ref, kind }) => ref === 'profile:company' && kind === 'push'), {
      what: 'the profile to be wanted',
    });
  });

  it('has an account made and puts it into its empty setting', async () => {
    const wanted = await rig.call('POST', `${rig.path}/quickbooks/accounts`, { template: 'stripe-clearing' });
    expect(wanted).toMatchObject({
      status: 202,
      body: { ref: 'account:stripe-clearing', setting: 'payments.clearingAccount' },
    });
    await until(
      () =>
        rig.commands.find(
          ({ ref, kind, run }) => ref === 'account:stripe-clearing' && kind === 'push' && run !== undefined,
        ),
      {
        what: 'the push',
      },
    );
    const choice = { id: '91', name: 'Stripe clearing' };
    await rig.say({
      kind: 'proposal',
      tenant: rig.tenant,
      at: at(5),
      books: 'books-1',
      account: { role: 'stripe-clearing', choice },
    });
    await until(() => rig.documents.at(-1)?.values['payments.clearingAccount']?.id === '91', { what: 'the setting' });
    expect((await rig.call('POST', `${rig.path}/quickbooks/accounts`, { template: 'petty-cash' })).status).toBe(422);
  });

  it('says what "To classify" makes, has it made by one click and sets it as the default', async () => {
    const rates = [{ rateId: 'tx', name: 'County', percentage: '8.25', state: 'not_mapped' }] as const;
    await rig.say({ kind: 'proposal', tenant: rig.tenant, at: at(6), books: 'books-1', rates });
    await until(() => rig.documents.at(-1)?.values['tax.rates'].some(({ rateId }) => rateId === 'tx'), {
      what: 'the rate',
    });
    const before = (await rig.call('GET', `${rig.path}/quickbooks/tax-codes`)).body.toClassify;
    expect(before).toMatchObject({
      setting: 'tax.defaultCode',
      notes: [{ code: 'codes_stay', text: expect.stringContaining('lets no app delete') }],
      records: [
        { ref: 'tax-agency:to-classify', name: 'To classify', state: 'not_made' },
        { ref: 'tax-code:8.25', name: 'To classify 8.25%', state: 'not_made' },
      ],
    });
    expect((await rig.call('POST', `${rig.path}/quickbooks/tax-codes`, { template: 'vat' })).status).toBe(422);
    const wanted = await rig.call('POST', `${rig.path}/quickbooks/tax-codes`, { template: 'to_classify' });
    expect(wanted).toMatchObject({ status: 202, body: { template: 'to_classify' } });
    const pushes = () => rig.commands.filter(({ kind, ref }) => kind === 'push' && ref?.startsWith('tax-') === true);
    await until(() => pushes().length === 2, { what: 'the pushes' });
    const answer = (ref: string, record: object) =>
      rig.exchange(TOPICS.answers.name, {
        ...{ tenant: rig.tenant, ref, revision: 2, attempt: 1, books: 'books-1', outcome: 'synced', at: at(7) },
        ...{ quickbooksId: '9', record: JSON.stringify(record) },
      });
    await answer('tax-agency:to-classify', { Id: '9', DisplayName: 'To classify' });
    await answer('tax-code:8.25', { TaxCode: 'To classify 8.25%', TaxCodeId: '9' });
    await until(() => rig.documents.at(-1)?.values['tax.defaultCode']?.id === 'to_classify', { what: 'the default' });
    const made = (await rig.call('GET', `${rig.path}/quickbooks/tax-codes`)).body.toClassify;
    expect(made.records.map(({ state }) => state)).toEqual(['made', 'made']);
  });

  it('shows QuickBooks’ own words where it refuses a code', async () => {
    const rates = [{ rateId: 'ny', name: 'New York', percentage: '8.875', state: 'not_mapped' }] as const;
    await rig.say({ kind: 'proposal', tenant: rig.tenant, at: at(8), books: 'books-1', rates });
    const reason = { code: 'refused', params: { code: '6000', text: 'No custom rates.' } } as const;
    await rig.say({
      ...{ kind: 'record', tenant: rig.tenant, ref: 'tax-code:8.875', revision: 2, attempt: 1, stage: 5, at: at(9) },
      ...{ state: 'needs attention', reason, events: [], entity: 'tax-code', change: 'wanted' },
    });
    const refused = await until(
      async () =>
        (await rig.call('GET', `${rig.path}/quickbooks/tax-codes`)).body.toClassify.records.find(
          ({ state }) => state === 'refused',
        ),
      { what: 'the refusal' },
    );
    expect(refused).toMatchObject({
      name: 'To classify 8.875%',
      reason: { text: expect.stringContaining('No custom') },
    });
  });

  it('starts afresh with another QuickBooks company only once its name was typed', async () => {
    const refused = await rig.call('POST', `${rig.path}/connection/fresh-start`, { name: 'Acme Heating' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'name_differs' } });
    expect(await rig.call('POST', `${rig.path}/connection/fresh-start`, {})).toMatchObject({ status: 400 });
    const started = await rig.call('POST', `${rig.path}/connection/fresh-start`, { name: 'Acme Plumbing' });
    expect(started).toMatchObject({ status: 200, body: { state: 'connected' } });
  });

  it('shows payouts as the payments service knows them, and takes a person’s word on one', async () => {
    const list = await rig.call('GET', `${rig.path}/payouts?limit=1`);
    expect(list).toMatchObject({
      status: 200,
      body: { items: [{ id: 'po_1', state: 'equal' }], next: '2026-12-02.po_1', total: 2 },
    });
    expect((await rig.call('GET', `${rig.path}/payouts?limit=0`)).body).toMatchObject({ code: 'query_invalid' });
    expect((await rig.call('GET', `${rig.path}/payouts/po_1`)).body).toMatchObject({ id: 'po_1', parts: [] });
    expect(await rig.call('GET', `${rig.path}/payouts/po_9`)).toMatchObject({ status: 404 });
    expect(await rig.call('POST', `${rig.path}/payouts/po_9/close`)).toMatchObject({ status: 404 });
    expect(await rig.call('POST', `${rig.path}/payouts/po_1/bring-in`, { stripeId: 'ch 9' })).toMatchObject({
      status: 400,
    });
    for (const [id, path, given] of [
      ['po_0', 'bring-in', { stripeId: 'ch_9', accountId: '79' }],
      ['po_0', 'close', undefined],
      ['po_2', 'reopen', undefined],
    ] as const) {
      expect(await rig.call('POST', `${rig.path}/payouts/${id}/${path}`, given)).toMatchObject({ status: 202 });
    }
    const ofPayouts = (): object[] => rig.commands.filter(({ ref }) => ref?.startsWith('payout:'));
    await until(() => ofPayouts().length === 3, { what: 'three commands' });
    expect(ofPayouts()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ref: 'payout:po_0', kind: 'resolve', choice: 'account ch_9 79', by: 'company' }),
        expect.objectContaining({ ref: 'payout:po_0', kind: 'dismiss' }),
        expect.objectContaining({ ref: 'payout:po_2', kind: 'restore' }),
      ]),
    );
  });

  it.each([
    ['po_1', 'bring-in', { stripeId: 'ch_9', accountId: '79' }, 'payout_state'],
    ['po_1', 'close', {}, 'payout_state'],
    ['po_1', 'reopen', {}, 'payout_state'],
    ['po_0', 'reopen', {}, 'payout_state'],
    ['po_0', 'bring-in', { stripeId: 'ch_7', accountId: '79' }, 'part_not_missing'],
    ['po_0', 'bring-in', { stripeId: 'ch_8', accountId: '79' }, 'part_not_missing'],
    ['po_0', 'bring-in', { stripeId: 'ch_9', accountId: '77' }, 'account_unusable'],
    ['po_0', 'bring-in', { stripeId: 'ch_9', accountId: '80' }, 'account_unusable'],
  ])('says of %s why %s of %j would do nothing: %s', async (id, path, given, code) => {
    const before = rig.commands.length;
    const { body } = await rig.call('POST', `${rig.path}/payouts/${id}/${path}`, given);
    expect(body.code).toBe(code);
    expect(rig.commands).toHaveLength(before);
  });

  it('gives payouts as a file, of all pages, and tells of each on the stream', async () => {
    const file = await rig.call('GET', `${rig.path}/payouts.csv?month=2026-12`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="payouts-2026-12.csv"');
    expect(file.text.split('\r\n')).toEqual([
      'arrivesOn,payout,amount,currency,state,difference,missing,quickbooksIds',
      '2026-12-02,po_1,216.49,USD,equal,0.00,,902',
      '2026-12-01,po_0,216.49,USD,missing,4.20,"Payout po_0 is 216.49; its parts make 212.29. Missing: ch_9 4.20, it is from before.",',
      '',
    ]);
    expect((await rig.call('GET', `${rig.path}/payouts.csv?month=12`)).body).toMatchObject({ code: 'query_invalid' });
    const told = await rig.listen(`${rig.path}/stream?topics=payout`);
    const [event] = await until(() => (told.length > 0 ? told : undefined), { what: 'a payout is told of' });
    expect(event).toMatchObject({
      event: 'payout',
      data: { id: 'po_1', state: 'equal', quickbooks: [{ type: 'Deposit', id: '902' }] },
    });
    const refused = await rig.call('GET', `${rig.path}/stream?topics=payout,money`);
    expect(refused.body).toMatchObject({ code: 'query_invalid' });
  });

  it.each([
    ['log?from=2026-13-45', 'from', 'day'],
    ['log?from=2026-12-01T99:99Z', 'from', 'instant'],
    ['log?state=done', 'state', 'needs attention'],
    ['log?entity=invoices', 'entity', 'invoice'],
    ['log?limit=ten', 'limit', 'from 1 to 200'],
    ['log?limit=1&limit=2', 'limit', 'from 1 to 200'],
    ['log?page=2', 'page', 'cursor'],
    ['log?q=%00', 'q', 'NUL'],
    ['quickbooks/accounts?use=toString', 'use', 'income'],
    ['runs/run_1/records?finding=double', 'finding', 'duplicate'],
    ['payouts?month=2026-13', 'month', '2026-12'],
  ])('GET %s names the parameter and what it takes', async (query, parameter, fix) => {
    const { body } = await rig.call('GET', `${rig.path}/${query}`);
    expect(body).toMatchObject({ status: 400, code: 'query_invalid', params: { parameter } });
    expect(body.params['message']).toContain(fix);
  });

  it.each(['log?cursor=x', 'runs/run_1/records?cursor=2', 'matches?kind=customers&group=likely&cursor=cus_1'])(
    'GET %s is told that the cursor is none of ours',
    async (query) => {
      const { body } = await rig.call('GET', `${rig.path}/${query}`);
      expect(body).toMatchObject({ status: 400, code: 'cursor_invalid' });
    },
  );

  it.each([
    ['runs', { kind: 'backfill' }, '/spec', 'object'],
    ['runs', { kind: 'backfill', spec: [] }, '/spec', 'object'],
    ['runs', { kind: 'backfill', spec: { from: '2026-13-01' } }, '/spec/from', 'YYYY-MM-DD'],
    ['runs', { kind: 'backfill', spec: { from: '2026-01-01', invoice: false } }, '/spec/invoice', 'invoices'],
    ['runs', { kind: 'backfill', spec: { from: '2026-01-01' }, why: 'a\0' }, '/why', 'NUL'],
    ['matches/decide', { kind: 'customers', choice: 'link', filter: [] }, '/filter', 'object'],
    ['matches/decide', { kind: 'customers', choice: 'link', ids: null, filter: null }, '/ids', 'either'],
    ['matches/decide', { kind: 'customers', choice: 'yes', ids: ['a'] }, '/choice', 'leave'],
    ['quickbooks/accounts', { template: 'toString' }, '/template', 'stripe-clearing'],
    ['quickbooks/tax-codes', { template: 'toString' }, '/template', 'to_classify'],
    ['verify', { invoice: 'inv_1' }, '/invoice', 'invoiceId'],
    ['settings/check', { value: {} }, '/value', 'values'],
  ])('POST %s %j points at the field and says what it takes', async (url, given, pointer, fix) => {
    const { body } = await rig.call('POST', `${rig.path}/${url}`, given);
    expect(body).toMatchObject({ status: url.startsWith('quickbooks') ? 422 : 400, errors: [{ pointer }] });
    expect(body.errors[0]?.text).toContain(fix);
  });

  it('takes an instant of any offset', async () => {
    const { status } = await rig.call('GET', `${rig.path}/log?from=2026-12-01T10:00%2B23:59&to=2026-12-02`);
    expect(status).toBe(200);
  });

  it('knows nothing under a name that no record can have', async () => {
    const { body } = await rig.call('GET', `${rig.path}/log/%00`);
    expect(body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('describes itself', async () => {
    const { body } = await rig.call('GET', '/api/openapi.json', undefined, { bearer: '' });
    const list = body.paths['/api/v1/companies/{company}/log']?.['get'];
    expect(list?.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['company', 'state', 'cursor']));
    expect(body.paths['/api/v1/companies/{company}/settings']?.['patch']).toBeDefined();
    expect(body.paths['/api/v1/companies/{company}/quickbooks/tax-codes']?.['post']).toBeDefined();
    expect(body.components.schemas['ToClassifyDto']?.properties).toHaveProperty('notes');
    expect(body.components.schemas['LogRowDto']?.properties).toHaveProperty('tookSeconds');
  });

  it('can always be paused, and says what it knows, while the gateway is away', async () => {
    rig.gateway.closeAllConnections();
    await new Promise((resolve) => rig.gateway.close(resolve));
    expect((await rig.call('GET', `${rig.path}/connection`)).body).toMatchObject({ state: 'connected' });
    const off = await rig.call('PUT', `${rig.path}/sync-active`, { active: false });
    expect(off).toMatchObject({ status: 200, body: { active: false } });
    const save = await rig.call('PATCH', `${rig.path}/settings`, { values: { 'tax.defaultCode': '5' } });
    expect(save.body).toMatchObject({ status: 503, code: 'gateway_unavailable' });
  });
});
