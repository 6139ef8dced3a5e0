import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { ExpectedLine } from '@qbo-sync/contracts/internal/expected';
import type { Check, Expectation, Finding } from './check';
import { customerCheck } from './customer-check';
import { depositCheck } from './deposit-check';
import { incomeCheck } from './income-check';
import { taxCheck } from './tax-check';

const INCOME = { id: '79', name: 'Service revenue' };
const EQUIPMENT = { id: '82', name: 'Equipment' };
const UNDEPOSITED = { id: '4', name: 'Undeposited Funds' };
const CODE = { id: '5', name: 'Austin' };

const line = (change: Partial<ExpectedLine> = {}): ExpectedLine => ({
  name: 'AC tune-up',
  amount: '129.00',
  account: INCOME,
  setting: 'items.defaultIncomeAccount',
  ...change,
});
/** RAC-1041 of postings.md §6.1 as it should be, paid by pay_500. */
const expectation = (change: Partial<Expectation['invoice']> = {}, rest: Partial<Expectation> = {}): Expectation => ({
  invoice: {
    ...{ id: 'inv_1041', number: 'RAC-1041', customerId: 'cus_88', currency: 'USD', issuedOn: '2026-11-20' },
    ...{ balance: '0.00', voided: false, quickbooksId: '238' },
    lines: [line(), line({ name: 'Filter', amount: '37.00', account: EQUIPMENT, setting: 'items.categoryAccounts' })],
    extras: [],
    tax: { taxTotal: '13.70', total: '179.70', unmapped: [] },
    ...change,
  },
  customer: { id: 'cus_88', name: 'Dana Ruiz', quickbooksId: '58', parent: null },
  items: new Map(),
  payments: [
    {
      ...{ ref: 'payment:pay_500', invoiceId: 'inv_1041', quickbooksId: '154', amount: '179.70' },
      ...{ account: UNDEPOSITED, setting: 'payments.undepositedAccount' },
    },
  ],
  ...rest,
});

const record = (text: string): TextObject => readNumbersAsText(text) as TextObject;
const posted = (amount: string, account: string, code = 'TAX', item = '11'): string =>
  `{"Amount":${amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"${item}"},` +
  `${account === '' ? '' : `"ItemAccountRef":{"value":"${account}"},`}"TaxCodeRef":{"value":"${code}"}}}`;
const LINES = [posted('129.00', '79'), posted('37.00', '82')];
const discount = (amount: string, account: string): string =>
  `{"Amount":${amount},"DetailType":"DiscountLineDetail","DiscountLineDetail":{"DiscountAccountRef":{"value":"${account}"}}}`;
const invoice = (lines: readonly string[] = LINES, change = ''): TextObject =>
  record(
    `{"Id":"238","CustomerRef":{"value":"58","name":"Dana Ruiz"},"TotalAmt":179.70,"Balance":0,"Line":[${lines.join(',')},` +
      `{"Amount":166.00,"DetailType":"SubTotalLineDetail"}],"TxnTaxDetail":{"TotalTax":13.7}${change}}`,
  );
const payment = (change = '', amount = '179.70'): TextObject =>
  record(
    `{"Id":"154"${change},"Line":[{"Amount":${amount},"LinkedTxn":[{"TxnId":"238","TxnType":"Invoice"}]},` +
      `{"Amount":5,"LinkedTxn":[{"TxnId":"777","TxnType":"Invoice"}]}]}`,
  );
const customer = (change = ''): TextObject => record(`{"Id":"58","DisplayName":"Dana Ruiz","Active":true${change}}`);
const finding = (change: Partial<Finding> = {}): Finding => ({
  invoice: invoice(),
  customer: customer(),
  namesakes: ['58'],
  itemAccounts: new Map([['12', '82']]),
  payments: new Map([['154', payment()]]),
  undepositedId: '4',
  accountName: (id) =>
    ({ '79': 'Service revenue', '80': 'Sales', '82': 'Equipment', '4': 'Undeposited Funds' })[id] ?? id,
  codeName: (id) => ({ '5': 'Austin', '6': 'To classify 8.25%' })[id] ?? id,
  ...change,
});
const short = ({ state, found, expected, setting }: Check): readonly (string | null)[] => [
  state,
  found,
  expected,
  setting,
];
const UNDER = {
  id: 'cus_88',
  name: 'Dana Ruiz',
  quickbooksId: '58',
  parent: { name: 'Ruiz Homes', quickbooksId: '57' },
};

describe('§13 the customer is in the right list', () => {
  it.each<[string, Expectation, Finding, readonly (string | null)[]]>([
    ['as it should be', expectation(), finding(), ['passed', 'Dana Ruiz', 'Dana Ruiz', null]],
    [
      'under its parent',
      expectation({}, { customer: UNDER }),
      finding({ customer: customer(',"ParentRef":{"value":"57"},"FullyQualifiedName":"Ruiz Homes:Dana Ruiz"') }),
      ['passed', 'Ruiz Homes:Dana Ruiz', 'Ruiz Homes:Dana Ruiz', null],
    ],
    [
      'under another parent',
      expectation({}, { customer: UNDER }),
      finding({ customer: customer(',"ParentRef":{"value":"99"},"FullyQualifiedName":"Acme:Dana Ruiz"') }),
      ['failed', 'Acme:Dana Ruiz', 'Ruiz Homes:Dana Ruiz', 'customers.push'],
    ],
    [
      'without the parent, which is not in QuickBooks',
      expectation({}, { customer: { ...UNDER, parent: { name: 'Ruiz Homes', quickbooksId: null } } }),
      finding(),
      ['failed', 'Dana Ruiz', 'Ruiz Homes:Dana Ruiz', 'customers.push'],
    ],
    [
      'under a parent it should not have',
      expectation(),
      finding({ customer: customer(',"ParentRef":{"value":"57"},"FullyQualifiedName":"Ruiz Homes:Dana Ruiz"') }),
      ['failed', 'Ruiz Homes:Dana Ruiz', 'Dana Ruiz', 'customers.push'],
    ],
    [
      'made under another name, beside somebody of its own',
      expectation(),
      finding({ customer: record('{"Id":"58","DisplayName":"Dana Ruiz (0101)"}'), namesakes: ['61'] }),
      ['failed', 'Dana Ruiz (0101); Dana Ruiz is in the list as #61', 'Dana Ruiz; Dana Ruiz, once', 'customers.push'],
    ],
    [
      'twice',
      expectation(),
      finding({ namesakes: ['58', '61'] }),
      ['failed', 'Dana Ruiz is in the list 2 times', 'Dana Ruiz, once', 'customers.push'],
    ],
    [
      'another than ours',
      expectation({}, { customer: { ...UNDER, parent: null, quickbooksId: '60' } }),
      finding(),
      ['failed', 'Dana Ruiz (#58)', 'Dana Ruiz (#60)', 'customers.push'],
    ],
    [
      'inactive',
      expectation(),
      finding({ customer: record('{"Id":"58","DisplayName":"Dana Ruiz","Active":false}') }),
      ['failed', 'Dana Ruiz is inactive', 'an active customer', 'customers.push'],
    ],
    [
      'not there at all',
      expectation(),
      finding({ customer: undefined }),
      ['failed', 'Dana Ruiz', 'Dana Ruiz', 'customers.push'],
    ],
  ])('%s', (_name, wanted, found, says) => expect(short(customerCheck(wanted, found))).toEqual(says));
});

describe('§13 every line posted to its account', () => {
  const both = 'line 1 (AC tune-up): Service revenue; line 2 (Filter): Equipment';
  const off = (name: string, amount: string, account: ExpectedLine['account']): ExpectedLine =>
    line({ name, amount, account, setting: 'invoices.discountsAccount' });
  it.each<[string, Expectation, Finding, readonly (string | null)[]]>([
    ['as it should be', expectation(), finding(), ['passed', both, both, null]],
    [
      'by its item, where QuickBooks does not say',
      expectation(),
      finding({ invoice: invoice([posted('129', '79'), posted('37', '', 'TAX', '12')]) }),
      ['passed', both, both, null],
    ],
    [
      'of an item that is on another account',
      expectation(),
      finding({ invoice: invoice([posted('129.00', '80'), posted('37.00', '82')]) }),
      ['failed', 'line 1 (AC tune-up): Sales', 'line 1 (AC tune-up): Service revenue', 'items.defaultIncomeAccount'],
    ],
    [
      'of a category that has an account of its own',
      expectation(),
      finding({ invoice: invoice([posted('129.00', '79'), posted('37.00', '79')]) }),
      ['failed', 'line 2 (Filter): Service revenue', 'line 2 (Filter): Equipment', 'items.categoryAccounts'],
    ],
    [
      'by the category of its item, where the line does not say one',
      expectation(
        { lines: [line({ itemId: 'itm_1' }), line({ name: 'Filter', amount: '37', account: EQUIPMENT })] },
        { items: new Map([['itm_1', { id: 'itm_1', account: EQUIPMENT, setting: 'items.categoryAccounts' }]]) },
      ),
      finding(),
      ['failed', 'line 1 (AC tune-up): Service revenue', 'line 1 (AC tune-up): Equipment', 'items.categoryAccounts'],
    ],
    [
      'when no account is chosen',
      expectation({ lines: [line({ account: null })] }),
      finding({ invoice: invoice([posted('129.00', '79')]) }),
      [
        'failed',
        'line 1 (AC tune-up): Service revenue',
        'line 1 (AC tune-up): no account chosen',
        'items.defaultIncomeAccount',
      ],
    ],
    [
      'when one is missing',
      expectation(),
      finding({ invoice: invoice([posted('129.00', '79')]) }),
      ['failed', 'line 2 (Filter): not there', 'line 2 (Filter): Equipment', 'items.categoryAccounts'],
    ],
    [
      'when one has another amount',
      expectation(),
      finding({ invoice: invoice([posted('128.00', '79'), posted('37.00', '82')]) }),
      [
        'failed',
        'line 1 (AC tune-up): Service revenue, 128.00',
        'line 1 (AC tune-up): Service revenue, 129.00',
        'items.defaultIncomeAccount',
      ],
    ],
    [
      'with a discount in two lines',
      expectation({ extras: [off('Discount', '-16.60', { id: '86', name: 'Discounts given' })] }),
      finding({ invoice: invoice([...LINES, posted('-10.00', '86'), posted('-6.60', '86')]) }),
      ['passed', `${both}; Discount: -16.60 on Discounts given`, `${both}; Discount: -16.60 on Discounts given`, null],
    ],
    [
      'with a discount on another account',
      expectation({ extras: [off('Discount', '-16.60', { id: '86', name: 'Discounts given' })] }),
      finding({ invoice: invoice([...LINES, discount('16.60', '80')]) }),
      [
        'failed',
        'Discount: 0.00 on Discounts given; -16.60 on Sales',
        'Discount: -16.60 on Discounts given; no such line',
        'invoices.discountsAccount',
      ],
    ],
    [
      'with a rounding line, which the tax shows',
      expectation(),
      finding({ invoice: invoice([...LINES, posted('0.02', '79', 'NON')]) }),
      ['passed', both, both, null],
    ],
  ])('%s', (_name, wanted, found, says) => expect(short(incomeCheck(wanted, found))).toEqual(says));
});

describe('§13 tax and total match to the cent', () => {
  const right = 'tax 13.7; total 179.70';
  const tax = (change: object) => ({ tax: { taxTotal: '13.70', total: '179.70', unmapped: [], ...change } });
  const header = (code: string): string => `,"TxnTaxDetail":{"TotalTax":13.70,"TxnTaxCodeRef":{"value":"${code}"}}`;
  it.each<[string, Expectation, Finding, readonly (string | null)[]]>([
    ['as it should be', expectation(), finding(), ['passed', right, 'tax 13.70; total 179.70', null]],
    [
      'not, by one cent',
      expectation(tax({ taxTotal: '13.71' })),
      finding(),
      ['failed', 'tax 13.7', 'tax 13.71', 'tax.rates'],
    ],
    [
      'under the code its rate maps to',
      expectation(tax({ code: CODE })),
      finding({ invoice: invoice(LINES, header('5')) }),
      ['passed', 'tax 13.70; total 179.70; code Austin', 'tax 13.70; total 179.70; code Austin', null],
    ],
    [
      'under another code',
      expectation(tax({ code: CODE })),
      finding({ invoice: invoice(LINES, header('6')) }),
      ['failed', 'code To classify 8.25%', 'code Austin', 'tax.rates'],
    ],
    [
      'by the fallback',
      expectation(tax({ code: null, unmapped: ['Travis County'] })),
      finding({ invoice: invoice(LINES, header('6')) }),
      ['failed', 'Travis County: fallback To classify 8.25%', 'Travis County: a confirmed code', 'tax.rates'],
    ],
    [
      'line by line outside the US',
      expectation({
        lines: [line({ taxCode: CODE, taxed: true }), line({ name: 'Filter', taxCode: CODE, taxed: true })],
      }),
      finding({ invoice: invoice([posted('129.00', '79', '5'), posted('37.00', '82', '6')]) }),
      ['failed', 'line 2 (Filter) To classify 8.25%', 'line 2 (Filter) Austin', 'tax.rates'],
    ],
    [
      'on an untaxed line under another code than the one for them',
      expectation({ lines: [line({ taxCode: { id: '10', name: 'No VAT' }, taxed: false })] }),
      finding({ invoice: invoice([posted('129.00', '79', '5')]) }),
      ['failed', 'line 1 (AC tune-up) Austin', 'line 1 (AC tune-up) No VAT', 'tax.untaxedCode'],
    ],
  ])('%s', (_name, wanted, found, says) => expect(short(taxCheck(wanted, found))).toEqual(says));
});

describe('§13 the payment sits in the right account', () => {
  const clearing = { id: '91', name: 'Stripe clearing' };
  const inClearing = expectation(
    {},
    {
      payments: expectation().payments.map((one) => ({
        ...one,
        account: clearing,
        setting: 'payments.clearingAccount' as const,
      })),
    },
  );
  it.each<[string, Expectation, Finding, readonly (string | null)[]]>([
    [
      'as it should be: no account is QuickBooks’ own Undeposited Funds',
      expectation(),
      finding(),
      [
        'passed',
        'Undeposited Funds; 179.70 applied; balance 0',
        'Undeposited Funds; 179.70 applied; balance 0.00',
        null,
      ],
    ],
    [
      'not: in another account',
      inClearing,
      finding(),
      ['failed', 'Undeposited Funds', 'Stripe clearing', 'payments.clearingAccount'],
    ],
    [
      'not: no account is chosen any more',
      expectation({}, { payments: expectation().payments.map((one) => ({ ...one, account: null })) }),
      finding(),
      ['failed', 'Undeposited Funds', 'no account chosen', 'payments.undepositedAccount'],
    ],
    [
      'not: applied to less',
      expectation(),
      finding({ payments: new Map([['154', payment('', '100.00')]]) }),
      ['failed', '100.00 applied', '179.70 applied', 'payments.push'],
    ],
    [
      'not: the balance disagrees',
      expectation(),
      finding({ invoice: record('{"Id":"238","Balance":5.00,"Line":[]}') }),
      ['failed', 'balance 5.00', 'balance 0.00', 'payments.push'],
    ],
    [
      'not: it is gone',
      expectation(),
      finding({ payments: new Map() }),
      ['failed', 'payment:pay_500 is not there', 'Undeposited Funds', 'payments.undepositedAccount'],
    ],
    [
      'once it is paid',
      expectation({ balance: '79.70' }),
      finding(),
      ['waiting', 'not paid yet', 'Undeposited Funds', null],
    ],
    ['once there is one', expectation({}, { payments: [] }), finding(), ['waiting', 'not paid yet', null, null]],
    [
      'once it is in QuickBooks',
      expectation({}, { payments: expectation().payments.map((one) => ({ ...one, quickbooksId: null })) }),
      finding(),
      ['waiting', 'a payment is not in QuickBooks yet', 'Undeposited Funds', null],
    ],
  ])('%s', (_name, wanted, found, says) => expect(short(depositCheck(wanted, found))).toEqual(says));
});
