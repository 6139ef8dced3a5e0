import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
beforeEach(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
});
afterEach(() => rig.close());

const sale = (amount: string) => line(shop, { amount, code: 'NON' });
const invoiceOf = (amount: string, day: string) => shop.invoice(sale(amount), `"TxnDate":"${day}"`);
const payment = (amount: string) =>
  rig.make('Payment', `{"TotalAmt":${amount},"CustomerRef":{"value":"${shop.customer}"}}`);
const memo = (amount: string) =>
  rig.make('CreditMemo', `{"CustomerRef":{"value":"${shop.customer}"},"Line":[${sale(amount)}]}`);
const turnOn = (preference: string) =>
  rig.admin('POST', 'preferences', { company: 'us-auto', SalesFormsPrefs: { [preference]: true } });
const balance = async (invoice: TextObject) => (await rig.get('Invoice', String(invoice['Id'])))['Balance'];
const linesOf = (record: TextObject) =>
  ((record['Line'] ?? []) as TextObject[]).map((each) => [at(each, 'LinkedTxn', 0, 'TxnId'), each['Amount']]);

test('off, nothing is applied unasked', async () => {
  const invoice = await invoiceOf('50.00', '2026-11-10');
  expect(await payment('80.00')).toMatchObject({ UnappliedAmt: '80.00', Line: [] });
  expect(await balance(invoice)).toBe('50.00');
});

test('AutoApplyPayments: a prepayment goes to the oldest open invoices; set again, it stays where it was put', async () => {
  await turnOn('AutoApplyPayments');
  const newer = await invoiceOf('50.00', '2026-11-10');
  const older = await invoiceOf('20.00', '2026-11-02');
  const paid = await payment('60.00');
  expect(linesOf(paid)).toEqual([
    [older['Id'], '20.00'],
    [newer['Id'], '40.00'],
  ]);
  expect([await balance(older), await balance(newer), paid['UnappliedAmt']]).toEqual(['0.00', '10.00', '0.00']);
  const { Id, SyncToken } = paid;
  expect(linesOf(await rig.make('Payment', { Id, SyncToken, sparse: true, Line: [] }))).toEqual([]);
  expect([await balance(older), await balance(newer)]).toEqual(['20.00', '50.00']);
});

test('AutoApplyPayments: a new invoice takes what payments left, but none that is on a deposit', async () => {
  const [first, second] = [await payment('30.00'), await payment('40.00')];
  const bank = await rig.idOf('Account', 'Name', 'Checking');
  await rig.make('Deposit', {
    DepositToAccountRef: { value: bank },
    Line: [{ Amount: 30, LinkedTxn: [{ TxnId: first['Id'], TxnType: 'Payment', TxnLineId: '0' }] }],
  });
  await turnOn('AutoApplyPayments');
  const invoice = await invoiceOf('100.00', '2026-11-10');
  expect(invoice).toMatchObject({ Balance: '60.00', LinkedTxn: [{ TxnId: second['Id'], TxnType: 'Payment' }] });
  expect(await rig.get('Payment', String(first['Id']))).toMatchObject({ UnappliedAmt: '30.00' });
});

test('AutoApplyCredit: credit memos are spent by payments of 0.00 that QuickBooks makes, before and after the invoice', async () => {
  await turnOn('AutoApplyCredit');
  const invoice = await invoiceOf('50.00', '2026-11-10');
  const credit = await memo('80.00');
  expect(credit).toMatchObject({ RemainingCredit: '30.00' });
  expect(await balance(invoice)).toBe('0.00');
  expect(await invoiceOf('100.00', '2026-11-11')).toMatchObject({ Balance: '70.00' });
  const made = await rig.rows(`select * from Payment where CustomerRef = '${shop.customer}'`);
  expect(made.map((each) => [each['TotalAmt'], each['UnappliedAmt']])).toEqual([
    ['0.00', '0.00'],
    ['0.00', '0.00'],
  ]);
  expect((await rig.get('Customer', shop.customer))['Balance']).toBe('70.00');
});
