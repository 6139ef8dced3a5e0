import { createServer, type Server } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNT_ROLES, type AccountRoleName } from '@qbo-sync/contracts/account-roles';
import { PLAYED_COMPANIES } from '@qbo-sync/sandbox/runacall/companies';
import { configure, turnOn } from './configure';
import { connectCompanies } from './connect-companies';
import type { TaxCodeAnswer } from './console-api';
import type { ConnectedCompany, World } from './world';

const world = { progress: { step: () => undefined, live: () => undefined } } as unknown as World;
const [usAuto, ukVat] = PLAYED_COMPANIES;
const CODES: readonly TaxCodeAnswer[] = [
  { id: '2', name: '20.0% ECG', percentage: '20' },
  { id: '6', name: '20.0% S', percentage: '20' },
  { id: '7', name: '5.0% R', percentage: '5' },
  { id: '8', name: '0.0% Z', percentage: '0' },
  { id: '9', name: 'No VAT', percentage: '0' },
];

/** A company at a console whose QuickBooks lists some accounts and codes; remembers what was saved and made. */
function companyAt(company: typeof ukVat, codes: readonly TaxCodeAnswer[], listed: readonly string[]) {
  const accounts = new Set(listed);
  const saved: Record<string, unknown>[] = [];
  const made: AccountRoleName[] = [];
  const refreshed: number[] = [];
  let there = 0;
  const id = (name: string): string => `id of ${name}`;
  const api = {
    accounts: () => Promise.resolve([...accounts].map((name) => ({ id: id(name), name, type: '', active: true }))),
    makeAccount: (_: string, role: AccountRoleName) => {
      made.push(role);
      return Promise.resolve();
    },
    // Each look at the log finds three more of them in QuickBooks.
    log: () => {
      there = Math.min(there + 3, made.length);
      const state = (place: number): string => (place < there ? 'synced' : 'sending');
      return Promise.resolve(made.map((recordId, place) => ({ entity: 'account', recordId, state: state(place) })));
    },
    refresh: () => {
      refreshed.push(there);
      for (const role of made.slice(0, there)) accounts.add(ACCOUNT_ROLES[role].name);
      return Promise.resolve();
    },
    profile: () => Promise.resolve(null),
    taxCodes: () => Promise.resolve(codes),
    settings: () =>
      Promise.resolve({
        version: 2,
        appliedVersion: 2,
        values: {
          'tax.rates': company!.rates.map(({ id: rateId, name, percentage }) => ({
            rateId,
            name,
            percentage,
            state: 'not_mapped',
          })),
        },
      }),
    save: (_: string, values: Record<string, unknown>) => {
      saved.push(values);
      return Promise.resolve({});
    },
  };
  return { one: { company, token: 't', api } as unknown as ConnectedCompany, saved, made, refreshed };
}

describe('the settings of the day', () => {
  test('are chosen by type and name; missing accounts are made; rates get the plainest code of their percentage', async () => {
    const { one, saved, made, refreshed } = companyAt(ukVat, CODES, [
      'Service Revenue',
      'Undeposited Funds',
      'Discounts given',
    ]);
    const choices = await configure(world, one, 'day');
    expect(made).toEqual(['equipment-sales', 'memberships', 'tips', 'stripe-fees', 'stripe-disputes', 'costs']);
    // Its lists are read anew once, when all of them are there.
    expect(refreshed).toEqual([6]);
    expect(saved).toEqual([
      expect.objectContaining({
        'items.defaultIncomeAccount': 'id of Service Revenue',
        'payments.undepositedAccount': 'id of Undeposited Funds',
        'payments.clearingAccount': 'id of Undeposited Funds',
        'tax.rates': { tax_vat20: '6', tax_vat5: '7', tax_vat0: '8' },
        'tax.untaxedCode': '9',
        'items.costAccount': 'id of Cost of materials',
      }),
    ]);
    expect(choices.mappedRates).toEqual(['tax_vat20', 'tax_vat5', 'tax_vat0']);
    expect(choices.categories['cat_equip']?.name).toBe('Equipment sales');
  });

  test('a missing tax code ends the day with one sentence that names it', async () => {
    const { one, saved } = companyAt(
      ukVat,
      CODES.filter(({ percentage }) => percentage !== '5'),
      ['Undeposited Funds'],
    );
    await expect(configure(world, one, 'day')).rejects.toThrow(
      'QuickBooks of uk-vat lists no tax code of 5 % for "VAT 5%": make one there, then run again.',
    );
    expect(saved).toEqual([]);
  });

  test('where QuickBooks works out the tax itself a rate may stay without a code', async () => {
    const { one, saved } = companyAt(usAuto, [], ['Undeposited Funds']);
    const choices = await configure(world, one, 'day');
    expect(choices.mappedRates).toEqual([]);
    expect(Object.keys(saved[0]!)).not.toContain('tax.untaxedCode');
  });

  test('a code "To classify" of an earlier run is no code of a rate', async () => {
    const family = { id: '30', name: 'To classify 8.25%', percentage: '8.25' };
    const { one } = companyAt(usAuto!, [family], ['Undeposited Funds']);
    expect((await configure(world, one, 'day')).mappedRates).toEqual([]);
  });

  test('sync is turned on with all advice acknowledged, and not while something is needed', async () => {
    const turned: unknown[] = [];
    const point = (code: string, ok: boolean) => ({ code, ok });
    const company = (needed: boolean): ConnectedCompany =>
      ({
        company: usAuto,
        api: {
          syncActive: () =>
            Promise.resolve({
              active: false,
              needed: [point('connected', needed)],
              advised: [point('verified', false), point('rates', true)],
            }),
          turnSync: (...args: unknown[]) => Promise.resolve(turned.push(args)),
        },
      }) as unknown as ConnectedCompany;
    await turnOn(world, company(true));
    expect(turned).toEqual([['us-auto', true, ['verified']]]);
    await expect(turnOn(world, company(false))).rejects.toThrow('Sync of us-auto cannot be turned on yet: connected.');
  });
});

describe('connecting', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connect-'));
  let server: Server;
  let url = '';
  const asked: string[] = [];
  let hops = 3;
  beforeAll(async () => {
    const connected = new Set<string>();
    server = createServer((request, response) => {
      const at = new URL(request.url ?? '/', url);
      asked.push(`${request.method} ${at.pathname}`);
      const json = (body: object): void => void response.end(JSON.stringify(body));
      const [, , , , id = '', ...rest] = at.pathname.split('/');
      if (at.pathname.startsWith('/authorize')) {
        const hop = Number(at.searchParams.get('hop') ?? '0');
        const of = at.searchParams.get('of') ?? '';
        response
          .writeHead(302, { location: hop < hops ? `/authorize?hop=${hop + 1}&of=${of}` : `/callback?of=${of}` })
          .end();
      } else if (at.pathname === '/callback') {
        connected.add(at.searchParams.get('of') ?? '');
        response.end('Connected');
      } else if (request.method === 'PUT') json({ token: `token of ${id}` });
      else if (rest.join('/') === 'connection/start') json({ authorizeUrl: `${url}/authorize?of=${id}` });
      else if (rest[0] === 'connection')
        json({ state: connected.has(id) ? 'connected' : 'none', companyName: id.toUpperCase() });
      else json({ profile: {} });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const there = (): World =>
    ({ ...world, config: { CONSOLE_URL: url, OPERATOR_TOKEN: 'o', STATE_DIR: folder } }) as unknown as World;

  test('goes company by company, follows redirects to the callback, keeps the tokens; once connected it stays', async () => {
    const connected = await connectCompanies(there(), [usAuto!, ukVat!]);
    expect(connected.map(({ token }) => token)).toEqual(['token of us-auto', 'token of uk-vat']);
    const callbacks = asked.flatMap((line, place) => (line === 'GET /callback' ? [place] : []));
    expect(callbacks).toHaveLength(2);
    expect(asked.indexOf('PUT /api/v1/companies/uk-vat')).toBeGreaterThan(callbacks[0]!);
    expect(JSON.parse(readFileSync(join(folder, 'companies.json'), 'utf8'))).toEqual([
      { id: 'us-auto', token: 'token of us-auto' },
      { id: 'uk-vat', token: 'token of uk-vat' },
    ]);
    await connectCompanies(there(), [usAuto!, ukVat!]);
    expect(asked.filter((line) => line === 'GET /callback')).toHaveLength(2);
  });

  test('gives up after ten redirects', async () => {
    hops = 20;
    const another = { ...usAuto!, id: 'another' };
    await expect(connectCompanies(there(), [another])).rejects.toThrow(
      'Connecting another took more than 10 redirects.',
    );
  });
});
