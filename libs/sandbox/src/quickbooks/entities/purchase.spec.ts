import { codes, type Rig } from '../spec-rig';
import { openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
let bank: string;
let fees: string;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  bank = await rig.idOf('Account', 'Name', 'Checking');
  fees = await shop.account('Stripe fees', 'Expense');
});
afterAll(() => rig.close());

const spent = (Amount: number, account = fees) => ({
  Amount,
  DetailType: 'AccountBasedExpenseLineDetail',
  AccountBasedExpenseLineDetail: { AccountRef: { value: account } },
});
const body = (Line: object[], more: object = {}) => ({
  PaymentType: 'Cash',
  AccountRef: { value: bank },
  Line,
  ...more,
});

test('money spent: Cr the bank, Dr what it was for; a card’s credit the other way round', async () => {
  const purchase = await rig.make('Purchase', body([spent(8.71), spent(4.5)]));
  expect(purchase).toMatchObject({ TotalAmt: '13.21', PaymentType: 'Cash', Credit: false });
  expect((await shop.posted(`Purchase/${String(purchase['Id'])}`))['Checking']).toBe('-13.21');
  const card = await shop.account('Visa', 'Credit Card');
  const back = { PaymentType: 'CreditCard', AccountRef: { value: card }, Credit: true };
  const credit = await rig.make('Purchase', body([spent(5)], back));
  expect(await shop.posted(`Purchase/${String(credit['Id'])}`)).toEqual({ Visa: '5.00', 'Stripe fees': '-5.00' });
});

test.each<[what: string, wanted: () => object, code: string]>([
  ['no kind of payment', () => body([spent(1)], { PaymentType: null }), '2020'],
  ['cash out of what is no bank', () => body([spent(1)], { AccountRef: { value: fees } }), '6430'],
  ['a card that is a bank', () => body([spent(1)], { PaymentType: 'CreditCard' }), '6430'],
  ['no line', () => body([]), '2250'],
  ['a line without account', () => body([{ Amount: 1, DetailType: 'AccountBasedExpenseLineDetail' }]), '6440'],
])('refused: %s (quickbooks.md §9.1, §14.17)', async (_what, wanted, code) => {
  expect(codes(await rig.call('POST', 'purchase', wanted()))).toEqual([code]);
});

test('a sparse update still says the kind of payment; the API never voids, people do (quickbooks.md §9.1, §9.2)', async () => {
  const { Id } = await rig.make('Purchase', body([spent(3)]));
  const sparse = { Id, SyncToken: '0', sparse: true };
  expect(codes(await rig.call('POST', 'purchase', { ...sparse, PrivateNote: 'x' }))).toEqual(['2020']);
  await rig.make('Purchase', { ...sparse, PaymentType: 'Cash', PrivateNote: 'x' });
  expect(codes(await rig.call('POST', 'purchase?operation=void', { Id, SyncToken: '1' }))).toEqual(['500']);
  await rig.admin('POST', 'human', { company: 'us-auto', do: 'void', entity: 'Purchase', id: Id });
  expect(await rig.get('Purchase', String(Id))).toMatchObject({ TotalAmt: '0.00', PrivateNote: 'Voided - x' });
  expect(await shop.posted(`Purchase/${String(Id)}`)).toEqual({});
});
