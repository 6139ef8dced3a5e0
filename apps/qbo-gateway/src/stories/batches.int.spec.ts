import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

const NAMES = Array.from({ length: 40 }, (_, n) => `Batch ${n}`);

describe('more than a handful goes by batch', () => {
  let rig: StoryRig;
  let books: string;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'batches', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    const connected = await rig.connect();
    if (connected.is !== 'connected') throw new Error(connected.is);
    ({ books } = connected);
    await rig.settings(1, { books });
    // The harder one: what is sent twice is made twice.
    await rig.admin('POST', 'settings', { requestidMode: 'ignore' });
    await rig.dispatch();
  });
  afterEach(() => rig.close());

  const puts = (names: readonly string[]) =>
    names.map((name, n) => customerPut(rig.tenant, books, `b${n}`, 1, { DisplayName: name }));
  const answered = (count: number) =>
    until(async () => ((await rig.answers()).length === count ? rig.answers() : undefined), {
      timeoutMs: 20_000,
      what: `${count} answers`,
    });
  const attempts = async () => {
    const { rows } = await rig.db.query<{ ref: string; requestid: string; bid: string | null; sends: number }>(
      `select ref, requestid, bid, sends from attempt order by id`,
    );
    return rows;
  };
  const traffic = async () => {
    const { realms } = await rig.admin<{ realms: Record<string, { requests: number; batches: number }> }>(
      'GET',
      'traffic',
    );
    return Object.values(realms)[0] ?? { requests: 0, batches: 0 };
  };

  it('in few calls, each settled by itself: one refused, the others synced', async () => {
    const before = await traffic();
    await rig.take(...puts([...NAMES, 'x'.repeat(501)]));
    const answers = await answered(41);
    expect(answers.filter(({ outcome }) => outcome === 'synced')).toHaveLength(40);
    expect(answers.filter(({ outcome }) => outcome === 'refused')).toMatchObject([
      { ref: 'customer:b40', code: '2050' },
    ]);
    expect(await rig.writes('Customer')).toHaveLength(40);
    const after = await traffic();
    expect(after.batches - before.batches).toBeGreaterThanOrEqual(1);
    expect(after.requests - before.requests).toBeLessThanOrEqual(25);
    const pairs = (await attempts()).map(({ requestid, bid }) => `${requestid}/${bid ?? ''}`);
    expect(new Set(pairs).size).toBe(41);
  });

  it('what is large goes alone beside them', async () => {
    const large = customerPut(rig.tenant, books, 'large', 1, { DisplayName: 'Large', Notes: 'x'.repeat(70_000) });
    await rig.take(large, ...puts(NAMES));
    await answered(41);
    const bids = new Map((await attempts()).map(({ ref, bid }) => [ref, bid]));
    expect(bids.get('customer:large')).toBeNull();
    expect([...bids.values()].filter((bid) => bid !== null).length).toBeGreaterThan(5);
  });

  it('committed, but the answer lost: each is found, none is made twice', async () => {
    await rig.admin('POST', 'disturbances', { kind: 'commit-then-drop', entity: 'batch', times: 1 });
    await rig.take(...puts(NAMES));
    expect((await answered(40)).every(({ outcome }) => outcome === 'synced')).toBe(true);
    expect(await rig.writes('Customer')).toHaveLength(40);
  });

  it('lost before it was committed: sent again under the same requestid and bId, never regrouped', async () => {
    await rig.admin('POST', 'disturbances', { kind: 'drop', entity: 'batch', times: 1 });
    await rig.take(...puts(NAMES));
    expect((await answered(40)).every(({ outcome }) => outcome === 'synced')).toBe(true);
    expect(await rig.writes('Customer')).toHaveLength(40);
    const again = (await attempts()).filter(({ sends }) => sends === 2);
    expect(again.length).toBeGreaterThan(5);
    expect(new Set(again.map(({ requestid }) => requestid)).size).toBe(1);
    expect(again.map(({ bid }) => bid).toSorted()).toEqual(again.map((_, n) => String(n + 1)).toSorted());
  });

  it('killed with batches under way: nothing lost, nothing twice', async () => {
    await rig.admin('POST', 'settings', { latencyMs: { from: 200, to: 300 } });
    await rig.take(...puts(NAMES));
    await until(async () => (await rig.openAttempts()) > 5);
    await rig.crash();
    expect((await answered(40)).every(({ outcome }) => outcome === 'synced')).toBe(true);
    expect(await rig.writes('Customer')).toHaveLength(40);
  });

  it('an unknown parent is a problem by cause after its time, said once', async () => {
    const { sayOrphans } = await import('@qbo-sync/gateway/orphans');
    const [put] = puts(['Child']);
    await rig.take({ ...put, after: ['customer:nobody'] } as NonNullable<typeof put>);
    await until(async () => Object.keys(await rig.waits()).length === 1);
    const said = async () =>
      (await rig.said())
        .filter(({ value }) => value['state'] === 'needs attention')
        .map(({ value }) => value['reason']);
    expect(await sayOrphans(rig.db, new Date())).toBe(false);
    const later = new Date(Date.now() + 16 * 60_000);
    expect(await sayOrphans(rig.db, later)).toBe(true);
    expect(await sayOrphans(rig.db, later)).toBe(false);
    expect(await said()).toEqual([{ code: 'parent_unknown', params: { kind: 'customer', ref: 'customer:nobody' } }]);
  });
});
