import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { DataSource } from 'typeorm';
import { GatewayClient } from '../connection/gateway-client';
import { ServiceClient } from '../connection/service-client';
import type { ConsoleConfig } from '../console-config';
import { consoleService } from '../console-service';
import { MatchChanges } from './match-changes';
import { MatchDesk } from './match-desk';
import { MatchDriver } from './match-driver';

const silent = { info() {}, warn() {}, error() {}, debug() {} } as unknown as ConstructorParameters<
  typeof MatchDriver
>[3];
const TENANT = 'acme';

/** The gateway's and the customers service's internal API: what they were asked, and a gate before each page. */
class Others {
  readonly asked: string[] = [];
  readonly bodies: [url: string, body: string][] = [];
  held = false;
  applied = 0;
  private state = 'none';
  private readonly server: Server = createServer((request, response) => {
    const url = (request.url ?? '').split(`/${TENANT}`)[1] ?? '';
    this.asked.push(url);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.bodies.push([url, Buffer.concat(chunks).toString()]));
    const send = (): void => {
      if (this.held) setTimeout(send, 20);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.answer(url)));
    };
    if (url === '/read' || url === '/matches/apply') send();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.answer(url)));
  });

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(url: string): object {
    if (url === '/matches/begin') {
      this.state = 'reading';
      return { readId: 'r1', resources: ['Customer', 'Vendor'] };
    }
    if (url === '/matches/page') return { taken: 3 };
    if (url === '/matches/match') this.state = 'read';
    if (url === '/matches/apply') {
      this.applied += 1;
      const look = { resource: 'Customer', ids: ['1', '2'] };
      return this.applied < 3 ? { applied: 2, next: 'links', look } : { applied: 2, next: null };
    }
    if (url !== '/matches/state') return { QueryResponse: {} };
    const at = this.state === 'none' ? null : '2026-11-03T14:00:00.000Z';
    return { state: this.state, readAt: at, appliedAt: null, counts: {} };
  }
}

describe('a reading or an Apply of Match', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let others: Others;
  let url: string;
  const drivers: MatchDriver[] = [];

  /** A console's process, as far as Match goes. */
  function aProcess(): { readonly driver: MatchDriver; readonly desk: MatchDesk } {
    const config = {
      ...{ OPERATOR_TOKEN: 'a-token-of-this-spec', GATEWAY_URL: url, CUSTOMERS_URL: url },
      ...{ ITEMS_URL: url, INVOICES_URL: url, PAYMENTS_URL: url },
    } as unknown as ConsoleConfig;
    const services = new ServiceClient(config);
    const driver = new MatchDriver(dataSource, new GatewayClient(config), services, silent);
    drivers.push(driver);
    return { driver, desk: new MatchDesk(dataSource, services, driver) };
  }
  const stateOf = async ({ desk }: { desk: MatchDesk }) => (await desk.state(TENANT, 'customers')).state;
  const became = (what: { desk: MatchDesk }, state: string) =>
    until(async () => (await stateOf(what)) === state, { what: `Match to be ${state}`, timeoutMs: 30_000 });
  const asks = (url: string): number => others.asked.filter((one) => one === url).length;
  /** Its process is not there any more: nobody renews its lease. */
  const lapse = () =>
    dataSource.query(`update match_work set leased_by = 'gone', leased_until = now() - interval '1 s'`);
  const refused = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'taken',
      (error: unknown) => (error as { code?: string }).code,
    );

  beforeAll(async () => {
    database = await testDatabase({ name: 'match driver', migrations: consoleService().migrations ?? [] });
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  });
  beforeEach(async () => {
    others = new Others();
    url = await others.open();
    await dataSource.query('delete from match_work');
  });
  afterEach(async () => {
    others.held = false;
    await Promise.all(drivers.splice(0).map((driver) => driver.beforeApplicationShutdown()));
    others.close();
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('that its process left is nobody’s, shown as stopped, and begun again by whichever process looks', async () => {
    others.held = true;
    const first = aProcess();
    expect((await first.desk.read(TENANT, 'customers', 'pat')).state).toBe('reading');
    await until(() => asks('/read') === 1, { what: 'the first page', timeoutMs: 30_000 });
    await lapse();
    const second = aProcess();
    expect(await stateOf(second)).toBe('stopped');

    second.driver.onApplicationBootstrap();
    await became(second, 'reading');
    others.held = false;
    await became(second, 'read');
    expect(asks('/matches/begin')).toBe(2);
    // The first let go: the one page it had in hand is all it did.
    expect(asks('/matches/match')).toBe(1);
    expect((await second.desk.state(TENANT, 'customers')).done).toBe(6);
  });

  it('is told as it goes on, by kind, and nothing twice', async () => {
    others.held = true;
    const first = aProcess();
    await first.desk.read(TENANT, 'customers', 'pat');
    const changes = new MatchChanges(dataSource.manager, TENANT);
    const underWay = { kind: 'customers', does: 'reading', state: 'under way', done: 0, failed: null };
    expect(await changes.look()).toMatchObject([underWay]);
    expect(await changes.look()).toEqual([]);
    await lapse();
    expect(await changes.look()).toMatchObject([{ ...underWay, state: 'stopped' }]);
    others.held = false;
    first.driver.onApplicationBootstrap();
    await became(first, 'read');
    expect(await changes.look()).toMatchObject([{ kind: 'customers', state: 'done', done: 6 }]);
    expect(await new MatchChanges(dataSource.manager, 'other').look()).toEqual([]);
  });

  it('is handed on at once by a process that is told to stop', async () => {
    others.held = true;
    const [first, second] = [aProcess(), aProcess()];
    await first.desk.read(TENANT, 'customers', 'pat');
    await until(() => asks('/read') === 1, { what: 'the first page', timeoutMs: 30_000 });
    const stopped = first.driver.beforeApplicationShutdown();
    others.held = false;
    await stopped;
    expect(await stateOf(second)).toBe('stopped');
    expect(asks('/matches/match')).toBe(0);
    second.driver.onApplicationBootstrap();
    await became(second, 'read');
  });

  it('is one at a time while somebody does it; a person may begin anew what nobody does', async () => {
    others.held = true;
    const [first, second] = [aProcess(), aProcess()];
    await first.desk.read(TENANT, 'customers', 'pat');
    expect(await refused(second.desk.read(TENANT, 'customers', 'kim'))).toBe('match_under_way');
    await lapse();
    expect(await refused(second.desk.read(TENANT, 'customers', 'kim'))).toBe('taken');
    expect(await refused(second.desk.read(TENANT, 'items', 'kim'))).toBe('taken');
  });

  it('goes on with what is not applied yet', async () => {
    const first = aProcess();
    await first.desk.read(TENANT, 'customers', 'pat');
    await became(first, 'read');
    others.held = true;
    expect((await first.desk.apply(TENANT, 'customers', 'pat')).state).toBe('applying');
    await until(() => asks('/matches/apply') === 1, { what: 'the first page of Apply', timeoutMs: 30_000 });
    await lapse();
    expect(await stateOf(first)).toBe('stopped');
    const second = aProcess();
    second.driver.onApplicationBootstrap();
    await until(() => asks('/matches/apply') === 2, { what: 'Apply to go on', timeoutMs: 30_000 });
    others.held = false;
    await became(second, 'read');
    // The page that the first had in hand may be answered between two of the second's, or after them: one more is asked for.
    expect(others.applied).toBeGreaterThanOrEqual(3);
    expect(others.applied).toBeLessThanOrEqual(4);
  });

  it('looks at the records that links are to be made to, before they are made', async () => {
    const first = aProcess();
    await first.desk.read(TENANT, 'customers', 'pat');
    await became(first, 'read');
    others.bodies.length = 0;
    await first.desk.apply(TENANT, 'customers', 'pat');
    await became(first, 'read');
    const sent = (url: string) =>
      others.bodies.flatMap(([to, body]) => (to === url ? [JSON.parse(body) as object] : []));
    expect(sent('/read')).toHaveLength(2);
    expect(JSON.stringify(sent('/read')[0])).toContain("Id in ('1', '2') and Active in (true, false)");
    const looked = { ids: ['1', '2'], pages: ['{"QueryResponse":{}}'] };
    expect(sent('/matches/apply')).toEqual([
      { by: 'pat' },
      { by: 'pat', next: 'links', looked },
      { by: 'pat', next: 'links', looked },
    ]);
  });

  it('that failed says why, and is not begun again by itself', async () => {
    const first = aProcess();
    others.close();
    await dataSource.query(
      `insert into match_work (tenant, kind, id, does, by, begun_at, leased_by, leased_until)
       values ('${TENANT}', 'customers', 'match_1', 'reading', 'pat', now(), 'gone', now() - interval '1 s')`,
    );
    first.driver.onApplicationBootstrap();
    const ended = (): Promise<{ ended: string | null; failed: string | null }[]> =>
      dataSource.query('select ended, failed from match_work');
    await until(async () => (await ended())[0]?.ended !== null, { what: 'it to end', timeoutMs: 30_000 });
    expect(await ended()).toEqual([{ ended: 'failed', failed: 'service_unavailable' }]);
  });
});
