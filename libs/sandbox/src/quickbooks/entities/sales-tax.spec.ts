import { at, codes } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let us: Shop;
let gb: Shop;
const code: Record<string, string> = {};
beforeAll(async () => {
  [us, gb] = await Promise.all([openShop('us-auto'), openShop('uk-vat')]);
  for (const row of await gb.rig.rows('select * from TaxCode')) code[String(row['Name'])] = String(row['Id']);
});
afterAll(() => Promise.all([us.rig.close(), gb.rig.close()]));

const totals = (invoice: Awaited<ReturnType<Shop['invoice']>>) => [
  at(invoice, 'TxnTaxDetail', 'TotalTax'),
  invoice['TotalAmt'],
];

describe('automated sales tax (quickbooks.md §9.9, §14.11)', () => {
  const ship = (state: string) =>
    `"ShipAddr":{"Line1":"9 Elm St","CountrySubDivisionCode":"${state}","PostalCode":"78704"}`;
  const tax = (...amounts: string[]) => amounts.map((amount) => line(us, { amount, code: 'TAX' })).join(',');
  const rows: [what: string, lines: () => string, header: string, expected: [string, string]][] = [
    ['Texas by the ship-to address', () => tax('166.00'), ship('TX'), ['13.70', '179.70']],
    ['California by the ship-to address', () => tax('166.00'), ship('CA'), ['12.04', '178.04']],
    ['an unknown state falls back to the company’s', () => tax('100.00'), ship('ZZ'), ['8.25', '108.25']],
    [
      'it rounds line by line and rate by rate, so cents differ',
      () => tax('0.08', '0.08', '0.08'),
      ship('TX'),
      ['0.03', '0.27'],
    ],
    [
      'NON is not taxed',
      () => `${tax('100.00')},${line(us, { amount: '50.00', code: 'NON' })}`,
      ship('TX'),
      ['8.25', '158.25'],
    ],
    [
      'TotalTax is honoured',
      () => tax('166.00'),
      `${ship('TX')},"TxnTaxDetail":{"TotalTax":13.71}`,
      ['13.71', '179.71'],
    ],
    [
      'TotalTax of nothing taxed is dropped',
      () => line(us, { amount: '50.00', code: 'NON' }),
      '"TxnTaxDetail":{"TotalTax":4.13}',
      ['0.00', '50.00'],
    ],
  ];
  test.each(rows)('%s', async (_what, lines, header, expected) => {
    expect(totals(await us.invoice(lines(), header))).toEqual(expected);
  });

  test('an override is prorated over the rates', async () => {
    const invoice = await us.invoice(tax('166.00'), '"TxnTaxDetail":{"TotalTax":13.71}');
    expect(at(invoice, 'TxnTaxDetail', 'TaxLine', 0)).toMatchObject({
      Amount: '10.39',
      TaxLineDetail: { TaxPercent: '6.25', NetAmountTaxable: '166.00' },
    });
    expect(at(invoice, 'TxnTaxDetail', 'TaxLine', 1, 'Amount')).toBe('3.32');
  });

  test('an update that sends no TotalTax loses the override (postings.md §1.7)', async () => {
    const made = await us.invoice(tax('166.00'), '"TxnTaxDetail":{"TotalTax":20.00}');
    const updated = await us.rig.make('Invoice', { Id: made['Id'], SyncToken: '0', sparse: true, PrivateNote: 'x' });
    expect(totals(updated)).toEqual(['13.70', '179.70']);
  });

  test('a line without a code counts as taxed', async () => {
    const untold = tax('100.00').replace('"TaxCodeRef":{"value":"TAX"}', '"Qty":1');
    expect(totals(await us.invoice(untold))).toEqual(['8.25', '108.25']);
  });

  test.each([
    ['after the discount', true, ['12.33', '161.73']],
    ['before the discount', false, ['13.70', '163.10']],
  ])('tax %s', async (_what, after, expected) => {
    const discount = '{"Amount":16.60,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false}}';
    expect(
      totals(await us.invoice(`${tax('166.00')},${discount}`, `"ApplyTaxAfterDiscount":${String(after)}`)),
    ).toEqual(expected);
  });

  test('an exempt customer is charged none, unless TotalTax says so', async () => {
    const exempt = await us.rig.make('Customer', { DisplayName: 'School District', Taxable: false });
    const header = `"CustomerRef":{"value":"${String(exempt['Id'])}"}`;
    expect(totals(await us.invoice(tax('100.00'), header))).toEqual(['0.00', '100.00']);
    expect(totals(await us.invoice(tax('100.00'), `${header},"TxnTaxDetail":{"TotalTax":1.00}`))).toEqual([
      '1.00',
      '101.00',
    ]);
  });

  test('a company can forbid overrides (quickbooks.md §14.9)', async () => {
    await us.rig.admin('POST', 'switches', { company: 'us-auto', allowPartnerTaxOverride: false });
    const replaced = await us.invoice(tax('166.00'), '"TxnTaxDetail":{"TotalTax":20.00}');
    expect(totals(replaced)).toEqual(['13.70', '179.70']);
    expect(replaced['TxnTaxDetail']).not.toHaveProperty('TaxReviewStatus');
    await us.rig.admin('POST', 'switches', { company: 'us-auto', allowPartnerTaxOverride: true });
  });

  test('a total that is not the computed one is marked as an override (quickbooks.md §14.9)', async () => {
    const status = async (total: string) =>
      at(await us.invoice(tax('166.00'), `"TxnTaxDetail":{"TotalTax":${total}}`), 'TxnTaxDetail', 'TaxReviewStatus');
    expect([await status('20.00'), await status('13.70')]).toEqual(['AST_TAX_OVERRIDE', undefined]);
  });

  test('a rate of the company’s own is replaced, or kept, by the switch (postings.md §15)', async () => {
    const agency = await us.rig.make('TaxAgency', { DisplayName: 'To classify' });
    const rate = { TaxRateName: 'To classify 5%', RateValue: '5', TaxAgencyId: agency['Id'], TaxApplicableOn: 'Sales' };
    const made = await us.rig.call('POST', 'taxservice/taxcode', { TaxCode: 'To classify 5%', TaxRateDetails: [rate] });
    const header = `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"${String(made.json['TaxCodeId'])}"}}`;
    expect(totals(await us.invoice(tax('100.00'), header))).toEqual(['8.25', '108.25']);
    await us.rig.admin('POST', 'switches', { company: 'us-auto', customRate: 'keep' });
    const kept = await us.invoice(tax('100.00'), header);
    expect(totals(kept)).toEqual(['5.00', '105.00']);
    expect(await us.posted(`Invoice/${String(kept['Id'])}`)).toMatchObject({ 'To classify Payable': '-5.00' });
    await us.rig.admin('POST', 'switches', { company: 'us-auto', customRate: 'replace' });
  });

  test('with sales tax off what is sent is dropped', async () => {
    await us.rig.admin('POST', 'preferences', { company: 'us-auto', TaxPrefs: { UsingSalesTax: false } });
    const invoice = await us.invoice(tax('166.00'), '"TxnTaxDetail":{"TotalTax":13.70}');
    expect([invoice['TotalAmt'], invoice['TxnTaxDetail']]).toEqual(['166.00', undefined]);
    await us.rig.admin('POST', 'preferences', { company: 'us-auto', TaxPrefs: { UsingSalesTax: true } });
  });
});

describe('VAT per line (quickbooks.md §9.9)', () => {
  const vat = (amount: string, name: string) => line(gb, { amount, code: code[name] ?? '' });
  const rows: [what: string, lines: () => string, header: string, expected: [string | undefined, string]][] = [
    ['standard rate', () => vat('100.00', '20.0% S'), '', ['20.00', '120.00']],
    [
      'rates are summed, then rounded half up',
      () => `${vat('0.13', '5.0% R')},${vat('0.13', '5.0% R')},${vat('0.04', '5.0% R')}`,
      '',
      ['0.02', '0.32'],
    ],
    ['half a penny goes up', () => vat('0.10', '5.0% R'), '', ['0.01', '0.11']],
    [
      'each rate by itself',
      () => `${vat('10.03', '20.0% S')},${vat('10.03', '5.0% R')},${vat('7.00', '0.0% Z')}`,
      '',
      ['2.51', '29.57'],
    ],
    ['exempt', () => vat('80.00', 'Exempt'), '', ['0.00', '80.00']],
    [
      'prices that include it',
      () => vat('120.00', '20.0% S'),
      '"GlobalTaxCalculation":"TaxInclusive"',
      ['20.00', '120.00'],
    ],
    ['not applicable', () => vat('120.00', '20.0% S'), '"GlobalTaxCalculation":"NotApplicable"', [undefined, '120.00']],
    [
      'a negative line gives some back',
      () => `${vat('100.00', '20.0% S')},${vat('-10.00', '20.0% S')}`,
      '',
      ['18.00', '108.00'],
    ],
    [
      'a total that is sent on create is not believed',
      () => vat('100.00', '20.0% S'),
      '"TxnTaxDetail":{"TotalTax":1.00}',
      ['20.00', '120.00'],
    ],
  ];
  test.each(rows)('%s', async (_what, lines, header, expected) => {
    expect(totals(await gb.invoice(lines(), header))).toEqual(expected);
  });

  test.each([
    ['a line without a code', () => vat('1.00', '20.0% S').replace(/,"TaxCodeRef":\{"value":"\d+"\}/, ''), '', '6000'],
    ['a US pseudo code', () => line(gb, { amount: '1.00', code: 'NON' }), '', '6000'],
    ['a code that is not there', () => line(gb, { amount: '1.00', code: '99' }), '', '2500'],
    ['no GlobalTaxCalculation', () => vat('1.00', '20.0% S'), '"GlobalTaxCalculation":null', '2020'],
    [
      'tax where it is not applicable',
      () => vat('1.00', '20.0% S'),
      '"GlobalTaxCalculation":"NotApplicable","TxnTaxDetail":{"TotalTax":0}',
      '6170',
    ],
  ])('%s is refused', async (_what, lines, header, expected) => {
    expect(codes(await gb.tryInvoice(lines(), header))).toEqual([expected]);
  });

  test('TxnTaxDetail names every rate with its base', async () => {
    const invoice = await gb.invoice(`${vat('10.00', '20.0% S')},${vat('20.00', '5.0% R')}`);
    expect(at(invoice, 'TxnTaxDetail', 'TaxLine')).toMatchObject([
      { Amount: '2.00', TaxLineDetail: { TaxPercent: '20', NetAmountTaxable: '10.00' } },
      { Amount: '1.00', TaxLineDetail: { TaxPercent: '5', NetAmountTaxable: '20.00' } },
    ]);
  });

  test('an update that sends TxnTaxDetail keeps stale tax (quickbooks.md §14.12)', async () => {
    const made = await gb.invoice(vat('100.00', '20.0% S'));
    const text = `{"Id":"${String(made['Id'])}","SyncToken":"0","sparse":true,"Line":[${vat('50.00', '20.0% S')}],"TxnTaxDetail":{"TotalTax":20.00}}`;
    expect(totals(await gb.rig.make('Invoice', text))).toEqual(['20.00', '70.00']);
    const right = `{"Id":"${String(made['Id'])}","SyncToken":"1","sparse":true,"Line":[${vat('50.00', '20.0% S')}]}`;
    expect(totals(await gb.rig.make('Invoice', right))).toEqual(['10.00', '60.00']);
  });

  test('an odd cent can be switched on (quickbooks.md §9.9, rounding)', async () => {
    await gb.rig.admin('POST', 'switches', { company: 'uk-vat', oddTaxCents: 1 });
    expect(totals(await gb.invoice(vat('100.00', '20.0% S')))).toEqual(['20.01', '120.01']);
    await gb.rig.admin('POST', 'switches', { company: 'uk-vat', oddTaxCents: 0 });
  });
});
