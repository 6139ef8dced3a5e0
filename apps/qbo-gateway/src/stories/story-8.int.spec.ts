import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { QboClient } from '@qbo-sync/qbo/client';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile, newTenant } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

describe('story 8', () => {
  let rig: StoryRig;
  let tenant: string;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'story_8', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    ({ tenant } = rig);
  });
  afterEach(() => rig.close());

  const connectTo = async (company: string, as = tenant) => {
    await rig.admin('POST', 'next-company', { company });
    return rig.connect(as);
  };
  const connected = async (): Promise<string> => {
    const ended = await connectTo('us-auto');
    if (ended.is !== 'connected') throw new Error(ended.is);
    await rig.settings(1, { books: ended.books });
    await rig.dispatch();
    return ended.books;
  };
  const links = async (books: string): Promise<number> => {
    const { rows } = await rig.db.query<{ n: number }>(`select count(*)::int as n from link where books = $1`, [books]);
    return rows[0]?.n ?? -1;
  };

  it('story 8: disconnected, what comes waits; the same company again keeps its books and links, and it goes on', async () => {
    const books = await connected();
    await rig.take(customerPut(tenant, books, 'c1', 1, { DisplayName: 'Before' }));
    await rig.answered('customer:c1', 1);
    expect(await rig.connections.disconnect(tenant)).toMatchObject({ state: 'none', books });
    await rig.take(customerPut(tenant, books, 'c1', 2, { DisplayName: 'After' }));
    expect((await rig.said()).at(-1)?.value).toMatchObject({ kind: 'company', condition: 'not_connected' });
    expect(await connectTo('us-auto')).toEqual({ is: 'connected', tenant, books });
    expect(await rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'synced' });
    expect(await rig.writes('Customer')).toEqual([
      expect.stringMatching(/^Customer create/),
      expect.stringMatching(/^Customer update/),
    ]);
    expect(await links(books)).toBe(1);
  });

  it('story 8: another company is refused until its name is typed; then new books, no link, the old pending cancelled', async () => {
    const books = await connected();
    await rig.take(customerPut(tenant, books, 'c1', 1, { DisplayName: 'In The Old Books' }));
    await rig.answered('customer:c1', 1);
    await rig.connections.disconnect(tenant);
    await rig.take(customerPut(tenant, books, 'c2', 1, { DisplayName: 'Waits For The Old Books' }));
    expect(await connectTo('uk-vat')).toEqual({ is: 'other_company', tenant });
    const shown = await rig.connections.connection(tenant);
    expect(shown).toMatchObject({ state: 'other_company', books });
    const name = shown.otherCompanyName ?? '';
    expect(name).not.toBe('');
    expect(name).not.toBe(shown.companyName);

    expect(await rig.connections.freshStart(tenant, shown.companyName ?? '')).toEqual({ is: 'name_differs' });
    expect((await rig.connections.connection(tenant)).books).toBe(books);
    const started = await rig.connections.freshStart(tenant, ` ${name.toUpperCase()} `);
    if (started.is !== 'started') throw new Error(started.is);
    expect(started.books).not.toBe(books);
    expect(await rig.connections.connection(tenant)).toMatchObject({
      state: 'connected',
      books: started.books,
      companyName: name,
    });
    expect((await rig.said()).at(-1)?.value).toMatchObject({ kind: 'company', books: started.books });
    expect(await rig.answered('customer:c2', 1)).toMatchObject({ outcome: 'cancelled' });
    expect([await links(books), await links(started.books)]).toEqual([1, 0]);
    expect((await rig.db.query(`select from pending`)).rowCount).toBe(0);

    // What was asked for the old books and comes late goes nowhere.
    await rig.take(customerPut(tenant, books, 'c3', 1, { DisplayName: 'Late For The Old Books' }));
    expect(await rig.answered('customer:c3', 1)).toMatchObject({ outcome: 'cancelled' });
    await rig.settings(2, { books: started.books });
    await rig.take(customerPut(tenant, started.books, 'c1', 2, { DisplayName: 'In The New Books' }));
    expect(await rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'synced' });
    expect(await rig.writes('Customer')).toHaveLength(2);
    expect(await links(started.books)).toBe(1);
  });

  it('story 8: a fresh start needs another company that was just chosen, and nobody else’s', async () => {
    await connected();
    expect(await rig.connections.freshStart(tenant, 'Anything')).toEqual({ is: 'nothing_offered' });
    expect((await connectTo('uk-vat')).is).toBe('other_company');
    const name = (await rig.connections.connection(tenant)).otherCompanyName ?? '';
    const other = newTenant();
    expect((await connectTo('uk-vat', other)).is).toBe('connected');
    expect(await rig.connections.freshStart(tenant, name)).toEqual({ is: 'taken' });
    // The connection of before was never touched.
    expect((await rig.tokens.access(tenant)).is).toBe('token');
  });

  it('story 8: the grant of the company that is left is revoked, and a call meant for its books never reaches the new one', async () => {
    const books = await connected();
    const before = await rig.tokens.access(tenant);
    expect((await connectTo('uk-vat')).is).toBe('other_company');
    const name = (await rig.connections.connection(tenant)).otherCompanyName ?? '';
    expect((await rig.connections.freshStart(tenant, name)).is).toBe('started');
    const after = await rig.tokens.access(tenant);
    if (before.is !== 'token' || after.is !== 'token') throw new Error('no token');
    expect(after.realmId).not.toBe(before.realmId);
    expect(after.books).not.toBe(books);
    const answer = await fetch(`${rig.emulator.url}/v3/company/${before.realmId}/companyinfo/${before.realmId}`, {
      headers: { authorization: `Bearer ${before.token}`, accept: 'application/json' },
    });
    expect(answer.status).toBe(401);
    const client = new QboClient(rig.emulator.url);
    const permits = new Permits();
    const watch = new CompanyWatch(
      rig.db,
      () => new Date(),
      () => undefined,
    );
    const quickbooks = new Quickbooks(client, rig.tokens, permits, watch);
    const outcome = await quickbooks.call({ tenant, books }, { method: 'GET', path: 'companyinfo/{realm}' });
    permits.stop();
    await client.close();
    expect(outcome).toEqual({ is: 'unsent', why: 'other_books' });
    expect((await rig.connections.connection(tenant)).state).toBe('connected');
  });
});
