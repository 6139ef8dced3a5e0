import { UNDER_WAY } from '@qbo-sync/contracts/internal/backfill';
import { splitKey } from '@qbo-sync/contracts/keys';
import { idOf } from '@qbo-sync/contracts/refs';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import {
  LIMITED_GATEWAY_MIGRATIONS,
  type LimitedGateway,
  openLimitedGateway,
} from '@qbo-sync/simulation/outage/limited-gateway';
import { invoiceRequest } from '@qbo-sync/simulation/outage/record-requests';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { consoleService } from '../../console-service';
import type { MostUnderWay } from './pacing';
import { RunsRig } from './runs-rig';

/** `BACKFILL_INVOICES=36000` brings in three years of a company at QuickBooks' own limits, and says what came of it. */
const WHOLE = Number(process.env['BACKFILL_INVOICES'] ?? 0);
const RECORDS = WHOLE > 0 ? WHOLE : 1_200;
/** QuickBooks' own limits (quickbooks.md §3.1), or a tenth, so that a tenth of the records fills as many windows. */
const ARE_MANY = RECORDS >= 12_000;
const LIMITS = ARE_MANY
  ? { concurrent: 10, perWindow: { single: 460, batch: 40 }, windowMs: 60_000 }
  : { concurrent: 10, perWindow: { single: 45, batch: 4 }, windowMs: 60_000 };
const PER_WINDOW = LIMITS.perWindow.single + LIMITS.perWindow.batch * 30;
/** As many as in the product, or a tenth of them. */
const MOST: MostUnderWay = ARE_MANY
  ? UNDER_WAY
  : { documents: UNDER_WAY.documents / 10, masters: UNDER_WAY.masters / 10 };

const TENANT = 'acme';
const SECOND = 1_000;
const MINUTE = 60_000;
/** From a command until the service's request is at the gateway, and from QuickBooks' answer until the log's row says so. */
const HEARD_MS = 2_000;
const TOLD_MS = 3_000;
const LIVE_EVERY_MS = 20 * SECOND;
/** Every so many sends the console ends: before it, or between it and its note, in turn. */
const DIES_EVERY = 3;

jest.setTimeout(240_000 + WHOLE * 60);

/** While there was something to hand over, and what was handed over last has not come to rest. */
interface Stretch {
  readonly fromMs: number;
  toMs: number;
  /** When a person stopped it, and what was under way then. */
  stopped?: { readonly atMs: number; readonly underWay: number };
}

/**
 * Three years of a company come in by the console's own pacing, through the gateway itself, into the emulated QuickBooks and
 * its exact windows, in stepped time. The invoices service is played: it takes a command in once per record, and asks.
 *
 *   run 1 ──a sixth──▶ paused, at rest ──▶ resumed ──a sixth──▶ cancelled, at rest
 *   run 2, what is left ──▶ done                          an invoice of today every 20 s
 */
describe('a backfill of three years, paused, cancelled and begun again', () => {
  let databases: TestDatabase[];
  let gateway: LimitedGateway;
  let rig: RunsRig;
  const old = Array.from({ length: RECORDS }, (_, n) => ({ ref: `invoice:i_${n + 1}`, date: dayOf(n) }));
  const stretches: Stretch[] = [];
  const asked = new Map<string, number>();
  const told = new Set<string>();
  const live = new Map<string, number>();
  let sends = 0;
  let resent = 0;
  const died = { before: 0, after: 0 };

  /** The commands' topic, and the service behind it. */
  function send(messages: readonly OutgoingMessage[]): Promise<void> {
    sends += 1;
    const dies = sends % DIES_EVERY === 0;
    if (dies && died.before <= died.after) {
      died.before += 1;
      return Promise.reject(new Error('ended before the send'));
    }
    const refs = messages.map(({ key }) => splitKey(key ?? '')?.ref ?? '');
    const fresh = refs.filter((ref) => !asked.has(ref));
    resent += refs.length - fresh.length;
    for (const ref of fresh) asked.set(ref, gateway.time.nowMs);
    gateway.time.after(HEARD_MS, () => void request(fresh, 'backlog'));
    if (!dies) return Promise.resolve();
    died.after += 1;
    return Promise.reject(new Error('ended after the send'));
  }

  const request = (refs: readonly string[], lane: 'live' | 'backlog'): Promise<void> =>
    gateway.take(
      refs.map((ref, n) =>
        invoiceRequest({ tenant: TENANT, id: idOf(ref), lane }, { number: numberOf(ref), day: dayOf(n) }),
      ),
    );

  /** The log hears what was written, and the driver does a step. */
  async function step(meanwhile?: () => Promise<void>): Promise<void> {
    const { time, qbo } = gateway;
    const heard = [...asked.keys()].filter(
      (ref) => !told.has(ref) && (qbo.writtenAt.get(numberOf(ref)) ?? Infinity) <= time.nowMs - TOLD_MS,
    );
    for (const ref of heard) told.add(ref);
    await rig.say(heard, 'synced');
    await rig.step(MOST, meanwhile).catch((error: unknown) => {
      if (!/ended (before|after) the send/.test(String(error))) throw error;
    });
  }

  /** One second with a step in it; an invoice of today may come. */
  async function second(): Promise<void> {
    const { time, pass } = gateway;
    await step();
    if (time.nowMs >= [...live.values()].reduce((latest, at) => Math.max(latest, at), 0) + LIVE_EVERY_MS) {
      const ref = `invoice:today_${live.size + 1}`;
      live.set(ref, time.nowMs);
      await request([ref], 'live');
    }
    await pass(SECOND);
  }

  /** Until so many more came to rest, or nothing is left to do. */
  async function run(id: string, more: number): Promise<Stretch> {
    const until = told.size + more;
    const stretch: Stretch = { fromMs: gateway.time.nowMs, toMs: 0 };
    stretches.push(stretch);
    while (told.size < until && (await rig.run(id)).working) await second();
    return stretch;
  }

  /** What was handed over comes to rest. */
  async function rest(id: string, stretch: Stretch): Promise<void> {
    const { open, handed } = await rig.counts(id);
    stretch.stopped = { atMs: gateway.time.nowMs, underWay: open };
    while ((await rig.run(id)).working) await second();
    stretch.toMs = gateway.time.nowMs;
    expect((await rig.counts(id)).handed).toBe(handed);
  }

  async function story(): Promise<void> {
    await rig.say(
      old.map(({ ref }) => ref),
      'skipped',
    );
    await rig.begin('run_1', old);
    await rest('run_1', await stoppedAfter(RECORDS / 6, 'paused'));
    for (let at = 0; at <= 60; at += 1) await second();
    await rig.move('run_1', 'paused', 'running');
    await rest('run_1', await stoppedAfter(RECORDS / 6, 'cancelled'));
    for (let at = 0; at <= 60; at += 1) await second();
    // The next preview offers what is left out yet.
    await rig.begin(
      'run_2',
      old.filter(({ ref }) => !asked.has(ref)),
    );
    const last = await run('run_2', Infinity);
    last.toMs = gateway.time.nowMs;
    await gateway.pass(MINUTE, () => [...live.keys()].every((ref) => gateway.qbo.writtenAt.has(numberOf(ref))));
  }

  async function stoppedAfter(rested: number, to: 'paused' | 'cancelled'): Promise<Stretch> {
    const stretch = await run('run_1', rested);
    const { handed } = await rig.counts('run_1');
    // A step that has looked already hands over nothing more.
    await step(() => rig.move('run_1', 'running', to));
    expect((await rig.counts('run_1')).handed).toBe(handed);
    return stretch;
  }

  beforeAll(async () => {
    databases = await Promise.all([
      testDatabase({ name: 'backfill gateway', migrations: LIMITED_GATEWAY_MIGRATIONS }),
      testDatabase({ name: 'backfill console', migrations: consoleService().migrations ?? [] }),
    ]);
    const [ofGateway, ofConsole] = databases.map(({ url }) => url);
    gateway = openLimitedGateway({
      ...{ databaseUrl: ofGateway ?? '', seed: 'three years', limits: LIMITS, tenants: [TENANT] },
    });
    // In stepped time from its first timer on.
    rig = await RunsRig.open({ databaseUrl: ofConsole ?? '', tenant: TENANT, send });
    gateway.watch(rig.pool);
    await gateway.start();
    await story();
    if (WHOLE > 0) console.log(printed());
  });
  afterAll(async () => {
    await gateway?.close();
    await rig?.dataSource.destroy();
    for (const database of databases ?? []) await database.drop();
  });

  /** Of whole minutes from each beginning: how much was written, of what QuickBooks lets through. */
  function share(): number {
    const written = [...gateway.qbo.writtenAt.values()];
    let [windows, within] = [0, 0];
    for (const { fromMs, toMs } of stretches) {
      const whole = Math.floor((lastOf(written, toMs) - fromMs) / LIMITS.windowMs);
      windows += whole;
      within += written.filter((at) => at >= fromMs && at < fromMs + whole * LIMITS.windowMs).length;
    }
    return within / (windows * PER_WINDOW);
  }

  const liveMs = (): number[] =>
    [...live].map(([ref, atMs]) => (gateway.qbo.writtenAt.get(numberOf(ref)) ?? Infinity) - atMs);

  function printed(): string {
    const minutes = stretches.map(({ fromMs, toMs }) => ((toMs - fromMs) / MINUTE).toFixed(1));
    const stops = stretches.flatMap(({ stopped, toMs }) =>
      stopped === undefined ? [] : [`${stopped.underWay} (${((toMs - stopped.atMs) / MINUTE).toFixed(1)} min)`],
    );
    return (
      `${RECORDS} records in ${minutes.join(' + ')} min, ${(share() * 100).toFixed(1)} % of the limit; ` +
      `under way at the pause and at the cancel: ${stops.join(', ')}; ${live.size} live ones, the longest ` +
      `${(Math.max(...liveMs()) / SECOND).toFixed(1)} s; ended before a send ${died.before} times and after one ${died.after} times, ${resent} records sent again; ` +
      `twice ${gateway.qbo.twice().length}, 429s ${gateway.qbo.counts.throttled}`
    );
  }

  it('everything is in QuickBooks once', () => {
    const { qbo, errors } = gateway;
    expect({ twice: qbo.twice(), throttled: qbo.counts.throttled, errors }).toEqual({
      ...{ twice: [], throttled: 0, errors: [] },
    });
    expect(old.filter(({ ref }) => !qbo.writtenAt.has(numberOf(ref)))).toEqual([]);
    expect(qbo.writtenAt.size).toBe(old.length + live.size);
  });

  it('the two runs count each record once between them', async () => {
    const [one, two] = [await rig.run('run_1'), await rig.run('run_2')];
    expect([one.state, two.state]).toEqual(['cancelled', 'done']);
    const { synced = 0, ...more } = one.result?.byState ?? {};
    expect(more).toEqual({ 'left out': old.length - synced });
    expect(two.result?.byState).toEqual({ synced: old.length - synced });
  });

  it('a console that ended between a send and its note sent some again', () => {
    expect(died.before).toBeGreaterThan(0);
    expect(died.after).toBeGreaterThan(0);
    expect(resent).toBeGreaterThan(0);
  });

  it('after a pause and a cancel no more than a window and a quarter goes on, to rest within two windows', () => {
    const stops = stretches.flatMap(({ stopped, toMs }) => (stopped === undefined ? [] : [{ ...stopped, toMs }]));
    expect(stops).toHaveLength(2);
    for (const { atMs, underWay, toMs } of stops) {
      expect(underWay).toBeGreaterThan(0);
      expect(underWay).toBeLessThanOrEqual(1.25 * PER_WINDOW);
      expect(toMs - atMs).toBeLessThanOrEqual(2 * LIMITS.windowMs + HEARD_MS + 2 * TOLD_MS);
    }
  });

  it('uses at least 95 % of the limit while it runs', () => {
    expect(share()).toBeGreaterThanOrEqual(0.95);
  });

  it('what happens meanwhile is posted within a minute', () => {
    expect(live.size).toBeGreaterThan(15);
    expect(Math.max(...liveMs())).toBeLessThan(MINUTE);
  });
});

/** Over three years, the oldest first. */
function dayOf(n: number): string {
  return new Date(Date.UTC(2023, 10, 1 + Math.floor((n * 1_095) / RECORDS))).toISOString().slice(0, 10);
}

function numberOf(ref: string): string {
  return `RAC-${idOf(ref)}`;
}

function lastOf(written: readonly number[], beforeMs: number): number {
  return written.reduce((last, at) => (at <= beforeMs ? Math.max(last, at) : last), 0);
}
