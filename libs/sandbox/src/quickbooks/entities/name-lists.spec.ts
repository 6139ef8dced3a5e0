import { at, codes, Rig } from '../spec-rig';

let us: Rig;
let gb: Rig;
beforeAll(async () => {
  [us, gb] = await Promise.all([Rig.open('us-auto'), Rig.open('uk-vat')]);
});
afterAll(() => Promise.all([us.close(), gb.close()]));

describe('Customer (quickbooks.md §9.3)', () => {
  test.each([
    ['no name at all', { CompanyName: 'Acme' }, '6080'],
    ['a colon in the name', { DisplayName: 'A:B' }, '2040'],
    ['a tab in a name part', { GivenName: 'A\tB' }, '2040'],
    ['a suffix of 17', { DisplayName: 'S', Suffix: 'x'.repeat(17) }, '2050'],
    ['a phone of 31', { DisplayName: 'S', PrimaryPhone: { FreeFormNumber: '1'.repeat(31) } }, '2050'],
    ['an e-mail without @', { DisplayName: 'S', PrimaryEmailAddr: { Address: 'nobody.example.com' } }, '2210'],
    ['a name a customer has, in other letters', { DisplayName: 'MARIA gonzalez' }, '6240'],
    ['a name a vendor has', { DisplayName: 'Johnstone Supply' }, '6240'],
    ['a name an employee has', { DisplayName: 'jake moreno' }, '6240'],
    ['a job without a parent', { DisplayName: 'Job 1', Job: true }, '6150'],
    ['a parent that is not there', { DisplayName: 'Job 1', Job: true, ParentRef: { value: '999' } }, '2500'],
    ['a two-letter country', { DisplayName: 'S', BillAddr: { Country: 'US' } }, '2170'],
    ['another currency', { DisplayName: 'S', CurrencyRef: { value: 'EUR' } }, '2220'],
    ['a term that is not there', { DisplayName: 'S', SalesTermRef: { value: '99' } }, '2500'],
  ])('%s is refused', async (_what, body, code) => {
    expect(codes(await us.call('POST', 'customer', body))).toEqual([code]);
  });

  test('the name is generated from its parts and kept when it is left out', async () => {
    const made = await us.make('Customer', { Title: 'Dr', GivenName: 'Ana', FamilyName: "O'Neil-Śmith" });
    expect(made).toMatchObject({
      DisplayName: "Dr Ana O'Neil-Śmith",
      PrintOnCheckName: "Dr Ana O'Neil-Śmith",
      SyncToken: '0',
      Balance: '0.00',
    });
    const full = await us.make('Customer', { Id: made['Id'], SyncToken: '0', GivenName: 'Anna' });
    expect(full).toMatchObject({ DisplayName: "Dr Ana O'Neil-Śmith", GivenName: 'Anna', SyncToken: '1' });
    expect(full).not.toHaveProperty('FamilyName');
  });

  test('a sparse update keeps what it does not name and cannot clear (quickbooks.md §9.1)', async () => {
    const made = await us.make('Customer', { DisplayName: 'Sparse', Notes: 'dog', Mobile: { FreeFormNumber: '1' } });
    const sparse = await us.make('Customer', {
      Id: made['Id'],
      SyncToken: '0',
      sparse: true,
      Notes: '',
      CompanyName: 'Sparse Ltd',
    });
    expect(sparse).toMatchObject({ Notes: 'dog', CompanyName: 'Sparse Ltd', Mobile: { FreeFormNumber: '1' } });
  });

  test('levels, qualified names and renamed parents', async () => {
    let parent = String((await us.make('Customer', { DisplayName: 'Level 0' }))['Id']);
    for (const level of [1, 2, 3, 4]) {
      const child = await us.make('Customer', {
        DisplayName: `Level ${level}`,
        Job: true,
        ParentRef: { value: parent },
      });
      expect(child['Level']).toBe(String(level));
      parent = String(child['Id']);
    }
    expect(
      codes(await us.call('POST', 'customer', { DisplayName: 'Level 5', Job: true, ParentRef: { value: parent } })),
    ).toEqual(['6180']);
    const top = await us.idOf('Customer', 'DisplayName', 'Level 0');
    await us.make('Customer', { Id: top, SyncToken: '0', sparse: true, DisplayName: 'Ground' });
    expect((await us.get('Customer', parent))['FullyQualifiedName']).toBe('Ground:Level 1:Level 2:Level 3:Level 4');
  });

  test('inactivation renames, hides and frees the name; reactivation needs it free (quickbooks.md §9.1)', async () => {
    const made = await us.make('Customer', { DisplayName: 'Thrifty Meats' });
    const gone = await us.make('Customer', { Id: made['Id'], SyncToken: '0', sparse: true, Active: false });
    expect(gone).toMatchObject({
      DisplayName: 'Thrifty Meats (deleted)',
      FullyQualifiedName: 'Thrifty Meats (deleted)',
      Active: false,
    });
    const second = await us.make('Customer', { DisplayName: 'Thrifty Meats' });
    expect(
      codes(await us.call('POST', 'customer', { Id: made['Id'], SyncToken: '1', sparse: true, Active: true })),
    ).toEqual(['6240']);
    await us.make('Customer', { Id: second['Id'], SyncToken: '0', sparse: true, Active: false });
    expect(await us.make('Customer', { Id: made['Id'], SyncToken: '1', sparse: true, Active: true })).toMatchObject({
      DisplayName: 'Thrifty Meats',
    });
  });
});

describe('Item (quickbooks.md §9.4)', () => {
  const account = (rig: Rig, name: string) => rig.idOf('Account', 'Name', name);

  test.each([
    ['no type', { Name: 'I' }, '2020'],
    ['a type that does not exist', { Name: 'I', Type: 'Thing' }, '2120'],
    ['no income account', { Name: 'I', Type: 'Service' }, '2020'],
    ['an income account that is not there', { Name: 'I', Type: 'Service', IncomeAccountRef: { value: '999' } }, '2500'],
    ['a name of 101', { Name: 'x'.repeat(101), Type: 'Service' }, '2050'],
    ['a colon in the name', { Name: 'A:B', Type: 'Service' }, '2180'],
    ['inventory without a start date', { Name: 'I', Type: 'Inventory' }, '2020'],
  ])('%s is refused', async (_what, body, code) => {
    expect(codes(await us.call('POST', 'item', body))).toEqual([code]);
  });

  test.each([['Accounts Receivable (A/R)'], ['Accounts Payable (A/P)'], ['Checking']])(
    '%s cannot be an income account',
    async (name) => {
      const body = { Name: 'Wrong', Type: 'Service', IncomeAccountRef: { value: await account(us, name) } };
      expect(codes(await us.call('POST', 'item', body))).toEqual(['6430']);
    },
  );

  test('names are unique among items alone, and a price keeps its digits', async () => {
    const income = { value: await account(us, 'Services') };
    const text = `{"Name":"Maria Gonzalez","Type":"Service","UnitPrice":19.1250,"IncomeAccountRef":{"value":"${income.value}"}}`;
    expect(await us.make('Item', text)).toMatchObject({
      Name: 'Maria Gonzalez',
      UnitPrice: '19.1250',
      IncomeAccountRef: { ...income, name: 'Services' },
    });
    expect(
      codes(await us.call('POST', 'item', { Name: 'maria GONZALEZ', Type: 'Service', IncomeAccountRef: income })),
    ).toEqual(['6240']);
  });

  test('Britain needs a cost account, America one only for what is bought', async () => {
    const sales = { value: await account(gb, 'Sales') };
    expect(
      codes(await gb.call('POST', 'item', { Name: 'Boiler', Type: 'NonInventory', IncomeAccountRef: sales })),
    ).toEqual(['2020']);
    const cost = { value: await account(gb, 'Cost of sales') };
    await gb.make('Item', { Name: 'Boiler', Type: 'NonInventory', IncomeAccountRef: sales, ExpenseAccountRef: cost });
    const services = { value: await account(us, 'Services') };
    expect(
      codes(
        await us.call('POST', 'item', {
          Name: 'Coil',
          Type: 'NonInventory',
          PurchaseCost: 3,
          IncomeAccountRef: services,
        }),
      ),
    ).toEqual(['2020']);
  });

  test('an inactive account cannot be used', async () => {
    const made = await us.make('Account', { Name: 'Closed income', AccountType: 'Income' });
    await us.make('Account', { Id: made['Id'], SyncToken: '0', sparse: true, Active: false });
    const body = { Name: 'Late', Type: 'Service', IncomeAccountRef: { value: made['Id'] } };
    expect(codes(await us.call('POST', 'item', body))).toEqual(['610']);
  });

  test('an account that an item uses, or QuickBooks itself, stays; none is deleted', async () => {
    const inactivate = (Id: string) => us.call('POST', 'account', { Id, SyncToken: '0', sparse: true, Active: false });
    const used = await account(us, 'Services');
    for (const id of [used, await account(us, 'Undeposited Funds'), await account(us, 'Accounts Receivable (A/R)')])
      expect(codes(await inactivate(id))).toEqual(['6000']);
    const deleting = await us.call('POST', 'account?operation=delete', { Id: used, SyncToken: '0' });
    expect(codes(deleting)).toEqual(['500']);
  });
});

describe('Account, PaymentMethod, Term (quickbooks.md §9.10)', () => {
  test.each([
    ['neither type nor subtype', { Name: 'A' }, '6010'],
    ['a type without its spaces', { Name: 'A', AccountType: 'OtherCurrentAsset' }, '2170'],
    ['a subtype of another type', { Name: 'A', AccountType: 'Income', AccountSubType: 'UndepositedFunds' }, '2120'],
    ['a quote in the name', { Name: 'A "B"', AccountType: 'Income' }, '2180'],
    ['a colon in the name', { Name: 'A:B', AccountType: 'Income' }, '2180'],
    ['a name of 101', { Name: 'x'.repeat(101), AccountType: 'Income' }, '2050'],
    ['a number of 8 in America', { Name: 'A', AccountType: 'Income', AcctNum: '12345678' }, '2050'],
    ['a name that is taken', { Name: 'checking', AccountType: 'Bank' }, '6240'],
    ['a parent of another type', { Name: 'A', AccountType: 'Income', ParentRef: { value: '1' } }, '700'],
  ])('%s is refused', async (_what, body, code) => {
    expect(codes(await us.call('POST', 'account', body))).toEqual([code]);
  });

  test('the duplicate texts are the documented ones', async () => {
    const name = await us.call('POST', 'account', { Name: 'Checking', AccountType: 'Bank' });
    expect(at(name.json, 'Fault', 'Error', 0, 'Detail')).toBe(
      'The name supplied already exists. : An account already has the same display name. Display Name must be unique. Please provide a different display name.',
    );
    await us.make('Account', { Name: 'Numbered', AccountType: 'Income', AcctNum: '4000' });
    const number = await us.call('POST', 'account', { Name: 'Numbered too', AccountType: 'Income', AcctNum: '4000' });
    expect([codes(number), at(number.json, 'Fault', 'Error', 0, 'Detail')]).toEqual([
      ['6000'],
      'Business Validation Error: Another account is already using this number.  Please use a different number.',
    ]);
  });

  test('the accounts a day needs are made', async () => {
    const clearing = await us.make('Account', {
      Name: 'Stripe clearing',
      AccountType: 'Other Current Asset',
      AccountSubType: 'OtherCurrentAssets',
    });
    expect(clearing).toMatchObject({
      FullyQualifiedName: 'Stripe clearing',
      Classification: 'Asset',
      Active: true,
      CurrentBalance: '0.00',
    });
    expect(await us.make('Account', { Name: 'Tips payable', AccountSubType: 'Gratuity' })).toMatchObject({
      AccountType: 'Other Current Liability',
    });
  });

  test('payment methods', async () => {
    expect(await us.make('PaymentMethod', { Name: 'Credit Card', Type: 'CREDIT_CARD' })).toMatchObject({
      Type: 'CREDIT_CARD',
      Active: true,
    });
    expect(codes(await us.call('POST', 'paymentmethod', { Name: 'credit card' }))).toEqual(['6240']);
    expect(codes(await us.call('POST', 'paymentmethod', { Name: 'x'.repeat(32) }))).toEqual(['2050']);
    expect(codes(await us.call('POST', 'paymentmethod', { Name: 'Crypto', Type: 'COIN' }))).toEqual(['2170']);
  });
});

describe('tax service (quickbooks.md §9.9)', () => {
  test('an agency, then a code with its rate, answered without an entity key', async () => {
    const agency = await gb.make('TaxAgency', { DisplayName: 'To classify' });
    const details = [
      { TaxRateName: 'To classify 8.25%', RateValue: '8.25', TaxAgencyId: agency['Id'], TaxApplicableOn: 'Sales' },
    ];
    const made = await gb.call('POST', 'taxservice/taxcode', { TaxCode: 'To classify 8.25%', TaxRateDetails: details });
    expect(made.json).toMatchObject({
      TaxCode: 'To classify 8.25%',
      TaxRateDetails: [{ TaxRateName: 'To classify 8.25%' }],
    });
    const code = await gb.get('TaxCode', String(made.json['TaxCodeId']));
    expect(code).toMatchObject({ Name: 'To classify 8.25%', TaxCodeConfigType: 'USER_DEFINED' });
    expect(codes(await gb.call('POST', 'taxservice/taxcode', { TaxCode: 'Other', TaxRateDetails: details }))).toEqual([
      '6240',
    ]);
    expect(
      codes(
        await gb.call('POST', 'taxservice/taxcode', {
          TaxCode: 'Big',
          TaxRateDetails: [{ ...details[0], TaxRateName: 'Big', RateValue: '101' }],
        }),
      ),
    ).toEqual(['2150']);
    expect(codes(await gb.call('POST', 'taxcode', { Name: 'Direct' }))).toEqual(['500']);
    const head = { Id: made.json['TaxCodeId'], SyncToken: '0' };
    expect(codes(await gb.call('POST', 'taxcode?operation=delete', head))).toEqual(['500']);
    expect(codes(await gb.call('POST', 'taxagency', { DisplayName: 'to classify' }))).toEqual(['6240']);
    expect(await gb.rows(`select * from Account where Name = 'To classify Payable'`)).toHaveLength(1);
  });

  test('automated tax may refuse agencies of one’s own (postings.md §15)', async () => {
    await us.admin('POST', 'switches', { company: 'us-auto', newTaxAgencies: 'refuse' });
    expect(codes(await us.call('POST', 'taxagency', { DisplayName: 'Mine' }))).toEqual(['5030']);
    await us.admin('POST', 'switches', { company: 'us-auto', newTaxAgencies: 'allow' });
  });
});
