import { createHmac, randomUUID } from 'node:crypto';
import { messageKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { LIST_END } from '@qbo-sync/contracts/sync/change';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import type { PayoutDetail, PayoutPage } from '@qbo-sync/contracts/stripe/payout-view';
import { startStripe, type RunningStripe } from '@qbo-sync/sandbox/stripe/start-stripe';
import { OPERATOR, openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until as untilIn } from '@qbo-sync/testkit/until';
import { paymentsProcess } from '../payments-process';

jest.setTimeout(240_000);

/** What takes several turns of the service and the broker. */
const until = <T>(look: Parameters<typeof untilIn<T>>[0], { what }: { what: string }) =>
  untilIn(look, { what, timeoutMs: 60_000 });

const SECRETS = ['whsec_old', 'whsec_new'];

const SETTINGS = (account: string) => ({
  'payments.stripeAccount': account,
  'payments.payoutAccount': { id: '35', name: 'Checking' },
  'payments.feeAccount': { id: '92', name: 'Stripe fees' },
  'payments.disputeAccount': { id: '93', name: 'Stripe disputes' },
});

const ASSET = { id: '93', name: 'Stripe disputes', type: 'Other Current Asset' };

/** Stripe's payouts in the payments service: an emulated Stripe, a real Postgres and Kafka. */
describe('payouts of Stripe', () => {
  let database: TestDatabase;
  let stripe: RunningStripe;
  let rig: Rig;
  let account: string;

  beforeAll(async () => {
    database = await testDatabase({ name: 'payouts-e2e', migrations: [] });
    stripe = await startStripe({ port: 0, webhooks: { secrets: SECRETS } });
    rig = await openRig({
      service: paymentsProcess(testTopics('payouts')('group')),
      databaseUrl: database.url,
      brokers: testBrokers(),
      env: {
        STRIPE_API_URL: stripe.url,
        STRIPE_SECRET_KEY: 'sk_test_sandbox',
        STRIPE_WEBHOOK_SECRET: `whsec_next, ${SECRETS[1]}`,
        STRIPE_POLL_MS: '3600000',
      },
    });
    account = `acct_${rig.tenant.slice(2)}`;
    await rig.ready();
    await rig.send(rig.settings(1, { values: SETTINGS(account) }));
    await until(() => rig.activities().some(({ kind }) => kind === 'read'), { what: 'settings read' });
    await atStripe('accounts', { id: account });
    await webhooks({ url: `${rig.running().url}/webhooks/stripe` });
  });
  afterAll(async () => {
    await rig?.close();
    await stripe?.close();
    await database?.drop();
  });

  const atStripe = async <T>(call: string, body: object): Promise<T> => {
    const answer = await fetch(`${stripe.adminUrl}/${call}`, {
      method: 'POST',
      body: JSON.stringify({ account, ...body }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  const webhooks = async (settings: object): Promise<void> => {
    const answer = await fetch(`${stripe.adminUrl}/webhooks`, { method: 'POST', body: JSON.stringify(settings) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const charged = async (cents: number): Promise<string> =>
    (await atStripe<{ id: string }>('charges', { amount: cents })).id;
  const invoice = (id: string): OutgoingMessage =>
    rig.event(TOPICS.runacallInvoices, {
      ...{ id: `evt-${id}`, noun: 'invoice', change: 'sent', subject: id, sequence: 1 },
      data: {
        ...{ id, number: `RAC-${id}`, customerId: 'cus_88', currency: 'USD', issuedOn: '2026-11-20' },
        ...{ lines: [], taxes: [], subtotal: '500.00', taxTotal: '0.00', total: '500.00', balance: '0.00' },
        updatedAt: '2026-11-20T16:00:00Z',
      },
    });
  interface Cash {
    readonly id: string;
    readonly charge: string;
    readonly amount: string;
  }
  const paid = (
    { id, charge, amount }: Cash,
    refund?: { readonly id: string; readonly amount: string; readonly status?: 'failed' },
  ): OutgoingMessage =>
    rig.event(TOPICS.runacallPayments, {
      ...{
        id: `evt-${id}${refund?.id ?? ''}`,
        noun: 'payment',
        change: refund === undefined ? 'collected' : 'refunded',
      },
      ...{ subject: id, sequence: refund === undefined ? 1 : 2 },
      data: {
        ...{ id, customerId: 'cus_88', amount, currency: 'USD', collectedOn: '2026-11-20', method: 'card' },
        ...{ processor: 'stripe', processorChargeId: charge, updatedAt: '2026-11-20T16:00:00Z' },
        allocations: [{ invoiceId: 'inv_1', amount }],
        refunds:
          refund === undefined
            ? []
            : [
                {
                  ...{ id: `r-${refund.id}`, amount: refund.amount, refundedOn: '2026-11-21', method: 'card' },
                  ...{
                    effect: 'reopen-invoice',
                    invoiceId: 'inv_1',
                    processorRefundId: refund.id,
                    status: refund.status ?? 'succeeded',
                  },
                },
              ],
        ...(refund === undefined ? {} : { refundId: `r-${refund.id}` }),
      },
    });
  const requestFor = (ref: string): Promise<QboRequest> =>
    until(() => rig.requests().find((one) => one.ref === ref && one.kind === 'put'), { what: `a request for ${ref}` });
  /** QuickBooks has these deposits about the payout's day, as it is asked for the `look`-th time. */
  const found = async (payout: string, deposits: readonly object[] = [], look = 1): Promise<void> => {
    const request = await until(
      () => rig.requests().find(({ ref }) => new RegExp(`^payout:${payout}/deposits\\.[-\\d]+\\.${look}$`).test(ref)),
      { what: `deposits are looked for, ${payout}` },
    );
    expect(request).toMatchObject({ kind: 'list', resource: 'Deposit', only: { day: 'TxnDate' } });
    const { tenant, ref, books, resource } = request;
    await rig.send(
      rig.answer(request, { Id: '' }),
      ...[...deposits.map((each) => JSON.stringify(each)), LIST_END].map((record) => ({
        topic: TOPICS.changes.name,
        key: messageKey(tenant, ref),
        value: JSON.stringify({
          ...{ tenant, ref, books, resource, record, changed: [], origin: 'list' },
          at: new Date().toISOString(),
        }),
      })),
    );
  };
  const rowOf = (payout: string, is: (row: RecordActivity) => boolean, what: string): Promise<RecordActivity> =>
    until(() => rig.rows().findLast((row) => row.ref === `payout:${payout}` && is(row)), { what: `${payout} ${what}` });
  const linesOf = ({ body }: QboRequest): { Amount: number }[] =>
    (JSON.parse(body) as { Line: { Amount: number }[] }).Line;
  const cents = (lines: readonly { Amount: number }[]): number =>
    lines.reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0);
  const money = (amount: number): string => (amount / 100).toFixed(2);
  const resolve = (payout: string, choice: string): Promise<void> =>
    rig.send({
      topic: TOPICS.commands.name,
      key: messageKey(rig.tenant, `payout:${payout}`),
      value: JSON.stringify({
        ...{ kind: 'resolve', tenant: rig.tenant, ref: `payout:${payout}`, choice, by: 'ana' },
        ...{ commandId: randomUUID(), at: new Date().toISOString() },
      }),
    });
  /** The status of an event's delivery, signed as Stripe does. */
  const delivered = async (
    id: string,
    type: string,
    payout: string,
    { secret = SECRETS[1] ?? '', at = Date.now() }: { secret?: string; at?: number } = {},
  ): Promise<number> => {
    const moment = Math.floor(at / 1000);
    const body = JSON.stringify({ id, type, account, created: moment, data: { object: { id: payout } } });
    const v1 = createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex');
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${moment},v1=${v1}` };
    return (await fetch(`${rig.running().url}/webhooks/stripe`, { method: 'POST', headers, body })).status;
  };
  const counted = async (outcome: string): Promise<number> => {
    const text = await (await fetch(`${rig.running().url}/metrics`)).text();
    return Number(
      new RegExp(`^qbo_sync_stripe_events_total\\{.*outcome="${outcome}".*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
    );
  };
  /** As the console asks for it. */
  const asked = async <T>(path: string, bearer = OPERATOR): Promise<T> => {
    const answer = await fetch(`${rig.running().url}/internal/companies/${rig.tenant}/payouts${path}`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    return (await answer.json()) as T;
  };
  const events = async (): Promise<number> =>
    (await database.pool.query<{ n: number }>('select count(*)::int as n from stripe_event')).rows[0]?.n ?? -1;

  it('story 11: 40 payments, 2 refunds, fees, one payment not yet synced: one Deposit to the cent, after all it holds', async () => {
    const made: Cash[] = [];
    for (let index = 0; index < 40; index += 1) {
      const amount = 10_000 + index;
      made.push({ id: `pay_${index}`, charge: await charged(amount), amount: money(amount) });
    }
    const [first, second] = made as [Cash, Cash];
    const refunds = [
      { of: first, ...(await atStripe<{ id: string }>('refunds', { charge: first.charge, amount: 5_000 })) },
      { of: second, ...(await atStripe<{ id: string }>('refunds', { charge: second.charge, amount: 2_500 })) },
    ];
    await atStripe('fees', { amount: 450, description: 'Radar, Nov 2026' });
    const late = made[39] as Cash;
    await rig.send(invoice('inv_1'), ...made.filter((one) => one !== late).map((one) => paid(one)));
    await rig.send(...refunds.map(({ of, id }, at) => paid(of, { id, amount: money(at === 0 ? 5_000 : 2_500) })));

    const payout = await atStripe<{ id: string; amount: number }>('payouts', {});
    await rowOf(payout.id, ({ reason }) => reason?.code === 'payout_unequal', 'waits for the charge it does not know');
    const open = await until(
      async () => {
        const shown = await asked<PayoutDetail>(`/${payout.id}?open=true`);
        return shown.parts.length === 1 && shown.payout.state === 'missing' ? shown : undefined;
      },
      { what: 'all but one are known' },
    );
    expect(open.payout).toMatchObject({ state: 'missing', read: 44, whole: true, reason: { code: 'payout_unequal' } });
    expect(open.parts).toMatchObject([
      { kind: 'charge', stripeId: late.charge, state: 'missing', amount: late.amount },
    ]);

    await rig.send(paid(late));
    await found(payout.id);
    const request = await requestFor(`payout:${payout.id}`);
    expect(request).toMatchObject({ resource: 'Deposit' });
    expect(new Set(request.after)).toEqual(
      new Set([...made.map(({ id }) => `payment:${id}`), ...refunds.map(({ id }) => `refund:r-${id}`)]),
    );
    expect(linesOf(request)).toHaveLength(40 + 2 + 1 + 1);
    expect(cents(linesOf(request))).toBe(payout.amount);
    const deposit = {
      ...(JSON.parse(request.body) as object),
      Id: '900',
      SyncToken: '0',
      TotalAmt: payout.amount / 100,
    };
    await rig.send(rig.answer(request, deposit));
    await rowOf(payout.id, ({ state }) => state === 'synced', 'synced');

    const shown = await asked<PayoutDetail>(`/${payout.id}?limit=40`);
    expect(shown.payout).toMatchObject({ state: 'equal', amount: money(payout.amount) });
    expect(shown.payout.quickbooks).toEqual([{ type: 'Deposit', id: '900' }]);
    expect(shown.sums).toMatchObject([
      { kind: 'account_fee' },
      { kind: 'charge', count: 40 },
      { kind: 'refund', amount: '-75.00' },
    ]);
    const rest = await asked<PayoutDetail>(`/${payout.id}?limit=40&cursor=${shown.next ?? ''}`);
    expect([shown.parts.length, rest.parts.length, rest.next]).toEqual([40, 3, null]);
    const payment = await requestFor('payment:pay_5');
    await rig.send(rig.answer(payment, { ...(JSON.parse(payment.body) as object), Id: '154', SyncToken: '0' }));
    const linked = async (): Promise<unknown> => {
      const { parts } = await asked<PayoutDetail>(`/${payout.id}?limit=40`);
      return parts.find(({ ref }) => ref === 'payment:pay_5')?.quickbooks;
    };
    expect(await until(linked, { what: 'a part in QuickBooks' })).toEqual({ type: 'Payment', id: '154' });
    expect(await asked<PayoutPage>('?limit=1')).toMatchObject({
      ...{ items: [{ id: payout.id, state: 'equal' }], next: null, total: 1 },
    });
    expect(await asked<PayoutDetail>(`/${payout.id}?limit=43`)).toMatchObject({ next: null });
    const [part] = shown.parts;
    const only = await asked<PayoutDetail>(`/${payout.id}?part=${part?.stripeId ?? ''}`);
    expect(only.parts.map(({ position }) => position)).toEqual([part?.position]);
    const month = shown.payout.arrivesOn.slice(0, 7);
    expect((await asked<PayoutPage>(`?month=${month}`)).items).toHaveLength(1);
    expect(await asked<PayoutPage>('?month=2020-02')).toEqual({ items: [], next: null, total: 0 });
    expect(await asked('?month=2020')).toMatchObject({ code: 'query_invalid', parameter: 'month' });
    expect(await asked('?limit=1', 'somebody')).toMatchObject({ statusCode: 401 });

    // Every webhook again, with a fresh signature: nothing is read, nothing is said.
    const before = rig.requests().length;
    const known = await events();
    expect(known).toBe(3);
    for (const bad of [{ secret: 'whsec_forged' }, { at: Date.now() - 301_000 }, { at: Date.now() + 120_000 }]) {
      expect(await delivered('evt_bad', 'payout.paid', payout.id, bad)).toBe(400);
    }
    for (const { event_id, type } of (
      await database.pool.query<{ event_id: string; type: string }>('select event_id, type from stripe_event')
    ).rows) {
      expect(await delivered(event_id, type, payout.id)).toBe(200);
    }
    expect(await events()).toBe(known);
    expect(await counted('duplicate')).toBe(known);
    expect(rig.requests()).toHaveLength(before);
  });

  it('a payout no webhook told of is found by the poll', async () => {
    await webhooks({ url: null });
    const charge = await charged(5_000);
    await rig.send(paid({ id: 'pay_poll', charge, amount: '50.00' }));
    const payout = await atStripe<{ id: string; amount: number }>('payouts', {});
    // New settings are a reason to list at once: a Stripe account may have been connected.
    await rig.send(rig.settings(2, { values: SETTINGS(account) }));
    await found(payout.id);
    const request = await requestFor(`payout:${payout.id}`);
    expect(cents(linesOf(request))).toBe(payout.amount);
    await webhooks({ url: `${rig.running().url}/webhooks/stripe` });
  });

  it('a deposit entered by hand is asked for, and linked on a person’s word', async () => {
    const charge = await charged(7_000);
    await rig.send(paid({ id: 'pay_hand', charge, amount: '70.00' }));
    const payout = await atStripe<{ id: string; amount: number; arrival_date: number }>('payouts', {});
    const TxnDate = new Date(payout.arrival_date * 1000).toISOString().slice(0, 10);
    const theirs = { Id: '77', TxnDate, TotalAmt: payout.amount / 100, DepositToAccountRef: { value: '35' } };
    await found(payout.id, [theirs]);
    await rowOf(payout.id, ({ reason }) => reason?.code === 'payout_exists', 'exists');
    await resolve(payout.id, 'retry');
    await found(payout.id, [{ ...theirs, PrivateNote: 'of Ana' }], 2);
    await until(
      () =>
        rig.rows().filter(({ ref, reason }) => ref === `payout:${payout.id}` && reason?.code === 'payout_exists')
          .length > 1,
      { what: 'held again' },
    );
    await resolve(payout.id, 'link 77');
    const link = await until(
      () => rig.requests().find(({ ref, kind }) => ref === `payout:${payout.id}` && kind === 'link'),
      { what: 'a link' },
    );
    expect(JSON.parse(link.body)).toEqual({ Id: '77' });
    await rig.send(rig.answer(link, { ...theirs, SyncToken: '0' }));
    await rowOf(payout.id, ({ state }) => state === 'synced', 'synced');
  });

  it('one that failed after it was posted is taken back by an entry', async () => {
    const charge = await charged(9_000);
    await rig.send(paid({ id: 'pay_failed', charge, amount: '90.00' }));
    const payout = await atStripe<{ id: string; amount: number }>('payouts', {});
    await found(payout.id);
    const request = await requestFor(`payout:${payout.id}`);
    await rig.send(
      rig.answer(request, { ...(JSON.parse(request.body) as object), Id: '902', TotalAmt: payout.amount / 100 }),
    );
    await rowOf(payout.id, ({ state }) => state === 'synced', 'synced');
    await atStripe('payout-steps', { payout: payout.id, step: 'failed' });
    const back = await requestFor(`payout:${payout.id}/failed`);
    expect(back).toMatchObject({ resource: 'JournalEntry', after: [`payout:${payout.id}`] });
    // What came back is in the next payout's balance: as much as this one again.
    const next = await atStripe<{ id: string; amount: number }>('payouts', {});
    await found(next.id);
    const again = await requestFor(`payout:${next.id}`);
    expect(again.after).toContain(`payout:${payout.id}/failed`);
    expect(cents(linesOf(again))).toBe(payout.amount);
  });

  it('a negative one is an entry; a manual one is held until a person puts it over Stripe clearing', async () => {
    const charge = await charged(4_000);
    const cash = { id: 'pay_back', charge, amount: '40.00' };
    await rig.send(paid(cash));
    const manual = await atStripe<{ id: string }>('payouts', { kind: 'manual', amount: 3_000 });
    await rowOf(manual.id, ({ reason }) => reason?.code === 'payout_kind', 'held');
    const refund = await atStripe<{ id: string }>('refunds', { charge });
    await rig.send(paid(cash, { id: refund.id, amount: '40.00' }));
    const negative = await atStripe<{ id: string; amount: number }>('payouts', {});
    expect(negative.amount).toBeLessThan(0);
    // The manual payout's own transaction is in it.
    await rowOf(negative.id, ({ reason }) => reason?.code === 'parts', 'waits for the manual one');
    await resolve(manual.id, 'clearing');
    expect(await requestFor(`payout:${manual.id}`)).toMatchObject({ resource: 'JournalEntry' });
    const entry = await requestFor(`payout:${negative.id}`);
    expect(entry.resource).toBe('JournalEntry');
    const bank = linesOf(entry).at(-1) as { Amount: number; JournalEntryLineDetail?: unknown };
    expect(bank).toMatchObject({
      Amount: -negative.amount / 100,
      JournalEntryLineDetail: { PostingType: 'Credit', AccountRef: { value: '35' } },
    });
  });

  it('§10.2 out of Undeposited Funds: a refund that failed in the same payout is no line, and no part is missing', async () => {
    const clearing = { 'payments.clearingAccount': { id: '4', name: 'Undeposited Funds' } };
    await rig.send(rig.settings(3, { values: { ...SETTINGS(account), ...clearing } }));
    const cash = { id: 'pay_bounced', charge: await charged(6_000), amount: '60.00' };
    const refund = await atStripe<{ id: string }>('refunds', { charge: cash.charge, amount: 2_000 });
    await atStripe('refund-failures', { refund: refund.id });
    await rig.send(invoice('inv_1'), paid(cash), paid(cash, { id: refund.id, amount: '20.00', status: 'failed' }));
    const payout = await atStripe<{ id: string; amount: number }>('payouts', {});
    await found(payout.id);
    const request = await requestFor(`payout:${payout.id}`);
    expect(cents(linesOf(request))).toBe(payout.amount);
    expect(linesOf(request).map(({ Amount }) => Math.abs(Amount))).not.toContain(20);
    const { parts } = await asked<PayoutDetail>(`/${payout.id}`);
    expect(parts.map(({ kind, state }) => [kind, state])).toEqual(
      expect.arrayContaining([
        ['refund', 'known'],
        ['refund_failure', 'known'],
      ]),
    );
    expect((await asked<PayoutDetail>(`/${payout.id}?open=true`)).parts).toEqual([]);
  });

  it('§10.5 a dispute: opened and won, nothing more; lost, with an asset account, it is held and says what waits where', async () => {
    const rowsOf = (dispute: string): RecordActivity[] =>
      rig.rows().filter(({ ref, events: covered = [] }) => ref === `dispute:${dispute}` && covered.length > 0);
    const disputed = async (dispute: string, code: string): Promise<RecordActivity> =>
      until(() => rowsOf(dispute).find(({ reason }) => reason?.code === code), { what: `${dispute} ${code}` });
    const values = { ...SETTINGS(account), 'payments.disputeAccount': { ...ASSET } };
    await rig.send(rig.settings(4, { values }));
    const [lost, won] = [await charged(17_970), await charged(5_000)];
    await rig.send(invoice('inv_1'), paid({ id: 'pay_lost', charge: lost, amount: '179.70' }));
    const made = [
      await atStripe<{ id: string }>('disputes', { charge: lost }),
      await atStripe<{ id: string }>('disputes', { charge: won }),
    ] as const;
    for (const { id } of made) expect(await disputed(id, 'in_payout')).toMatchObject({ state: 'skipped' });

    await atStripe('dispute-closings', { dispute: made[0].id, outcome: 'lost' });
    expect(await disputed(made[0].id, 'dispute')).toMatchObject({
      ...{ state: 'needs attention', entity: 'dispute', change: 'lost', amount: '179.70', currency: 'USD' },
      reason: { params: { n: 'RAC-inv_1', x: '179.70', account: 'Stripe disputes' } },
    });
    // What no webhook told of is found by the list, which new settings are a reason for.
    await webhooks({ url: null });
    await atStripe('dispute-closings', { dispute: made[1].id, outcome: 'won' });
    await rig.send(rig.settings(5, { values }));
    await until(() => rowsOf(made[1].id).find(({ change, state }) => change === 'won' && state === 'skipped'), {
      what: 'won',
    });
    await webhooks({ url: `${rig.running().url}/webhooks/stripe` });

    // Told again by other events, and listed again: nothing new.
    const before = rig.rows().length;
    for (const { id } of made) expect(await delivered(`evt_again_${id}`, 'charge.dispute.closed', id)).toBe(200);
    await until(
      async () => {
        const { rows } = await database.pool.query('select from dispute where due_at is not null');
        return rows.length === 0;
      },
      { what: 'both are read again' },
    );
    expect(
      rig
        .rows()
        .slice(before)
        .filter(({ ref }) => ref.startsWith('dispute:')),
    ).toEqual([]);
    expect(rig.requests().filter(({ ref }) => ref.startsWith('dispute:'))).toEqual([]);
  });
});
