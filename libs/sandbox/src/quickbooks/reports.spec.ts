import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { line, openShop, type Shop } from './entities/spec-shop';
import { at, codes, type Rig } from './spec-rig';

let shop: Shop;
let rig: Rig;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  const invoiceOf = (amount: string, day: string) =>
    shop.invoice(line(shop, { amount, code: 'NON' }), `"TxnDate":"${day}","DueDate":"${day}","DocNumber":"${day}"`);
  await invoiceOf('30.00', '2025-12-31');
  const older = await invoiceOf('100.00', '2026-09-01');
  await invoiceOf('50.00', '2026-11-20');
  const pays = { Amount: 60, LinkedTxn: [{ TxnId: older['Id'], TxnType: 'Invoice' }] };
  const CustomerRef = { value: shop.customer };
  await rig.make('Payment', { TotalAmt: 70, CustomerRef, TxnDate: '2026-11-02', Line: [pays] });
});
afterAll(() => rig.close());

const report = async (name: string, query = '') => (await rig.call('GET', `reports/${name}${query}`)).json;
const rowsOf = (json: TextObject) => at(json, 'Rows', 'Row') as TextObject[];
const values = (row: TextObject | undefined) =>
  ((row?.['ColData'] ?? at(row, 'Summary', 'ColData')) as TextObject[]).map((cell) => cell['value']);

test('TrialBalance: debits equal credits; last year’s profit is in retained earnings', async () => {
  const json = await report('TrialBalance', '?end_date=2026-11-20');
  expect(json['Header']).toMatchObject({ ReportName: 'TrialBalance', EndPeriod: '2026-11-20', Currency: 'USD' });
  expect(json).not.toHaveProperty('time');
  expect(rowsOf(json).map(values)).toEqual([
    ['Accounts Receivable (A/R)', '110.00', ''],
    ['Retained Earnings', '', '30.00'],
    ['Services', '', '150.00'],
    ['Undeposited Funds', '70.00', ''],
    ['TOTAL', '180.00', '180.00'],
  ]);
  const earlier = await report('TrialBalance', '?end_date=2025-12-31');
  expect(values(rowsOf(earlier).at(-1))).toEqual(['TOTAL', '30.00', '30.00']);
});

test('CustomerBalance: what each owes on a day', async () => {
  const [dana] = rowsOf(await report('CustomerBalance'));
  expect(dana).toEqual({ ColData: [{ value: 'Dana Ruiz', id: shop.customer }, { value: '110.00' }] });
  const before = await report('CustomerBalance', '?report_date=2026-11-01');
  expect(values(rowsOf(before).at(-1))).toEqual(['TOTAL', '130.00']);
});

test('AgedReceivableDetail: every open document by days past due, credits too', async () => {
  const sections = rowsOf(await report('AgedReceivableDetail', '?report_date=2026-11-20'));
  const open = sections.flatMap((section) =>
    ((at(section, 'Rows', 'Row') ?? []) as TextObject[]).map((each) => [
      at(section, 'Header', 'ColData', 0, 'value'),
      ...values(each).slice(1, 3),
      ...values(each).slice(5),
    ]),
  );
  expect(open).toEqual([
    ['91 or more days past due', 'Invoice', '2025-12-31', '30.00', '30.00'],
    ['61 - 90 days past due', 'Invoice', '2026-09-01', '100.00', '40.00'],
    ['1 - 30 days past due', 'Payment', '', '-70.00', '-10.00'],
    ['Current', 'Invoice', '2026-11-20', '50.00', '50.00'],
  ]);
  const before = rowsOf(await report('AgedReceivableDetail', '?report_date=2026-10-31'));
  expect(values(before.at(-1)).at(-1)).toBe('130.00');
});

test('a report it does not know, and a day that is none, are refused', async () => {
  expect(codes(await rig.call('GET', 'reports/BalanceSheet'))).toEqual(['2000']);
  expect(codes(await rig.call('GET', 'reports/TrialBalance?end_date=tomorrow'))).toEqual(['2060']);
});
