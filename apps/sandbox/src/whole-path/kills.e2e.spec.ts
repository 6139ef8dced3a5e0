import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LocalStack, type StackFile } from '@qbo-sync/testkit/local-stack';
import { until } from '@qbo-sync/testkit/until';
import { Client } from 'pg';
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

  const count = async (service: string, sql: string): Promise<number> => {
    const client = new Client({ connectionString: file.services[service]!.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ count: string }>(sql);
      return Number(rows[0]?.count ?? 0);
    } finally {
      await client.end();
    }
  };

  it('loses nothing and posts nothing twice', async () => {
    file = await stack.start('--no-day');
    await admin('POST', 'settings', { requestidMode: 'ignore', latencyMs: 250 });
    const day = stack.playDay({ DAY_SIZE: 'short' });
    const inHand: Record<(typeof VICTIMS)[number], () => Promise<number>> = {
      gateway: () => count('gateway', 'select count(*) from attempt where closed_at is null'),
      invoices: () => count('invoices', 'select count(*) from stream where open'),
      payments: () => count('payments', 'select count(*) from stream where open'),
    };
    const kills: Record<string, number> = {};
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      for (const victim of VICTIMS) {
        await until(async () => (await inHand[victim]()) > 0, { timeoutMs: 60_000, what: `work in hand at ${victim}`, everyMs: 15 });
        const before = stack.file().services[victim]!.pid;
        process.kill(before, 'SIGKILL');
        kills[victim] = (kills[victim] ?? 0) + 1;
        await until(() => stack.file().services[victim]!.pid !== before, { timeoutMs: 30_000, what: `${victim} to be started again` });
      }
    }
    expect(kills).toEqual({ gateway: 3, invoices: 3, payments: 3 });

    const { code, output } = await day;
    expect({ code, tail: code === 0 ? '' : output.slice(-4000) }).toEqual({ code: 0, tail: '' });
    const result = JSON.parse(readFileSync(path.join(stack.sandboxDir, 'day-result.json'), 'utf8')) as DayResult;
    expect(result.comparisons.flatMap(({ differences }) => differences)).toEqual([]);
    expect(await admin('GET', 'duplicates')).toEqual({ duplicates: [] });
  }, 400_000);
});
