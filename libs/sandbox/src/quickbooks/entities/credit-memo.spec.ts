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

const sale = (amount: string, code = 'NON') => line(shop, { amount, code });
const body = (lines: string, more = '') => `{"CustomerRef":{"value":"${shop.customer}"},"Line":[${lines}]${more}}`;
const memoOf = (amount: string) => rig.make('CreditMemo', body(sale(amount)));
const link = (type: string, id: unknown, amount: string) =>
  `{"Amount":${amount},"LinkedTxn":[{"TxnId":"${String(id)}","TxnType":"${type}"}]}`;
const paying = (total: string, ...lines: string[]) =>
  `{"TotalAmt":${total},"CustomerRef":{"value":"${shop.customer}"},"Line":[${lines.join(',')}]}`;
const tryPay = (total: string, ...lines: string[]) => rig.call('POST', 'payment', paying(total, ...lines));
const get = (type: string, record: TextObject) => rig.get(type, String(record['Id']));

test('it takes income and tax back and credits the customer (quickbooks.md §9.7; postings.md §6.8)', async () => {
  const memo = await rig.make('CreditMemo', body(sale('100.00', 'TAX'), ',"TxnTaxDetail":{"TotalTax":8.25}'));
  expect(memo).toMatchObject({ TotalAmt: '108.25', Balance: '108.25', RemainingCredit: '108.25', LinkedTxn: [] });
  const posted = await shop.posted(`CreditMemo/${String(memo['Id'])}`);
  expect(posted).toMatchObject({ 'Accounts Receivable (A/R)': '-108.25', Services: '100.00' });
  await rig.make('CreditMemo', { Id: memo['Id'], SyncToken: '0' }, '?operation=delete');
});

test('a payment of 0.00 with two lines applies it: balances, credit, links and tokens move (quickbooks.md §9.6)', async () => {
  const invoice = await shop.invoice(sale('100.00'));
  const memo = await memoOf('60.00');
  const payment = await rig.make(
    'Payment',
    paying('0', link('Invoice', invoice['Id'], '60.00'), link('CreditMemo', memo['Id'], '60.00')),
  );
  const linked = [{ TxnId: payment['Id'], TxnType: 'Payment' }];
  expect(payment).toMatchObject({ TotalAmt: '0.00', UnappliedAmt: '0.00' });
  expect(await get('Invoice', invoice)).toMatchObject({ Balance: '40.00', SyncToken: '1', LinkedTxn: linked });
  expect(await get('CreditMemo', memo)).toMatchObject({ RemainingCredit: '0.00', SyncToken: '1', LinkedTxn: linked });
  expect(await shop.posted(`Payment/${String(payment['Id'])}`)).toEqual({});
});

test('a payment pays with a credit beside its money', async () => {
  const invoice = await shop.invoice(sale('100.00'));
  const memo = await memoOf('30.00');
  const payment = await rig.make(
    'Payment',
    paying('70.00', link('Invoice', invoice['Id'], '100.00'), link('CreditMemo', memo['Id'], '30.00')),
  );
  expect(payment).toMatchObject({ UnappliedAmt: '0.00' });
  expect(await get('Invoice', invoice)).toMatchObject({ Balance: '0.00' });
});

describe('refused (quickbooks.md §9.6, §9.7)', () => {
  test('more than is left of the credit, more credit than charges, charges above total and credits', async () => {
    const invoice = await shop.invoice(sale('100.00'));
    const memo = await memoOf('50.00');
    const charge = (amount: string) => link('Invoice', invoice['Id'], amount);
    const credit = (amount: string) => link('CreditMemo', memo['Id'], amount);
    expect(codes(await tryPay('0', charge('50.01'), credit('50.01')))).toEqual(['6000']);
    expect(codes(await tryPay('0', charge('40.00'), credit('50.00')))).toEqual(['6000']);
    expect(codes(await tryPay('0', charge('50.00'), credit('40.00')))).toEqual(['6000']);
    expect(codes(await tryPay('0', credit('50.00')))).toEqual(['6000']);
  });

  test('of another customer, a void by the API, a deletion while applied, a number in use by an invoice', async () => {
    const stranger = await rig.make('Customer', { DisplayName: 'Stranger' });
    const theirs = await rig.make('CreditMemo', {
      CustomerRef: { value: stranger['Id'] },
      Line: [JSON.parse(sale('10.00'))],
    });
    const invoice = await shop.invoice(sale('10.00'), '"DocNumber":"C-1"');
    const pair = [link('Invoice', invoice['Id'], '10.00'), link('CreditMemo', theirs['Id'], '10.00')];
    expect(codes(await tryPay('0', ...pair))).toEqual(['6000']);
    const memo = await memoOf('10.00');
    expect(codes(await rig.call('POST', 'creditmemo?operation=void', { Id: memo['Id'], SyncToken: '0' }))).toEqual([
      '500',
    ]);
    await rig.make('Payment', paying('0', pair[0] ?? '', link('CreditMemo', memo['Id'], '10.00')));
    expect(codes(await rig.call('POST', 'creditmemo?operation=delete', { Id: memo['Id'], SyncToken: '1' }))).toEqual([
      '6000',
    ]);
    await rig.admin('POST', 'switches', { company: 'us-auto', warnDuplicateNumbers: true });
    const again = await rig.call('POST', 'creditmemo', body(sale('1.00'), ',"DocNumber":"C-1"'));
    expect(at(again.json, 'Fault', 'Error', 0, 'Detail')).toContain(
      `DocNumber=C-1 is assigned to TxnType=Invoice with TxnId=${String(invoice['Id'])}`,
    );
    await rig.admin('POST', 'switches', { company: 'us-auto', warnDuplicateNumbers: false });
  });
});

test('lowered below what it paid, it takes its payment back on both sides; people void it', async () => {
  const invoice = await shop.invoice(sale('80.00'));
  const memo = await memoOf('80.00');
  await rig.make(
    'Payment',
    paying('0', link('Invoice', invoice['Id'], '80.00'), link('CreditMemo', memo['Id'], '80.00')),
  );
  const lowered = `{"Id":"${String(memo['Id'])}","SyncToken":"1","sparse":true,"Line":[${sale('50.00')}]}`;
  expect(await rig.make('CreditMemo', lowered)).toMatchObject({ TotalAmt: '50.00', RemainingCredit: '0.00' });
  expect(await get('Invoice', invoice)).toMatchObject({ Balance: '30.00' });
  await rig.admin('POST', 'human', { company: 'us-auto', do: 'void', entity: 'CreditMemo', id: memo['Id'] });
  expect(await get('CreditMemo', memo)).toMatchObject({ TotalAmt: '0.00', RemainingCredit: '0.00', LinkedTxn: [] });
  expect(await get('Invoice', invoice)).toMatchObject({ Balance: '80.00' });
});
