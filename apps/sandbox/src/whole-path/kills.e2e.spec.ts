import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStack, type StackFile } from '@qbo-sync/testkit/local-stack';
import { seeded } from '@qbo-sync/testkit/seeds';
import { until } from '@qbo-sync/testkit/until';
import type { DayResult } from '../day/report';

/**
 * SIGKILL at three moments each for the gateway, invoices and payments, all with work in hand, while the emulator
 * ignores `requestid`: nothing is lost and nothing is there twice.
 */
const VICTIMS = ['gateway', 'invoices', 'payments'] as const;
const MOMENTS = 3;

describe('killed in the middle of a short day', () => {
  const stack = new LocalStack();
  let file: StackFile;
  afterAll(() => stack.stop(), 60_000);

  const admin = async (method: string, call: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${file.sandbox.adminUrl}/${call}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  };

  const isReady = async (service: string): Promise<boolean> =>
    (await fetch(`${file.services[service]!.url}/health/ready`)).ok;

  it('loses nothing and posts nothing twice', async () => {
    file = await stack.start('--no-day');
    expect(await stack.playDay({ DAY_SIZE: 'short', DAY_UNTIL: 'configure' })).toMatchObject({ code: 0 });
    await admin('POST', 'settings', { requestidMode: 'ignore', latencyMs: 2000 });
    const day = stack.playDay({ DAY_SIZE: 'short' });
    const inHand: Record<(typeof VICTIMS)[number], () => Promise<number>> = {
      gateway: () => stack.count('gateway', 'select count(*) from attempt where closed_at is null'),
      invoices: () => stack.count('invoices', 'select count(*) from stream where open'),
      payments: () => stack.count('payments', 'select count(*) from stream where open'),
    };
    // The day itself is what is killed into, not its preparations.
    await until(async () => (await inHand.invoices()) > 0, { timeoutMs: 90_000, what: 'the first invoice' });
    const random = seeded(20_261_122);
    await Promise.all(
      VICTIMS.map(async (victim) => {
        for (let moment = 0; moment < MOMENTS; moment += 1) {
          await until(() => isReady(victim), { timeoutMs: 60_000, what: `${victim} to be ready` });
          do {
            await until(async () => (await inHand[victim]()) > 0, {
              timeoutMs: 60_000,
              what: `work in hand at ${victim}`,
              everyMs: 15,
            });
            await sleep(random.integer(0, 200));
          } while ((await inHand[victim]()) === 0);
          const { pid } = stack.file().services[victim]!;
          process.kill(pid, 'SIGKILL');
          await until(() => stack.file().services[victim]!.pid !== pid, {
            timeoutMs: 30_000,
            what: `${victim} to be started again`,
          });
        }
      }),
    );
    // Answers took so long that there was always work in hand; the rest of the day need not wait for them.
    await admin('POST', 'settings', { latencyMs: 0 });

    const { code, output } = await day;
    expect({ code, tail: code === 0 ? '' : output.slice(-4000) }).toEqual({ code: 0, tail: '' });
    const result = JSON.parse(readFileSync(path.join(stack.sandboxDir, 'day-result.json'), 'utf8')) as DayResult;
    expect(result.comparisons.flatMap(({ differences }) => differences)).toEqual([]);
    expect(await admin('GET', 'duplicates')).toEqual({ duplicates: [] });
  }, 400_000);
});
