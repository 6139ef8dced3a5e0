import { codes, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
let clearing: string;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  clearing = await shop.account('Stripe clearing', 'Other Current Asset');
});
afterAll(() => rig.close());

const sale = (amount: string, code = 'TAX') => line(shop, { amount, code });
const from = () => `,"DepositToAccountRef":{"value":"${clearing}"}`;
const customer = () => `"CustomerRef":{"value":"${shop.customer}"},`;
const body = (lines: string, more: string, who = customer()) => `{${who}"Line":[${lines}]${more}}`;

test('it takes back sale and tax out of the account it was paid from (postings.md §9)', async () => {
  const refund = await rig.make(
    'RefundReceipt',
    body(
      `${sale('35.89')},${sale('10.30')}`,
      `${from()},"TxnTaxDetail":{"TotalTax":3.81},"DocNumber":"RAC-1041-R1","PaymentRefNum":"re_77"`,
    ),
  );
  expect(refund).toMatchObject({
    TotalAmt: '50.00',
    DocNumber: 'RAC-1041-R1',
    PaymentRefNum: 're_77',
    Balance: '0.00',
  });
  expect(refund['DepositToAccountRef']).toEqual({ value: clearing, name: 'Stripe clearing' });
  const posted = await shop.posted(`RefundReceipt/${String(refund['Id'])}`);
  expect(posted).toMatchObject({ 'Stripe clearing': '-50.00', Services: '10.30' });
  expect((await rig.get('Customer', shop.customer))['Balance']).toBe('0.00');
  expect(await rig.rows(`select * from RefundReceipt where DocNumber = 'RAC-1041-R1'`)).toHaveLength(1);
});

test('the customer is optional (quickbooks.md §9.7)', async () => {
  const refund = await rig.make('RefundReceipt', body(sale('5.00', 'NON'), from(), ''));
  expect(refund).not.toHaveProperty('CustomerRef');
});

test('tax by mode: a US manual company works out the rates of its code', async () => {
  await rig.admin('POST', 'preferences', { company: 'us-auto', TaxPrefs: { PartnerTaxEnabled: null } });
  const taxed = body(sale('100.00'), `${from()},"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"1"}}`);
  expect((await rig.make('RefundReceipt', taxed))['TotalAmt']).toBe('108.25');
  const wanted = body(sale('100.00'), `${from()},"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"1"},"TotalTax":8.00}`);
  expect((await rig.make('RefundReceipt', wanted))['TotalAmt']).toBe('108.25');
  await rig.admin('POST', 'switches', { company: 'us-auto', manualTotalTax: 'honour' });
  expect((await rig.make('RefundReceipt', wanted))['TotalAmt']).toBe('108.00');
  await rig.admin('POST', 'preferences', { company: 'us-auto', TaxPrefs: { PartnerTaxEnabled: true } });
});

test.each<[what: string, text: () => string, code: string]>([
  ['no account to pay from', () => body(sale('1.00'), ''), '2020'],
  ['out of an income account', () => body(sale('1.00'), `,"DepositToAccountRef":{"value":"${shop.income}"}`), '6430'],
  ['no line', () => body('', from()), '2250'],
  ['a reference of 101', () => body(sale('1.00'), `${from()},"PaymentRefNum":"${'x'.repeat(101)}"`), '2050'],
  ['below zero', () => body(`${sale('1.00')},${sale('-2.00')}`, from()), '2290'],
])('refused: %s (quickbooks.md §9.7)', async (_what, text, code) => {
  expect(codes(await rig.call('POST', 'refundreceipt', text()))).toEqual([code]);
});

test('the API deletes it and cannot void it; people can (quickbooks.md §9.2, §9.7)', async () => {
  const { Id } = await rig.make('RefundReceipt', body(sale('5.00', 'NON'), from()));
  expect(codes(await rig.call('POST', 'refundreceipt?operation=void', { Id, SyncToken: '0' }))).toEqual(['500']);
  await rig.admin('POST', 'human', { company: 'us-auto', do: 'void', entity: 'RefundReceipt', id: Id });
  expect(await rig.get('RefundReceipt', String(Id))).toMatchObject({ TotalAmt: '0.00', SyncToken: '1' });
  await rig.make('RefundReceipt', { Id, SyncToken: '1' }, '?operation=delete');
  expect(codes(await rig.call('GET', `refundreceipt/${String(Id)}`))).toEqual(['610']);
  expect(await shop.posted(`RefundReceipt/${String(Id)}`)).toEqual({});
});

test('outside the US tax comes off by the code of each line (postings.md §6.4, §9)', async () => {
  const gb = await openShop('uk-vat');
  try {
    const code = await gb.rig.idOf('TaxCode', 'Name', '20.0% S');
    const bank = await gb.rig.idOf('Account', 'AccountType', 'Bank');
    const lines = `"Line":[${line(gb, { amount: '50.00', code })}],"GlobalTaxCalculation":"TaxExcluded"`;
    const head = `"DepositToAccountRef":{"value":"${bank}"}`;
    const refund = await gb.rig.make('RefundReceipt', `{${head},${lines}}`);
    expect(refund['TotalAmt']).toBe('60.00');
    expect(await gb.posted(`RefundReceipt/${String(refund['Id'])}`)).toMatchObject({ Sales: '50.00' });
    expect(codes(await gb.rig.call('POST', 'refundreceipt', `{${head},${lines.split(',"Global')[0] ?? ''}}`))).toEqual([
      '2020',
    ]);
  } finally {
    await gb.rig.close();
  }
});
