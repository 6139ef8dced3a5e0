import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, codes, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
});
afterAll(() => rig.close());

const invoiceOf = async (amount: string, header = '') =>
  String((await shop.invoice(line(shop, { amount, code: 'NON' }), header))['Id']);
const applied = (amount: string, invoice: string) =>
  `{"Amount":${amount},"LinkedTxn":[{"TxnId":"${invoice}","TxnType":"Invoice"}]}`;
const body = (total: string, lines: string, more = '') =>
  `{"TotalAmt":${total},"CustomerRef":{"value":"${shop.customer}"},"Line":[${lines}]${more}}`;
const pay = async (text: string): Promise<TextObject> => rig.make('Payment', text);

describe('refused (quickbooks.md §9.6)', () => {
  test.each<[what: string, text: () => string, code: string]>([
    ['no total', () => `{"CustomerRef":{"value":"${shop.customer}"}}`, '6000'],
    ['no customer', () => '{"TotalAmt":1.00}', '2020'],
    ['a reference number of 22', () => body('1.00', '', `,"PaymentRefNum":"${'x'.repeat(22)}"`), '2050'],
    [
      'money into an income account',
      () => body('1.00', '', `,"DepositToAccountRef":{"value":"${shop.income}"}`),
      '6430',
    ],
    ['a method that is not there', () => body('1.00', '', ',"PaymentMethodRef":{"value":"99"}'), '2500'],
    ['an invoice that is not there', () => body('1.00', applied('1.00', '999')), '2500'],
    ['a line linked to nothing', () => body('1.00', '{"Amount":1.00,"LinkedTxn":[]}'), '6000'],
    ['a negative total', () => body('-1.00', ''), '2140'],
  ])('%s', async (_what, text, code) => {
    expect(codes(await rig.call('POST', 'payment', text()))).toEqual([code]);
  });

  test('lines above the total', async () => {
    const invoice = await invoiceOf('100.00');
    expect(codes(await rig.call('POST', 'payment', body('10.00', applied('10.01', invoice))))).toEqual(['6000']);
  });

  test('the invoice of another customer, unless that one is billed with its parent', async () => {
    const job = async (billWithParent: boolean) => {
      const made = await rig.make('Customer', {
        DisplayName: `Job ${String(billWithParent)}`,
        Job: true,
        ParentRef: { value: shop.customer },
        BillWithParent: billWithParent,
      });
      return invoiceOf('10.00', `"CustomerRef":{"value":"${String(made['Id'])}"}`);
    };
    expect(codes(await rig.call('POST', 'payment', body('10.00', applied('10.00', await job(false)))))).toEqual([
      '6000',
    ]);
    expect((await rig.call('POST', 'payment', body('10.00', applied('10.00', await job(true))))).status).toBe(200);
  });

  test('a voided invoice (620)', async () => {
    const invoice = await invoiceOf('10.00');
    await rig.call('POST', 'invoice?operation=void', { Id: invoice, SyncToken: '0' });
    expect(codes(await rig.call('POST', 'payment', body('10.00', applied('10.00', invoice))))).toEqual(['620']);
  });
});

test('it goes to Undeposited Funds unless named, and lowers the balance, links and bumps the invoice (quickbooks.md §9.1)', async () => {
  const invoice = await invoiceOf('100.00');
  const payment = await pay(body('60.00', applied('60.00', invoice)));
  expect(at(payment, 'DepositToAccountRef', 'name')).toBe('Undeposited Funds');
  expect(payment).toMatchObject({ TotalAmt: '60.00', UnappliedAmt: '0.00' });
  expect(await rig.get('Invoice', invoice)).toMatchObject({
    Balance: '40.00',
    SyncToken: '1',
    LinkedTxn: [{ TxnId: payment['Id'], TxnType: 'Payment' }],
  });
});

test('over-application is accepted: the excess stays unapplied (quickbooks.md §9.6)', async () => {
  const invoice = await invoiceOf('100.00');
  const payment = await pay(body('150.00', applied('150.00', invoice)));
  expect(payment).toMatchObject({ UnappliedAmt: '50.00', Line: [{ Amount: '100.00' }] });
  expect((await rig.get('Invoice', invoice))['Balance']).toBe('0.00');
});

test('a customer’s balance is what is owed less what is unapplied', async () => {
  const made = await rig.make('Customer', { DisplayName: 'Lee Cho' });
  const of = `"CustomerRef":{"value":"${String(made['Id'])}"}`;
  await invoiceOf('80.00', of);
  await pay(`{"TotalAmt":100.00,${of}}`);
  expect((await rig.get('Customer', String(made['Id'])))['Balance']).toBe('-20.00');
});

test('a sparse update with lines replaces the applications; [] takes all away', async () => {
  const [one, two] = [await invoiceOf('10.00'), await invoiceOf('10.00')];
  const payment = await pay(body('10.00', applied('10.00', one)));
  const moved = await pay(
    `{"Id":"${String(payment['Id'])}","SyncToken":"0","sparse":true,"Line":[${applied('10.00', two)}]}`,
  );
  expect(moved['SyncToken']).toBe('1');
  expect([(await rig.get('Invoice', one))['Balance'], (await rig.get('Invoice', two))['Balance']]).toEqual([
    '10.00',
    '0.00',
  ]);
  expect(await pay(`{"Id":"${String(payment['Id'])}","SyncToken":"1","sparse":true,"Line":[]}`)).toMatchObject({
    UnappliedAmt: '10.00',
    Line: [],
  });
  expect(await rig.get('Invoice', two)).toMatchObject({ Balance: '10.00', LinkedTxn: [], SyncToken: '2' });
});

test('an update that changes no application leaves the invoice alone', async () => {
  const invoice = await invoiceOf('10.00');
  const payment = await pay(body('10.00', applied('10.00', invoice)));
  await pay(`{"Id":"${String(payment['Id'])}","SyncToken":"0","sparse":true,"PaymentRefNum":"1042"}`);
  expect((await rig.get('Invoice', invoice))['SyncToken']).toBe('1');
});

test('a void by operation=update&include=void zeroes it and opens the invoice again (quickbooks.md §9.2)', async () => {
  const invoice = await invoiceOf('10.00');
  const payment = await pay(body('10.00', applied('10.00', invoice), ',"PrivateNote":"Run a Call pay_1"'));
  const voiding = (sparse: boolean) =>
    rig.call('POST', 'payment?operation=update&include=void', {
      Id: payment['Id'],
      SyncToken: '0',
      ...(sparse ? { sparse } : {}),
    });
  expect(codes(await voiding(false))).toEqual(['2020']);
  expect(at((await voiding(true)).json, 'Payment')).toMatchObject({
    TotalAmt: '0.00',
    UnappliedAmt: '0.00',
    Line: [],
    PrivateNote: 'Voided - Run a Call pay_1',
    SyncToken: '1',
  });
  expect(await rig.get('Invoice', invoice)).toMatchObject({ Balance: '10.00', SyncToken: '2', LinkedTxn: [] });
});

test('a deletion opens the invoice again', async () => {
  const invoice = await invoiceOf('10.00');
  const payment = await pay(body('10.00', applied('10.00', invoice)));
  await rig.call('POST', 'payment?operation=delete', { Id: payment['Id'], SyncToken: '0' });
  expect(await rig.get('Invoice', invoice)).toMatchObject({ Balance: '10.00', SyncToken: '2' });
});
