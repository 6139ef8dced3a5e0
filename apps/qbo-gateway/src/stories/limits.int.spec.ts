import { sparedForLive } from '@qbo-sync/gateway/decide/lanes';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { US_AUTO } from '@qbo-sync/sandbox/quickbooks/seeds/us-auto';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile, newTenant } from '../spec-rig';
import { steppedTime } from './stepped-time';
import { MIGRATIONS, storyRig, type RigParts, type StoryRig } from './story-rig';

jest.setTimeout(120_000);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** A window of QuickBooks' is over, and so is the rest after a refusal. */
const WINDOW = MINUTE + SECOND;
/** Far beyond what a spec takes, so that only a step ends it. */
const PAUSE = { baseMs: 10 * MINUTE, capMs: 10 * MINUTE };
const SINGLES = { concurrent: 10, windowMs: MINUTE } as const;

/** Calls of another app of the same company in each window. */
const OTHERS = 30;

interface Company {
  readonly tenant: string;
  readonly books: string;
  readonly realm: string;
}

describe('limits and breakers, in stepped time', () => {
  let rig: StoryRig;
  let time: ReturnType<typeof steppedTime>;
  const KEYS = ['one', 'two', 'three', 'four', 'five'];

  const start = async (parts: Pick<RigParts, 'limits' | 'backOff'> = {}): Promise<void> => {
    time = steppedTime();
    const database = await testDatabase({ name: 'limits', migrations: MIGRATIONS });
    const companies = KEYS.map((key, n) => ({
      ...US_AUTO,
      profile: { ...US_AUTO.profile, key, realmId: `93414539082177${n}0` },
    }));
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile(), companies });
    rig = storyRig({ database, emulator, until, ...parts });
  };
  afterEach(async () => {
    await rig.close();
    time.restore();
  });

  const connect = async (key = 'one', tenant = rig.tenant): Promise<Company> => {
    await rig.admin('POST', 'next-company', { company: key });
    const ended = await rig.connect(tenant);
    if (ended.is !== 'connected') throw new Error(ended.is);
    await rig.settings(1, { books: ended.books }, tenant);
    return { tenant, books: ended.books, realm: `93414539082177${KEYS.indexOf(key)}0` };
  };
  const puts = ({ tenant, books }: Company, count: number, name: string) =>
    Array.from({ length: count }, (_, n) =>
      customerPut(tenant, books, `${name}${n}`, 1, { DisplayName: `${name} ${n}` }),
    );
  const answered = async ({ tenant }: Company): Promise<number> =>
    (await rig.db.query(`select from answer where tenant = $1`, [tenant])).rowCount ?? 0;
  const allAnswered = (company: Company, count: number): Promise<unknown> =>
    until(async () => (await answered(company)) === count, { timeoutMs: 30_000, what: `${count} answers` });
  const trouble = async ({ tenant }: Company) =>
    (
      await rig.db.query<{ trouble: string | null; retry_at: Date | null }>(
        `select trouble, retry_at from company where tenant = $1`,
        [tenant],
      )
    ).rows[0];
  const inTrouble = (company: Company, of: string): Promise<unknown> =>
    until(async () => (await trouble(company))?.trouble === of && rig.underWay(company.books) === 0, {
      what: `${of} to be noted`,
    });
  const traffic = async ({ realm }: Company) => {
    const { realms } = await rig.admin<{
      realms: Record<string, { requests: number; throttled: Record<string, number> }>;
    }>('GET', 'traffic');
    const { requests = 0, throttled = {} } = realms[realm] ?? {};
    return { requests, refused: Object.values(throttled).reduce((sum, one) => sum + one, 0) };
  };
  /** Nothing more can go in this window but what is spared, and all that was refused in it is stored. */
  const usedUp = ({ books }: Company, spared = 0): Promise<unknown> =>
    until(async () => rig.room(books, spared) === 0 && rig.underWay(books) === 0 && (await rig.openAttempts()) === 0, {
      timeoutMs: 30_000,
      what: 'the window to be used up',
    });
  const forget = () => rig.admin('DELETE', 'traffic');
  let passed = 0;
  /** The gateway has looked at all companies and sent what it would send: another company's record went meanwhile. */
  const looked = async (other: Company): Promise<void> => {
    for (let round = 0; round < 2; round += 1) {
      const before = await answered(other);
      await rig.take(...puts(other, 1, `Passes ${(passed += 1)}`));
      await allAnswered(other, before + 1);
    }
  };

  describe('a realm shared with another app', () => {
    it('429s below our own count lower our budget; it climbs back once the other app is gone', async () => {
      await start({ limits: { ...SINGLES, perWindow: { single: 50, batch: 0 } } });
      const company = await connect();
      await time.step(WINDOW);
      await rig.admin('POST', 'settings', { limits: { perMinute: 60 } });
      const access = await rig.tokens.access(company.tenant);
      if (access.is !== 'token') throw new Error(access.is);
      // What was refused is a backlog by then, and leaves this to live traffic.
      const SPARED = sparedForLive(50);
      const headers = { authorization: `Bearer ${access.token}`, accept: 'application/json' };
      const otherApp = async (): Promise<void> => {
        for (let n = 0; n < OTHERS; n += 1) {
          await fetch(`${rig.emulator.url}/v3/company/${company.realm}/companyinfo/${company.realm}`, { headers });
        }
      };
      const window = async (
        shared: boolean,
        begin: () => unknown = rig.wake,
      ): Promise<{ ours: number; refused: number }> => {
        await forget();
        if (shared) await otherApp();
        await begin();
        await usedUp(company, SPARED);
        const { requests, refused } = await traffic(company);
        await time.step(WINDOW);
        return { ours: requests - (shared ? OTHERS : 0), refused };
      };

      await rig.take(...puts(company, 250, 'Shared'));
      const first = await window(true, rig.dispatch);
      expect(first.refused).toBeGreaterThan(0);
      const second = await window(true);
      expect(second.refused).toBe(0);
      expect(second.ours).toBeGreaterThan(15);
      expect(second.ours).toBeLessThan(30);
      const third = await window(true);
      expect(third.refused).toBe(0);
      expect(third.ours).toBeGreaterThanOrEqual(second.ours);
      await time.step(25 * MINUTE);
      expect(await window(false)).toEqual({ ours: 50 - SPARED, refused: 0 });
    });
  });

  describe('a gateway that starts again', () => {
    it('counts what the one before sent and read in the last minute: no 429', async () => {
      await start({ limits: { ...SINGLES, perWindow: { single: 30, batch: 0 } } });
      const company = await connect();
      await time.step(WINDOW);
      await forget();
      await rig.admin('POST', 'settings', { limits: { perMinute: 30 } });
      await rig.dispatch();
      await rig.take(...puts(company, 10, 'Before'));
      await allAnswered(company, 10);
      for (let n = 0; n < 8; n += 1) expect((await rig.read('companyinfo')).is).toBe('read');
      // An update that is lost on the way goes twice.
      await rig.admin('POST', 'disturbances', { kind: 'drop', method: 'POST', times: 1 });
      await rig.take(customerPut(company.tenant, company.books, 'Before0', 2, { DisplayName: 'Before Zero' }));
      await allAnswered(company, 11);
      expect((await traffic(company)).requests).toBe(20);

      await rig.restart();
      await rig.take(...puts(company, 20, 'After'));
      await usedUp(company);
      expect(await traffic(company)).toEqual({ requests: 30, refused: 0 });
      await time.step(WINDOW);
      await allAnswered(company, 31);
      expect((await traffic(company)).refused).toBe(0);
    });
  });

  describe('the breaker of one realm', () => {
    it('open: one probe at a time by its pause, no attempt is used, other realms go on; then all goes at once', async () => {
      await start({ backOff: PAUSE, limits: { ...SINGLES, perWindow: { single: 450, batch: 0 } } });
      const [company, other] = [await connect(), await connect('two', newTenant())];
      await rig.dispatch();
      await looked(other);
      await rig.admin('POST', 'disturbances', { kind: 'http-503', company: 'one' });
      await forget();
      await rig.take(...puts(company, 60, 'Down'));
      await inTrouble(company, 'qbo_down');
      await looked(other);
      // Ten were under way when the first one failed, and a place or two came free before that was noted; no second ten.
      expect((await traffic(company)).requests).toBeLessThanOrEqual(13);
      for (let probe = 0; probe < 3; probe += 1) {
        await forget();
        await looked(other);
        expect((await traffic(company)).requests).toBe(0);
        const before = (await trouble(company))?.retry_at?.getTime() ?? 0;
        await time.step(10 * MINUTE + SECOND);
        await until(async () => ((await trouble(company))?.retry_at?.getTime() ?? 0) > before, { what: 'a probe' });
        await looked(other);
        expect((await traffic(company)).requests).toBe(1);
      }
      const { rows } = await rig.db.query(`select from pending where tenant = $1 and attempts > 0`, [company.tenant]);
      expect(rows).toEqual([]);
      await rig.admin('DELETE', 'disturbances');
      await time.step(10 * MINUTE + SECOND);
      await allAnswered(company, 60);
      const answers = await rig.answers();
      expect(answers.every(({ outcome, attempt }) => outcome === 'synced' && attempt === 1)).toBe(true);
      expect(await rig.writes('Customer')).toHaveLength(answers.length);
    });
  });

  describe('the breaker of QuickBooks as a whole', () => {
    it('open: one realm asks for all, whatever the pauses of each; answered, all go at once', async () => {
      await start({ backOff: PAUSE });
      const other = await connect('five', newTenant());
      const companies: Company[] = [];
      for (const key of KEYS.slice(0, 4)) {
        companies.push(await connect(key, newTenant()));
        await rig.admin('POST', 'disturbances', { kind: 'http-503', company: key });
      }
      await rig.dispatch();
      for (const company of companies) await rig.take(...puts(company, 3, 'Outage'));
      for (const company of companies) await inTrouble(company, 'qbo_down');
      await looked(other);
      const asked = async (): Promise<number> =>
        (await Promise.all(companies.map(traffic))).reduce((sum, { requests }) => sum + requests, 0);
      await forget();
      // The pauses of all four are over: still one question, and the next only after a while.
      await time.step(11 * MINUTE);
      const begunAt = Date.now();
      for (let question = 1; question <= 3; question += 1) {
        await until(async () => (await asked()) >= question, { what: `question ${question}` });
        await looked(other);
        const questions = await asked();
        expect(questions).toBeLessThanOrEqual(1 + Math.floor((Date.now() - begunAt) / (5 * SECOND)));
        await time.step(5 * SECOND);
      }
      await rig.admin('DELETE', 'disturbances');
      await time.step(11 * MINUTE);
      for (const company of companies) await allAnswered(company, 3);
      expect((await rig.answers()).every(({ attempt }) => attempt === 1)).toBe(true);
    });
  });

  describe('the retry budget', () => {
    it('what fails again and again is not sent again as fast as it could be', async () => {
      await start();
      const company = await connect();
      await rig.dispatch();
      await rig.admin('POST', 'disturbances', { kind: 'fault', code: '130', method: 'POST' });
      const begunAt = performance.now();
      await rig.take(...puts(company, 120, 'Again'));
      const sent = async (): Promise<{ first: number; again: number }> => {
        const { rows } = await rig.db.query<{ first: number; again: number }>(
          `select count(distinct ref)::int as first, (count(*) - count(distinct ref))::int as again from attempt`,
        );
        return rows[0] ?? { first: 0, again: 0 };
      };
      await until(async () => (await sent()).again >= 150, { timeoutMs: 60_000, what: '150 retries' });
      const { first, again } = await sent();
      const seconds = (performance.now() - begunAt) / SECOND;
      // A hundred to begin with, a tenth of the first sends, ten a second.
      expect(again).toBeLessThanOrEqual(100 + 0.1 * first + 10 * seconds + 1);
    });
  });

  describe('Retry-After', () => {
    it.each([
      ['none: 60 s', null, MINUTE],
      ['less than 60 s: 60 s', 20, MINUTE],
      ['more: as long as it says', 90, 90 * SECOND],
    ] as const)(
      '%s, and nothing goes to the realm in that time, no read either',
      async (_what, retryAfterS, restMs) => {
        await start();
        const [company, other] = [await connect(), await connect('two', newTenant())];
        await rig.dispatch();
        await rig.admin('POST', 'settings', { retryAfterS });
        await rig.admin('POST', 'disturbances', { kind: 'throttle', company: 'one', times: 1 });
        await rig.take(...puts(company, 3, 'Rests'));
        await inTrouble(company, 'rate_limit');
        await forget();
        const read = rig.read('companyinfo');
        await time.step(restMs - 5 * SECOND);
        await looked(other);
        expect((await traffic(company)).requests).toBe(0);
        await time.step(6 * SECOND);
        expect((await read).is).toBe('read');
        // A slow machine notes the throttle later than it was heard: its end is then not yet there.
        const isOver = async (): Promise<boolean> => {
          await time.step(SECOND);
          return (await answered(company)) === 3;
        };
        await until(isOver, { timeoutMs: 30_000, what: '3 answers' });
        expect((await rig.answers()).every(({ attempt }) => attempt === 1)).toBe(true);
      },
    );
  });

  describe('Shows 4: ten minutes of false invalid_grant', () => {
    it('with the access token over too: nobody has to connect again, and nothing is lost', async () => {
      await start();
      const company = await connect();
      await rig.dispatch();
      await rig.take(...puts(company, 2, 'Before'));
      await allAnswered(company, 2);
      await rig.admin('POST', 'false-invalid-grant', { forMs: 10 * MINUTE });
      await rig.admin('POST', 'expire-access-tokens', {});
      for (let minute = 0; minute < 10; minute += 1) {
        await rig.take(...puts(company, 3, `Minute ${minute} `));
        await until(async () => (await rig.connections.connection(company.tenant)).state === 'suspect', {
          what: 'the grant to be suspect',
        });
        await time.step(MINUTE);
      }
      expect(await answered(company)).toBe(2);
      await time.step(6 * MINUTE);
      await allAnswered(company, 32);
      expect((await rig.answers()).every(({ outcome, attempt }) => outcome === 'synced' && attempt === 1)).toBe(true);
      expect(await rig.writes('Customer')).toHaveLength(32);
      const states = (await rig.said()).map(
        ({ value }) => (value['connection'] as { state?: string } | undefined)?.state,
      );
      expect(states).not.toContain('reconnect');
      expect((await rig.connections.connection(company.tenant)).state).toBe('connected');
    });
  });
});
