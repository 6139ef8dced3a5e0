import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, codes, Rig } from './spec-rig';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
  for (const name of ["O'Brien & Sons", 'Zoë Ångström', 'Beta 50%', 'Alpha'])
    await rig.make('Customer', { DisplayName: name, CompanyName: 'Query Ltd' });
  const gone = await rig.make('Customer', { DisplayName: 'Hidden', CompanyName: 'Query Ltd' });
  await rig.make('Customer', { Id: gone['Id'], SyncToken: '0', sparse: true, Active: false });
});
afterAll(() => rig.close());

const names = async (where: string): Promise<string[]> =>
  (await rig.rows(`select * from Customer where ${where} orderby DisplayName`)).map((row) =>
    String(row['DisplayName']),
  );

test.each<[what: string, where: string, expected: string[]]>([
  ['an escaped quote', "DisplayName = 'o\\'brien & sons'", ["O'Brien & Sons"]],
  ['values without case, accents kept', "displayname = 'ZOË ångström'", ['Zoë Ångström']],
  ['LIKE', "DisplayName like '%a%' and CompanyName = 'Query Ltd'", ['Alpha', 'Beta 50%']],
  ['IN', "DisplayName IN ('Alpha', 'Beta 50%', 'Nobody')", ['Alpha', 'Beta 50%']],
  [
    'inactive rows when asked for',
    "CompanyName = 'Query Ltd' and Active IN (true, false)",
    ['Alpha', 'Beta 50%', 'Hidden (deleted)', "O'Brien & Sons", 'Zoë Ångström'],
  ],
  ['inactive rows alone', 'Active = false', ['Hidden (deleted)']],
  [
    'several conditions',
    "CompanyName = 'Query Ltd' AND DisplayName > 'b' AND DisplayName <= 'o\\'brien & sons'",
    ['Beta 50%', "O'Brien & Sons"],
  ],
  [
    'a moment',
    "CompanyName = 'Query Ltd' and Active = true and MetaData.CreateTime >= '2026-11-20T10:00:00-08:00'",
    ['Alpha', 'Beta 50%', "O'Brien & Sons", 'Zoë Ångström'],
  ],
  ['a later moment', "MetaData.CreateTime > '2026-11-20T18:00:01Z'", []],
])('%s (quickbooks.md §6.1, §6.3)', async (_what, where, expected) => {
  expect(await names(where)).toEqual(expected);
});

test('inactive rows are hidden (quickbooks.md §6.3)', async () => {
  expect(await names("CompanyName = 'Query Ltd'")).not.toContain('Hidden (deleted)');
});

test('no match: the key is absent (quickbooks.md §6.1)', async () => {
  expect((await rig.query("select * from Customer where DisplayName = 'Nobody'")).json['QueryResponse']).toEqual({});
});

test('count(*), pages and order', async () => {
  const count = (await rig.query('select count(*) from Customer')).json['QueryResponse'] as TextObject;
  expect(count).toEqual({ totalCount: '7' });
  const page = (await rig.query('select * from Customer ORDER BY DisplayName DESC STARTPOSITION 2 MAXRESULTS 2')).json[
    'QueryResponse'
  ] as TextObject;
  expect(page).toMatchObject({ startPosition: '2', maxResults: '2' });
  expect((page['Customer'] as TextObject[]).map((row) => row['DisplayName'])).toEqual([
    'Old Customer Walk-in',
    "O'Brien & Sons",
  ]);
  expect((await rig.query('select * from Customer STARTPOSITION 50')).json['QueryResponse']).toEqual({});
});

test('a column list gives sparse rows (quickbooks.md §6.2)', async () => {
  const [row] = await rig.rows("select Id, DisplayName from Customer where DisplayName = 'Alpha'");
  expect(row).toEqual({ domain: 'QBO', sparse: true, Id: row?.['Id'], DisplayName: 'Alpha' });
});

test('Id takes = and IN', async () => {
  const [alpha] = await rig.rows("select * from Customer where DisplayName = 'Alpha'");
  expect(await rig.rows(`select * from Customer where Id IN ('${String(alpha?.['Id'])}', '99')`)).toHaveLength(1);
});

test('a statement may be posted as text (quickbooks.md §1.1)', async () => {
  const answer = await rig.call('POST', 'query', "select * from Customer where DisplayName = 'Alpha'", {
    'content-type': 'application/text',
  });
  expect(at(answer.json, 'QueryResponse', 'Customer', 0, 'DisplayName')).toBe('Alpha');
});

test.each([
  ['OR', "select * from Customer where Id = '1' or Id = '2'", '4000'],
  ['!=', "select * from Customer where Id != '1'", '4000'],
  ['a value without quotes', 'select * from Customer where DisplayName = Alpha', '4000'],
  ['no FROM', 'select *', '4000'],
  ['words after the end', 'select * from Customer limit 5', '4000'],
  ['an unknown entity', 'select * from Gadget', '4001'],
  ['an unknown property', "select * from Customer where Colour = 'red'", '4001'],
  ['a property that cannot be asked', "select * from Invoice where PrivateNote = 'Run a Call inv_1'", '4001'],
  ['UnappliedAmt', "select * from Payment where UnappliedAmt > '0'", '4001'],
  ['another operator on Id', "select * from Customer where Id > '1'", '4001'],
  ['IN on AccountType', "select * from Account where AccountType IN ('Bank', 'Income')", '4000'],
  ['STARTPOSITION 0', 'select * from Customer STARTPOSITION 0', '4001'],
])('%s is refused (quickbooks.md §6)', async (_what, statement, code) => {
  expect(codes(await rig.query(statement))).toEqual([code]);
});

test('the documented texts', async () => {
  const detail = async (statement: string) => at((await rig.query(statement)).json, 'Fault', 'Error', 0, 'Detail');
  expect(await detail('select * from Customer STARTPOSITION 0')).toContain(
    'QueryValidationError: value 0 is too small. Min allowed value is 1',
  );
  expect(await detail("select * from Invoice where PrivateNote = 'x'")).toContain(
    "property 'PrivateNote' is not queryable",
  );
  expect(await detail("select * from Invoice where Colour = 'x'")).toContain(
    'Property Colour not found for Entity Invoice',
  );
});

test('US tax codes: real ones, and TAX and NON without a group (quickbooks.md §9.9)', async () => {
  const rows = await rig.rows('select * from TaxCode');
  expect(
    rows
      .filter((row) => row['TaxGroup'] === false)
      .map((row) => row['Id'])
      .sort(),
  ).toEqual(['NON', 'TAX']);
  expect(rows.map((row) => row['Name'])).toEqual(expect.arrayContaining(['Texas 8.25', 'CA 7.25']));
});

test('company and preferences answer as singletons and by query (quickbooks.md §9.10)', async () => {
  expect(at((await rig.call('GET', `companyinfo/${rig.tokens.realm}`)).json, 'CompanyInfo', 'Country')).toBe('US');
  expect(await rig.rows('select * from CompanyInfo')).toHaveLength(1);
  expect(at((await rig.call('GET', 'preferences')).json, 'Preferences', 'TaxPrefs')).toMatchObject({
    UsingSalesTax: true,
    PartnerTaxEnabled: true,
  });
});
