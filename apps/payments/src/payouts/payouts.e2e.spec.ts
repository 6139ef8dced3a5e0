import { TOPICS } from '@qbo-sync/contracts/topics';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { startStripe, type RunningStripe } from '@qbo-sync/sandbox/stripe/start-stripe';
import { openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { paymentsProcess } from '../payments-process';

jest.setTimeout(120_000);

const SECRETS = ['whsec_old', 'whsec_new'];

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
      service: paymentsProcess(),
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
    await rig.send(
      rig.settings(1, {
        values: {
          'payments.stripeAccount': account,
          'payments.payoutAccount': { id: '35', name: 'Checking' },
          'payments.feeAccount': { id: '92', name: 'Stripe fees' },
          'payments.disputeAccount': { id: '93', name: 'Stripe disputes' },
        },
      }),
    );
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
    refund?: { readonly id: string; readonly amount: string },
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
                    status: 'succeeded',
                  },
                },
              ],
        ...(refund === undefined ? {} : { refundId: `r-${refund.id}` }),
      },
    });
  const requestFor = (ref: string): Promise<QboRequest> =>
    until(() => rig.requests().find((one) => one.ref === ref && one.kind === 'put'), { what: `a request for ${ref}` });
  const rowOf = (payout: string, is: (row: RecordActivity) => boolean, what: string): Promise<RecordActivity> =>
    until(() => rig.rows().findLast((row) => row.ref === `payout:${payout}` && is(row)), { what: `${payout} ${what}` });
  const linesOf = ({ body }: QboRequest): { Amount: number }[] =>
    (JSON.parse(body) as { Line: { Amount: number }[] }).Line;
  const cents = (lines: readonly { Amount: number }[]): number =>
    lines.reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0);
  const money = (amount: number): string => (amount / 100).toFixed(2);
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

    await rig.send(paid(late));
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
    expect(await events()).toBeGreaterThan(0);
  });
});
