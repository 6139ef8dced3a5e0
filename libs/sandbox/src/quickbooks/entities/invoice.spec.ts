import { at, codes, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
});
afterAll(() => rig.close());

const sale = (amount: string, more = '') => line(shop, { amount, code: 'NON', more });

describe('lines (quickbooks.md §9.5)', () => {
  const refused: [what: string, lines: () => string, code: string, section: string][] = [
    ['no line', () => '', '2250', '§10'],
    ['quantity × price that is not the amount', () => sale('10.00', ',"Qty":3,"UnitPrice":3.34'), '6070', '§9.5'],
    ['a price that is not the amount', () => sale('10.00', ',"UnitPrice":9.99'), '6070', '§9.5'],
    ['an amount of three decimals', () => sale('10.005'), '2090', '§10'],
    ['an unknown kind of line', () => '{"Amount":1,"DetailType":"Mystery"}', '2170', '§10'],
    [
      'an item that is not there',
      () => sale('1.00').replace(/"ItemRef":\{"value":"\d+"\}/, '"ItemRef":{"value":"999"}'),
      '2500',
      '§10',
    ],
    ['a line tax code that is neither TAX nor NON', () => line(shop, { amount: '1.00', code: '1' }), '6100', '§9.9'],
    ['a total below zero', () => `${sale('10.00')},${sale('-10.01')}`, '2290', '§14.16'],
    [
      'a discount without amount or percent',
      () => `${sale('10.00')},{"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false}}`,
      '6090',
      '§9.5',
    ],
    [
      'a discount on a bank account',
      () =>
        `${sale('10.00')},{"Amount":1.00,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false,"DiscountAccountRef":{"value":"1"}}}`,
      '6430',
      '§14.8',
    ],
    [
      'a text of 4001',
      () => sale('1.00').replace('"Amount"', `"Description":"${'x'.repeat(4001)}","Amount"`),
      '2050',
      '§9.5',
    ],
  ];
  test.each(refused)('%s is refused', async (_what, lines, code, _section) => {
    expect(codes(await shop.tryInvoice(lines()))).toEqual([code]);
  });

  test('a sub-total without Id comes last, lines get Ids and the item’s account', async () => {
    const invoice = await shop.invoice(
      `${sale('129.00', ',"Qty":1,"UnitPrice":129.00')},${sale('37.00', ',"Qty":2,"UnitPrice":18.50')}`,
    );
    const lines = invoice['Line'] as object[];
    expect(lines).toHaveLength(3);
    expect(lines[2]).toEqual({ Amount: '166.00', DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} });
    expect(at(invoice, 'Line', 1)).toMatchObject({
      Id: '2',
      LineNum: '2',
      SalesItemLineDetail: { ItemAccountRef: { value: shop.income, name: 'Services' } },
    });
  });

  test('a line without an item loses its amount (quickbooks.md §14.7)', async () => {
    const invoice = await shop.invoice(
      `${sale('10.00')},{"Amount":99.00,"DetailType":"SalesItemLineDetail","Description":"lost","SalesItemLineDetail":{"TaxCodeRef":{"value":"NON"}}}`,
    );
    expect(invoice['TotalAmt']).toBe('10.00');
    expect(at(invoice, 'Line', 1)).toEqual({
      Id: '2',
      LineNum: '2',
      Description: 'lost',
      DetailType: 'DescriptionOnly',
      DescriptionLineDetail: {},
    });
  });

  test('negative lines pass while the total is not negative, unless the switch says otherwise (quickbooks.md §14.16)', async () => {
    expect((await shop.invoice(`${sale('10.00')},${sale('-10.00')}`))['TotalAmt']).toBe('0.00');
    await rig.admin('POST', 'switches', { company: 'us-auto', refuseNegativeLines: true });
    expect(codes(await shop.tryInvoice(`${sale('10.00')},${sale('-1.00')}`))).toEqual(['2290']);
    await rig.admin('POST', 'switches', { company: 'us-auto', refuseNegativeLines: false });
  });

  test('with discounts turned off a discount line is refused (postings.md §2)', async () => {
    const allow = (AllowDiscount: boolean) =>
      rig.admin('POST', 'preferences', { company: 'us-auto', SalesFormsPrefs: { AllowDiscount } });
    await allow(false);
    const discount = '{"Amount":1.00,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false}}';
    expect(codes(await shop.tryInvoice(`${sale('10.00')},${discount}`))).toEqual(['6000']);
    await allow(true);
  });

  test('discounts come off the total, by amount or by percent', async () => {
    const discount = (detail: string) => `{"DetailType":"DiscountLineDetail",${detail}}`;
    const byAmount = await shop.invoice(
      `${sale('166.00')},${discount('"Amount":16.60,"DiscountLineDetail":{"PercentBased":false}')}`,
    );
    expect([byAmount['TotalAmt'], at(byAmount, 'Line', 1, 'DiscountLineDetail', 'DiscountAccountRef', 'name')]).toEqual(
      ['149.40', 'Discounts given'],
    );
    const byPercent = await shop.invoice(
      `${sale('33.33')},${discount('"DiscountLineDetail":{"PercentBased":true,"DiscountPercent":15}')}`,
    );
    expect(byPercent['TotalAmt']).toBe('28.33');
  });
});

describe('header (quickbooks.md §9.5)', () => {
  const refused: [what: string, header: string, code: string][] = [
    ['no customer', '"CustomerRef":null', '2020'],
    ['a customer that is not there', '"CustomerRef":{"value":"999"}', '2500'],
    ['a number of 22', `"DocNumber":"${'9'.repeat(22)}"`, '2050'],
    ['a date in another form', '"TxnDate":"20/11/2026"', '2060'],
    ['a day that does not exist', '"TxnDate":"2026-02-30"', '2070'],
    ['to be sent without an address', '"EmailStatus":"NeedToSend"', '6420'],
    ['a currency that is not the company’s', '"CurrencyRef":{"value":"EUR"}', '2220'],
    [
      'a custom field nobody defined',
      '"CustomField":[{"DefinitionId":"3","Type":"StringType","StringValue":"x"}]',
      '3000',
    ],
    ['a memo of 1001', `"CustomerMemo":{"value":"${'x'.repeat(1001)}"}`, '2050'],
    ['a total of its own', '"Total":1', '2010'],
  ];
  test.each(refused)('%s is refused', async (_what, header, code) => {
    expect(codes(await shop.tryInvoice(sale('1.00'), header))).toEqual([code]);
  });

  test('a slash date is taken, the due date follows the term, addresses follow the customer', async () => {
    const term = await rig.idOf('Term', 'Name', 'Net 30');
    const invoice = await shop.invoice(sale('1.00'), `"TxnDate":"2026/11/20","SalesTermRef":{"value":"${term}"}`);
    expect(invoice).toMatchObject({
      TxnDate: '2026-11-20',
      DueDate: '2026-12-20',
      BillAddr: { City: 'Austin' },
      ShipAddr: { City: 'Austin' },
    });
  });

  test('the day of a document without one is Pacific (quickbooks.md §9.1)', async () => {
    rig.now = Date.parse('2026-11-21T05:00:00Z');
    await rig.refresh();
    expect((await shop.invoice(sale('1.00')))['TxnDate']).toBe('2026-11-20');
  });

  test('custom numbers: kept, absent when absent, AUTO_GENERATE counts on', async () => {
    expect((await shop.invoice(sale('1.00'), '"DocNumber":"RAC-7"'))['DocNumber']).toBe('RAC-7');
    expect(await shop.invoice(sale('1.00'))).not.toHaveProperty('DocNumber');
    const first = Number((await shop.invoice(sale('1.00'), '"DocNumber":"AUTO_GENERATE"'))['DocNumber']);
    expect(Number((await shop.invoice(sale('1.00'), '"DocNumber":"AUTO_GENERATE"'))['DocNumber'])).toBe(first + 1);
  });

  test('without custom numbers QuickBooks counts', async () => {
    await rig.admin('POST', 'preferences', { company: 'us-auto', SalesFormsPrefs: { CustomTxnNumbers: false } });
    const invoice = await shop.invoice(sale('1.00'));
    expect(Number(invoice['DocNumber'])).toBeGreaterThan(1000);
    const body = `{"CustomerRef":{"value":"${shop.customer}"},"Line":[${sale('1.00')}]}`;
    expect(Number((await rig.make('CreditMemo', body))['DocNumber'])).toBe(Number(invoice['DocNumber']) + 1);
    await rig.admin('POST', 'preferences', { company: 'us-auto', SalesFormsPrefs: { CustomTxnNumbers: true } });
  });

  test('a number may repeat until the warning is switched on: 6140, or not when asked for', async () => {
    const first = await shop.invoice(sale('1.00'), '"DocNumber":"TWICE"');
    await shop.invoice(sale('1.00'), '"DocNumber":"TWICE"');
    await rig.admin('POST', 'switches', { company: 'us-auto', warnDuplicateNumbers: true });
    const refusedAnswer = await shop.tryInvoice(sale('1.00'), '"DocNumber":"TWICE"');
    expect(codes(refusedAnswer)).toEqual(['6140']);
    expect(at(refusedAnswer.json, 'Fault', 'Error', 0, 'Detail')).toContain(
      `DocNumber=TWICE is assigned to TxnType=Invoice with TxnId=${String(first['Id'])}`,
    );
    expect((await shop.tryInvoice(sale('1.00'), '"DocNumber":"TWICE"', '?include=allowduplicatedocnum')).status).toBe(
      200,
    );
    await rig.admin('POST', 'switches', { company: 'us-auto', warnDuplicateNumbers: false });
  });
});

describe('update, void, delete (quickbooks.md §9.1, §9.2)', () => {
  const change = (id: unknown, token: string, rest: string, query = '') =>
    rig.call('POST', `invoice${query}`, `{"Id":"${String(id)}","SyncToken":"${token}","sparse":true${rest}}`);

  test('a sparse update replaces all lines and reflows an address it does not send', async () => {
    const made = await shop.invoice(
      `${sale('10.00')},${sale('20.00')}`,
      '"PrivateNote":"Run a Call inv_9","ShipAddr":{"Line1":"9 Elm St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78704"}',
    );
    const updated = at((await change(made['Id'], '0', `,"Line":[${sale('5.00')}]`)).json, 'Invoice');
    expect(updated).toMatchObject({
      TotalAmt: '5.00',
      SyncToken: '1',
      PrivateNote: 'Run a Call inv_9',
      ShipAddr: { Line1: '9 Elm St', Line2: 'Austin, TX  78704' },
    });
    expect(at(updated, 'Line')).toHaveLength(2);
  });

  test('a full update clears what it leaves out', async () => {
    const made = await shop.invoice(sale('10.00'), '"PrivateNote":"gone","DocNumber":"F-1"');
    const updated = await rig.make(
      'Invoice',
      `{"Id":"${String(made['Id'])}","SyncToken":"0","CustomerRef":{"value":"${shop.customer}"},"Line":[${sale('10.00')}]}`,
    );
    expect(updated).not.toHaveProperty('PrivateNote');
    expect(updated).not.toHaveProperty('DocNumber');
  });

  test('a void keeps the row with zeroes, answers odd enumerations and bumps the token', async () => {
    const made = await shop.invoice(
      sale('10.00', ',"Qty":2,"UnitPrice":5.00'),
      '"PrivateNote":"Run a Call inv_2","DocNumber":"V-1"',
    );
    const answer = at(
      (await rig.call('POST', 'invoice?operation=void', { Id: made['Id'], SyncToken: '0' })).json,
      'Invoice',
    );
    expect(answer).toMatchObject({
      PrintStatus: 'NEED_TO_PRINT',
      Line: [{ DetailType: 'SALES_ITEM_LINE_DETAIL', Amount: '0.00' }, { DetailType: 'SUB_TOTAL_LINE_DETAIL' }],
    });
    const kept = await rig.get('Invoice', String(made['Id']));
    expect(kept).toMatchObject({
      TotalAmt: '0.00',
      Balance: '0.00',
      SyncToken: '1',
      DocNumber: 'V-1',
      PrivateNote: 'Voided - Run a Call inv_2',
      PrintStatus: 'NeedToPrint',
      LinkedTxn: [],
    });
    expect(await rig.rows(`select * from Invoice where DocNumber = 'V-1'`)).toHaveLength(1);
  });

  test('a paid invoice is not voided, or its payment unapplied, by the switch', async () => {
    const made = await shop.invoice(sale('10.00'));
    const payment = await rig.make(
      'Payment',
      `{"TotalAmt":10.00,"CustomerRef":{"value":"${shop.customer}"},"Line":[{"Amount":10.00,"LinkedTxn":[{"TxnId":"${String(made['Id'])}","TxnType":"Invoice"}]}]}`,
    );
    const voiding = () => rig.call('POST', 'invoice?operation=void', { Id: made['Id'], SyncToken: '1' });
    expect(codes(await voiding())).toEqual(['6000']);
    await rig.admin('POST', 'switches', { company: 'us-auto', voidPaidInvoice: 'unapply' });
    expect((await voiding()).status).toBe(200);
    await rig.admin('POST', 'switches', { company: 'us-auto', voidPaidInvoice: 'refuse' });
    expect(await rig.get('Payment', String(payment['Id']))).toMatchObject({
      UnappliedAmt: '10.00',
      Line: [],
      SyncToken: '1',
    });
  });

  test('a deletion leaves a stub, and takes only Id and SyncToken', async () => {
    const made = await shop.invoice(sale('10.00'));
    expect(
      codes(await rig.call('POST', 'invoice?operation=delete', { Id: made['Id'], SyncToken: '0', Line: [] })),
    ).toEqual(['2010']);
    const answer = await rig.call('POST', 'invoice?operation=delete', { Id: made['Id'], SyncToken: '0' });
    expect(answer.json['Invoice']).toEqual({ status: 'Deleted', domain: 'QBO', Id: made['Id'] });
    expect(codes(await rig.call('GET', `invoice/${String(made['Id'])}`))).toEqual(['610']);
  });

  test('lowered below its payments it takes them back, or is refused, by the switch', async () => {
    const made = await shop.invoice(sale('10.00'));
    const payment = await rig.make(
      'Payment',
      `{"TotalAmt":10.00,"CustomerRef":{"value":"${shop.customer}"},"Line":[{"Amount":10.00,"LinkedTxn":[{"TxnId":"${String(made['Id'])}","TxnType":"Invoice"}]}]}`,
    );
    const lowered = at((await change(made['Id'], '1', `,"Line":[${sale('7.00')}]`)).json, 'Invoice');
    expect(lowered).toMatchObject({ TotalAmt: '7.00', Balance: '0.00' });
    expect(await rig.get('Payment', String(payment['Id']))).toMatchObject({ UnappliedAmt: '3.00', SyncToken: '1' });
    await rig.admin('POST', 'switches', { company: 'us-auto', loweredBelowPaid: 'refuse' });
    expect(codes(await change(made['Id'], '2', `,"Line":[${sale('1.00')}]`))).toEqual(['6000']);
    await rig.admin('POST', 'switches', { company: 'us-auto', loweredBelowPaid: 'unapply' });
    const other = await rig.make('Customer', { DisplayName: 'Someone Else' });
    expect(codes(await change(made['Id'], '2', `,"CustomerRef":{"value":"${String(other['Id'])}"}`))).toEqual(['6130']);
  });

  test('closed books stop creates, edits and voids (quickbooks.md §11.19)', async () => {
    const made = await shop.invoice(sale('10.00'), '"TxnDate":"2026-10-31"');
    await rig.admin('POST', 'preferences', {
      company: 'us-auto',
      AccountingInfoPrefs: { BookCloseDate: '2026-10-31' },
    });
    expect(codes(await shop.tryInvoice(sale('1.00'), '"TxnDate":"2026-10-31"'))).toEqual(['6210']);
    expect(codes(await change(made['Id'], '0', ',"TxnDate":"2026-11-02"'))).toEqual(['6210']);
    expect(codes(await rig.call('POST', 'invoice?operation=void', { Id: made['Id'], SyncToken: '0' }))).toEqual([
      '6210',
    ]);
    expect((await shop.tryInvoice(sale('1.00'), '"TxnDate":"2026-11-01"')).status).toBe(200);
    await rig.admin('POST', 'preferences', { company: 'us-auto', AccountingInfoPrefs: { BookCloseDate: null } });
  });

  test('an inactive customer or item refuses new documents (quickbooks.md §9.1)', async () => {
    const gone = await rig.make('Customer', { DisplayName: 'Gone Soon' });
    await rig.make('Customer', { Id: gone['Id'], SyncToken: '0', sparse: true, Active: false });
    expect(codes(await shop.tryInvoice(sale('1.00'), `"CustomerRef":{"value":"${String(gone['Id'])}"}`))).toEqual([
      '610',
    ]);
  });

  test('a customer who owes is not made inactive, or written off: by the switch, and when a person does it', async () => {
    const owing = await rig.make('Customer', { DisplayName: 'Owes' });
    await shop.invoice(sale('1.00'), `"CustomerRef":{"value":"${String(owing['Id'])}"}`);
    expect(
      codes(await rig.call('POST', 'customer', { Id: owing['Id'], SyncToken: '0', sparse: true, Active: false })),
    ).toEqual(['6220']);
    await rig.admin('POST', 'human', { company: 'us-auto', do: 'inactivate', entity: 'Customer', id: owing['Id'] });
    expect(await rig.get('Customer', String(owing['Id']))).toMatchObject({ Active: false, Balance: '0.00' });
    const [memo] = await rig.rows(`select * from CreditMemo where CustomerRef = '${String(owing['Id'])}'`);
    expect(memo).toMatchObject({ TotalAmt: '1.00', RemainingCredit: '0.00' });
    const [owed] = await rig.rows(`select * from Invoice where CustomerRef = '${String(owing['Id'])}'`);
    expect(owed).toMatchObject({ Balance: '0.00' });
    const other = await rig.make('Customer', { DisplayName: 'Owes too' });
    await shop.invoice(sale('2.00'), `"CustomerRef":{"value":"${String(other['Id'])}"}`);
    await rig.admin('POST', 'switches', { company: 'us-auto', inactivateOwing: 'credit-memo' });
    await rig.make('Customer', { Id: other['Id'], SyncToken: '0', sparse: true, Active: false });
    await rig.admin('POST', 'switches', { company: 'us-auto', inactivateOwing: 'refuse' });
    expect((await rig.get('Customer', String(other['Id'])))['Balance']).toBe('0.00');
  });
});
