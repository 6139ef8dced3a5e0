import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { UK, US } from './context.fixtures';
import { namesakeName, toCustomer, toInactiveCustomer, vendorNamesakeName } from './customer';
import { COMMERCIAL, COMMERCIAL_BODY, DANA, DANA_BODY } from './customer.fixtures';

const bodyOf = (customer: Customer): Record<string, unknown> => JSON.parse(toCustomer(customer, US).body);

describe('customer', () => {
  test.each([
    ['§5 residential', DANA, DANA_BODY],
    ['§5 commercial, sub-customer, exempt with a known reason; §1.12 text; §1.13 country', COMMERCIAL, COMMERCIAL_BODY],
  ])('%s', (_section, customer, body) => {
    const mapped = toCustomer(customer, US);
    expect(mapped.body).toBe(body);
    expect(mapped.warnings).toEqual([]);
  });

  test.each<[string, Partial<Customer>, Record<string, unknown>, string[]]>([
    [
      '§5 exempt without a reason QuickBooks knows',
      { taxExempt: true, taxExemptReason: 'Friend' },
      { Taxable: false },
      ['exempt_reason'],
    ],
    ['§5 exempt without any reason', { taxExempt: true }, { Taxable: false }, ['exempt_reason']],
    ['§5 residential has no company', { companyName: 'Ruiz Ltd' }, { CompanyName: undefined }, []],
    ['§5 DisplayName is never empty', { displayName: ' ' }, { DisplayName: 'Dana Ruiz' }, []],
    ['§1.12 cut at 100', { givenName: 'x'.repeat(120) }, { GivenName: 'x'.repeat(100) }, ['name_shortened']],
    ['§1.12 DisplayName of 120', { displayName: 'y'.repeat(120) }, { DisplayName: 'y'.repeat(120) }, []],
    [
      '§1.12 cut at 30',
      { phone: '5'.repeat(31) },
      { PrimaryPhone: { FreeFormNumber: '5'.repeat(30) } },
      ['text_shortened'],
    ],
    [
      'F §9.3 an address that is no e-mail is left out',
      { email: 'dana@home' },
      { PrimaryEmailAddr: undefined },
      ['text_shortened'],
    ],
    ['§1.12 quotes and emoji stay', { displayName: "“O'Neil” 🛠" }, { DisplayName: "“O'Neil” 🛠" }, []],
  ])('%s', (_section, change, fields, warnings) => {
    const mapped = toCustomer({ ...DANA, ...change }, US);
    const body: Record<string, unknown> = JSON.parse(mapped.body);
    for (const [field, value] of Object.entries(fields)) expect(body[field]).toEqual(value);
    expect(mapped.warnings.map(({ code }) => code)).toEqual(warnings);
  });

  test('F §9.3 outside automated sales tax there are no exemption reasons', () => {
    const mapped = toCustomer(COMMERCIAL, UK);
    expect(JSON.parse(mapped.body)).toMatchObject({ Taxable: false });
    expect(mapped.body).not.toContain('TaxExemptionReasonId');
    expect(mapped.warnings).toEqual([]);
  });

  test("§1.13 a country that is not the company's own is alpha-3", () => {
    expect(JSON.parse(toCustomer(DANA, UK).body).BillAddr.Country).toBe('USA');
    const home = {
      ...DANA,
      billingAddress: { line1: '1 High St', city: 'London', region: 'LND', postalCode: 'N1', country: 'GB' },
    };
    expect(JSON.parse(toCustomer(home, UK).body).BillAddr.Country).toBeUndefined();
  });

  test('§12 a namesake of our own gets the end of its phone, else of its id', () => {
    expect(namesakeName(DANA)).toBe('Dana Ruiz (0101)');
    expect(namesakeName(COMMERCIAL)).toBe('Café Zoë- North-Branch (s_90)');
    const mapped = toCustomer(DANA, US, namesakeName(DANA));
    expect(JSON.parse(mapped.body).DisplayName).toBe('Dana Ruiz (0101)');
    expect(mapped.find?.where).toEqual([['DisplayName', 'Dana Ruiz (0101)']]);
    expect(mapped.warnings).toEqual([{ code: 'name_changed', params: { name: 'Dana Ruiz (0101)' } }]);
    expect(namesakeName({ ...DANA, displayName: 'z'.repeat(600) })).toBe(`${'z'.repeat(493)} (0101)`);
  });

  test('§12 a name held by a vendor or employee', () => {
    expect(vendorNamesakeName(DANA)).toBe('Dana Ruiz (Customer)');
  });

  test('messages.md find: by name, agreeing in name and one of e-mail, phone, address', () => {
    expect(toCustomer(DANA, US)).toMatchObject({
      resource: 'Customer',
      how: { path: 'customer', update: 'changed', clear: 'full' },
      find: {
        where: [['DisplayName', 'Dana Ruiz']],
        agree: ['DisplayName'],
        anyOf: ['PrimaryEmailAddr.Address', 'PrimaryPhone.FreeFormNumber', 'BillAddr.Line1'],
        adopt: true,
      },
    });
  });

  test('§5 deactivated: inactive if the balance is zero', () => {
    expect(toInactiveCustomer()).toMatchObject({
      how: { remove: { as: 'inactive', fields: '{"sparse":true,"Active":false}' } },
      if: [{ path: 'Balance', equals: '0' }],
      body: '{}',
    });
  });

  test('notes and absent fields are left out, never sent empty', () => {
    const body = bodyOf({ ...DANA, notes: '', phone: ' ' });
    expect(Object.keys(body)).toEqual([
      'DisplayName',
      'GivenName',
      'FamilyName',
      'PrimaryEmailAddr',
      'Mobile',
      'BillAddr',
      'Taxable',
    ]);
  });
});
