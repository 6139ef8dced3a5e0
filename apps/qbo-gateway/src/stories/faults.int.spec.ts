import { sentence } from '@qbo-sync/contracts/reasons';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { faultTable } from '@qbo-sync/testkit/fault-table';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

/** One row per code: where the record then stands, what a person reads and the state shown. */
const ROWS = faultTable();

const of = (stands: string) => ROWS.filter((row) => row.stands === stands);
const HELD = of('held');
const OTHERS = ROWS.filter(({ stands }) => stands !== 'held');

describe('what QuickBooks answers, and where the record stands then', () => {
  let rig: StoryRig;
  let books: string;

  const start = async (): Promise<void> => {
    const database = await testDatabase({ name: 'faults', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    const ended = await rig.connect();
    if (ended.is !== 'connected') throw new Error(ended.is);
    ({ books } = ended);
    await rig.settings(1, { books });
    await rig.dispatch();
  };
  const fault = ({ code, status }: { code: string; status: number }): Promise<unknown> =>
    rig.admin('POST', 'disturbances', {
      ...{ kind: 'fault', code, status, method: 'POST', contains: `Fault ${code} of`, detail: `said of ${code}` },
      ...(['3001', '3100', '3200'].includes(code) ? { envelope: 'gateway' } : {}),
    });
  const put = (code: string) =>
    rig.take(customerPut(rig.tenant, books, `c${code}`, 1, { DisplayName: `Fault ${code} of QuickBooks` }));

  describe('a person is shown it', () => {
    beforeAll(start);
    afterAll(() => rig.close());

    it.each(HELD)('$code $name', async ({ code, status }) => {
      await fault({ code, status });
      await put(code);
      expect(await rig.answered(`customer:c${code}`, 1)).toMatchObject({ outcome: 'refused', code });
      const said = (await rig.said()).find(
        ({ topic, value }) => topic === 'qbo.answers.v1' && value['ref'] === `customer:c${code}`,
      );
      expect(said?.value).toMatchObject({ code, detail: `said of ${code}` });
      expect((await rig.answers()).filter(({ ref }) => ref === `customer:c${code}`)).toHaveLength(1);
    });
  });

  describe('nobody needs to do anything about the record', () => {
    beforeEach(start);
    afterEach(() => rig.close());

    it.each(OTHERS)('$code $name: $stands', async ({ code, status, stands, reason, state, ...reads }) => {
      await fault({ code, status });
      await put(code);
      const company = () =>
        rig.db
          .query<{ state: string; trouble: string | null }>(`select state, trouble from company`)
          .then(({ rows }) => rows[0]);
      /** What the log shows of the record, for the gateway says it last. */
      const shown = async (): Promise<RecordActivity | undefined> =>
        (await rig.said())
          .filter(({ topic, value }) => topic === 'sync.activity.v1' && value['ref'] === `customer:c${code}`)
          .map(({ value }) => value as unknown as RecordActivity)
          .findLast(({ reason }) => reason !== undefined);
      const row = () =>
        rig.db
          .query<{ attempts: number; not_before: Date | null }>(`select attempts, not_before from pending`)
          .then(({ rows }) => rows[0]);
      await until(
        async () => {
          const [known, waiting] = [await company(), await row()];
          switch (stands) {
            case 'reconnect':
              return known?.state === 'reconnect';
            case 'throttled':
              return known?.trouble === 'rate_limit';
            case 'subscription':
              return known?.trouble === 'subscription';
            case 'later':
              return (waiting?.attempts ?? 0) > 0 && waiting?.not_before !== null;
            case 'checking':
              return (await rig.openAttempts()) === 1;
            default:
              throw new Error(`no such place: ${stands}`);
          }
        },
        { timeoutMs: 10_000, what: `${code} to stand as ${stands}` },
      );
      const said = await until(shown, { timeoutMs: 10_000, what: `${code} to be shown` });
      expect(said).toMatchObject({ state, reason: { code: reason } });
      const { at = '' } = said.reason?.params ?? {};
      expect(said.reason && sentence(said.reason)).toBe(reads.sentence.replace('{at}', at));
      // Of its own it has a moment only where it, and not the company, waits.
      expect(said.retryAt).toBe(stands === 'later' ? at : undefined);
      expect(await rig.answers()).toEqual([]);
      expect(await row()).toBeDefined();
    });
  });
});
