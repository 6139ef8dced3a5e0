import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { US, withProfile, withValues } from '@qbo-sync/mapping/context.fixtures';
import { type Hold, isHold, type Mapped, type MappedRecord, type MappingContext } from '@qbo-sync/mapping/document';
import { type MappedPayment, type PaymentOptions, toPayments } from '@qbo-sync/mapping/payment';
import { CHECK, PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import { returnRef, toReturns } from '@qbo-sync/mapping/payment-return';
import { readPosted } from '@qbo-sync/mapping/posted-invoice';
import { refundOf, toFailedRefund, toRefundEntry } from '@qbo-sync/mapping/refund';
import { toRefundReceipt } from '@qbo-sync/mapping/refund-receipt';
import { shareOf } from '@qbo-sync/mapping/refund-share';
import { RE_77 } from '@qbo-sync/mapping/refund-receipt.fixtures';
import { at, codes, Rig } from '@qbo-sync/sandbox/quickbooks/spec-rig';

/**
 * Payments, refunds and returns as they are mapped, sent to the emulated QuickBooks: what they post there, and what is left
 * open (postings.md §8, §9). The invoice is RAC-1041 of 179.70.
 */
const company = 'us-auto';
const invoice = () => ({ customerId: 'cus_88', number: 'RAC-1041' });
const INVOICE = 'invoice:inv_1041';

describe('money of an invoice, in the emulated books', () => {
  let rig: Rig;
  let ctx: MappingContext;
  let ids: Record<string, string>;
  let posted: TextObject;

  beforeEach(async () => {
    rig = await Rig.open(company);
    const account = async (name: string, type: string, subType: string) => ({
      id: String((await rig.make('Account', { Name: name, AccountType: type, AccountSubType: subType }))['Id']),
      name,
    });
    const income = await account('Service revenue', 'Income', 'ServiceFeeIncome');
    const [receivable] = await rig.rows(`select * from Account where AccountType = 'Accounts Receivable'`);
    const [undeposited] = await rig.rows(`select * from Account where AccountSubType = 'UndepositedFunds'`);
    const choice = (record: TextObject | undefined) => ({ id: String(record?.['Id']), name: String(record?.['Name']) });
    ctx = withProfile(
      withValues(US, {
        'payments.clearingAccount': await account('Clearing', 'Other Current Asset', 'OtherCurrentAssets'),
        'payments.refundAccount': await account('Till', 'Bank', 'Checking'),
      }),
      { receivableAccount: choice(receivable), undepositedAccount: choice(undeposited) },
    );
    const customer = String((await rig.make('Customer', { DisplayName: 'Dana Ruiz' }))['Id']);
    const item = async (Name: string) =>
      String((await rig.make('Item', { Name, Type: 'Service', IncomeAccountRef: { value: income.id } }))['Id']);
    const line = (value: string, Amount: number, Qty: number) => ({
      ...{ Amount, DetailType: 'SalesItemLineDetail' },
      SalesItemLineDetail: { ItemRef: { value }, Qty, UnitPrice: Amount / Qty, TaxCodeRef: { value: 'TAX' } },
    });
    posted = await rig.make('Invoice', {
      ...{ DocNumber: 'RAC-1041', CustomerRef: { value: customer }, TxnDate: '2026-11-20' },
      Line: [line(await item('AC tune-up'), 129, 1), line(await item('Filter 16x25'), 37, 2)],
      TxnTaxDetail: { TotalTax: 13.7 },
    });
    ids = { 'customer:cus_88': customer, 'customer:cus_61': customer, [INVOICE]: String(posted['Id']) };
    for (const method of ['card', 'ach', 'check', 'cash'])
      ids[`payment-method:${method}`] = String((await rig.make('PaymentMethod', { Name: `Our ${method}` }))['Id']);
  });
  afterEach(() => rig.close());

  const bodyOf = ({ body }: MappedRecord): TextObject =>
    JSON.parse(
      body
        .replace(/\{"\$ref":"[^"]+","at":"CustomerRef.value"\}/g, JSON.stringify(ids['customer:cus_88']))
        .replace(/\{"\$ref":"([^"]+)"\}/g, (_all, ref: string) => JSON.stringify(ids[ref] ?? `no id of ${ref}`)),
    ) as TextObject;
  const found = <One extends object>(mapped: One | Hold): One => {
    if ('hold' in mapped) throw new Error(mapped.hold.code);
    return mapped as One;
  };
  const post = async (ref: string, mapped: Mapped): Promise<TextObject> => {
    if (isHold(mapped)) throw new Error(mapped.hold.code);
    const known = ids[ref];
    const current = known === undefined ? {} : await rig.get(mapped.resource, known);
    const again = known === undefined ? {} : { Id: known, SyncToken: current['SyncToken'], sparse: true };
    const answer = await rig.call('POST', mapped.how.path, { ...again, ...bodyOf(mapped) });
    if (answer.status !== 200) return { refused: codes(answer) };
    const record = answer.json[mapped.resource] as TextObject;
    ids[ref] = String(record['Id']);
    return record;
  };
  const paymentOf = (payment: Payment, options: PaymentOptions = {}): MappedPayment => {
    const [only] = found(toPayments(payment, ctx, { invoice, ...options })).payments;
    if (only === undefined) throw new Error('no part');
    return only;
  };
  const pay = async (payment: Payment): Promise<MappedPayment> => {
    const mapped = paymentOf(payment);
    await post(`payment:${payment.id}`, mapped);
    return mapped;
  };
  /** Debits less credits of one document, by account. */
  const postings = async (resource: string, ref: string): Promise<Record<string, string>> => {
    const { documents } = await rig.admin('GET', `postings?company=${company}&document=${resource}/${ids[ref] ?? ''}`);
    const lines = (at(documents, 0, 'lines') ?? []) as unknown as readonly { name: string; amount: string }[];
    const cents = new Map<string, number>();
    for (const { name, amount } of lines) cents.set(name, (cents.get(name) ?? 0) + Math.round(Number(amount) * 100));
    return Object.fromEntries([...cents].map(([name, sum]) => [name, (sum / 100).toFixed(2)]));
  };
  const open = async (): Promise<[unknown, unknown]> => [
    (await rig.get('Invoice', ids[INVOICE] ?? ''))['Balance'],
    (await rig.get('Customer', ids['customer:cus_88'] ?? ''))['Balance'],
  ];
  const RECEIVABLE = /Receivable/;
  const named = (sums: Record<string, string>) =>
    Object.fromEntries(Object.entries(sums).map(([name, sum]) => [RECEIVABLE.test(name) ? 'AR' : name, sum]));

  test('§8.1 by Stripe: Dr clearing, Cr receivables; the invoice is paid', async () => {
    await pay(PAY_500);
    expect(named(await postings('Payment', 'payment:pay_500'))).toEqual({ Clearing: '179.70', AR: '-179.70' });
    expect(await open()).toEqual(['0.00', '0.00']);
  });

  test('§8.3 a prepayment: the customer’s credit', async () => {
    await pay({ ...CHECK, customerId: 'cus_88' });
    expect((await rig.get('Payment', ids['payment:pay_7'] ?? ''))['UnappliedAmt']).toBe('100.00');
    expect(await open()).toEqual(['179.70', '79.70']);
  });

  test('§8.4 the line goes, the money is credit; then it comes again', async () => {
    const made = new Map([['payment:pay_500', (await pay(PAY_500)).basis]]);
    await post('payment:pay_500', paymentOf({ ...PAY_500, allocations: [] }, { made }));
    expect(await open()).toEqual(['179.70', '0.00']);
    await post('payment:pay_500', paymentOf(PAY_500, { made }));
    expect(await open()).toEqual(['0.00', '0.00']);
  });

  test.each([
    ['link', '0.00'],
    ['refuse', undefined],
  ] as const)(
    '§8.5 returned, QuickBooks would %s the line: both movements stand, the invoice is open again',
    async (payDebitEntry, unapplied) => {
      await rig.admin('POST', 'switches', { company, payDebitEntry });
      const made = new Map([['payment:pay_500', (await pay(PAY_500)).basis]]);
      const returned: Payment = { ...PAY_500, method: 'ach', voidedOn: '2026-12-03', voidReason: 'returned' };
      const lines = () => [
        { ref: returnRef('payment:pay_500'), type: 'JournalEntry' as const, amount: paymentOf(PAY_500).part.amount },
      ];
      const moved = paymentOf(returned, { made, lines });
      const [entry] = found(toReturns(returned, [moved], ctx, { invoice })).entries;
      if (entry === undefined) throw new Error('no entry');
      await post(entry.ref, entry);
      expect(named(await postings('JournalEntry', entry.ref))).toEqual({ AR: '179.70', Clearing: '-179.70' });
      const answer = await post('payment:pay_500', moved);
      expect(answer['UnappliedAmt']).toBe(unapplied);
      if (unapplied === undefined) {
        expect(answer['refused']).toEqual(['620']);
        await post('payment:pay_500', paymentOf(returned, { made, lines: () => [] }));
      }
      expect(await open()).toEqual(['179.70', '179.70']);
    },
  );

  const { processorRefundId: _stripes, ...offline } = RE_77;
  const receiptOf = (refunds: readonly Refund[]): Mapped => {
    const refund = refunds.at(-1) ?? RE_77;
    const shown = readPosted(posted);
    const share = shown === undefined ? undefined : shareOf(shown, refunds, refund.id);
    if (shown === undefined || share === undefined || 'left' in share) throw new Error('nothing left');
    const data = refundOf({ ...PAY_500, refunds: [...refunds] }, refund);
    return toRefundReceipt(data, { invoiceId: 'inv_1041', invoice: shown, share, place: refunds.length }, ctx);
  };

  test('§9 the sale shrinks: Dr income and tax, Cr the account that paid; the last takes what is left', async () => {
    await pay(PAY_500);
    const rest: Refund = { ...offline, id: 're_78', amount: '129.70' };
    expect(await post('refund:re_77', receiptOf([RE_77]))).toMatchObject({
      TotalAmt: '50.00',
      DocNumber: 'RAC-1041-R1',
    });
    expect(await post('refund:re_78', receiptOf([RE_77, rest]))).toMatchObject({ TotalAmt: '129.70' });
    const [first, last] = [
      await postings('RefundReceipt', 'refund:re_77'),
      await postings('RefundReceipt', 'refund:re_78'),
    ];
    const withTax = ({ 'Service revenue': income, Clearing, Till, ...taxes }: Record<string, string>) => ({
      ...{ income, paid: Clearing ?? Till },
      tax: Object.values(taxes)
        .reduce((sum, tax) => sum + Number(tax), 0)
        .toFixed(2),
    });
    expect(withTax(first)).toEqual({ income: '46.19', paid: '-50.00', tax: '3.81' });
    expect(withTax(last)).toEqual({ income: '119.81', paid: '-129.70', tax: '9.89' });
    expect(await open()).toEqual(['0.00', '0.00']);
  });

  test('§9 owed again: the entry, and the line that moves to it; failed later, both are taken back', async () => {
    const made = new Map([['payment:pay_500', (await pay(PAY_500)).basis]]);
    const refund: Refund = { ...RE_77, effect: 'reopen-invoice' };
    const data = refundOf({ ...PAY_500, refunds: [refund] }, refund);
    await post('refund:re_77', toRefundEntry(data, { $ref: INVOICE, at: 'CustomerRef.value' }, ctx));
    await post('payment:pay_500', paymentOf({ ...PAY_500, refunds: [refund] }, { made }));
    expect(named(await postings('JournalEntry', 'refund:re_77'))).toEqual({ AR: '50.00', Clearing: '-50.00' });
    expect(await open()).toEqual(['50.00', '50.00']);
    await post('payment:pay_500', paymentOf({ ...PAY_500, refunds: [{ ...refund, status: 'failed' }] }, { made }));
    const gone = toFailedRefund(data, 'JournalEntry', ctx);
    if (isHold(gone)) throw new Error(gone.hold.code);
    const { SyncToken } = await rig.get('JournalEntry', ids['refund:re_77'] ?? '');
    const answer = await rig.call('POST', `${gone.how.path}?operation=${gone.how.remove?.as ?? ''}`, {
      Id: ids['refund:re_77'],
      SyncToken,
    });
    expect(codes(answer)).toEqual([]);
    expect(await open()).toEqual(['0.00', '0.00']);
  });
});
