import type { LocalStack, StackFile } from '@qbo-sync/testkit/local-stack';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { cpuSeconds } from '@qbo-sync/testkit/cpu-seconds';
import { aCustomer, anInvoice, anItem, runACallEvent } from '@qbo-sync/testkit/run-a-call';
import { until } from '@qbo-sync/testkit/until';
import { ConsoleApi } from '../day/console-api';

const TENANT = 'us-auto';
const CUSTOMERS = 40;
const LIVE_EVERY_MS = 5_000;
/** QuickBooks' own, at its own minute (quickbooks.md §3.1): single calls, and 40 batches of 30. */
const PER_MINUTE = 1_660;
const SECOND = 1_000;
const MINUTE = 60_000;

export interface BackfillRig {
  readonly stack: LocalStack;
  file(): StackFile;
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly plan: { readonly counts: Readonly<Record<string, number>> } | null;
  readonly done: number;
  readonly total: number;
  readonly underWay: number;
  readonly result?: { readonly byState: Readonly<Record<string, number>> };
}

/** Time of what was written, epoch milliseconds, by its marker. */
type Written = readonly { readonly marker?: string; readonly at: number }[];

/**
 * A company's older invoices, so many of them, on a whole stack at QuickBooks' own limits: previewed, begun, cancelled midway,
 * previewed and begun again, paused and gone on with, while an invoice of today comes every 5 s.
 */
export function manyBroughtIn(rig: BackfillRig, count: number): void {
  const longMs = 240_000 + count * 150;
  const printed: string[] = [];
  const live = new Map<string, number>();
  const say = (line: string): void => {
    printed.push(line);
    process.stderr.write(`${line}\n`);
  };
  const ask = async <Answer = Run>(method: 'GET' | 'POST', url: string, body?: object): Promise<Answer> => {
    const token = rig.file().companies.find(({ id }) => id === TENANT)?.token ?? '';
    const response = await fetch(`${rig.file().services['console']?.url}/api/v1/companies/${TENANT}${url}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const admin = async <Answer>(method: 'GET' | 'POST' | 'DELETE', at: string, body?: object): Promise<Answer> => {
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${rig.file().sandbox.adminUrl}${at}`, { method, ...given });
    if (!response.ok) throw new Error(`${at}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const pids = (): Record<string, number> =>
    Object.fromEntries(Object.entries(rig.file().services).map(([name, { pid }]) => [name, pid]));
  const written = async (): Promise<Written> =>
    (await admin<{ writes: Written }>('GET', `/journal?company=${TENANT}&entity=Invoice`)).writes;
  const untilRun = (id: string, is: (run: Run) => boolean, what: string): Promise<Run> =>
    until(
      async () => {
        const run = await ask('GET', `/runs/${id}`);
        return is(run) ? run : undefined;
      },
      { timeoutMs: longMs, everyMs: SECOND, what },
    );
  const inLog = (more = ''): Promise<number> =>
    rig.stack.count('console', `select count(*) from log_row where tenant = '${TENANT}' and entity = 'invoice'${more}`);

  /** Previewed, not begun. */
  async function preview(): Promise<Run> {
    const startedAt = performance.now();
    const { id } = await ask('POST', '/runs', { kind: 'backfill', spec: { from: '2020-01-01' } });
    const run = await untilRun(id, ({ state }) => state !== 'planning', 'the preview');
    say(`previewed ${JSON.stringify(run.plan?.counts)} in ${secondsSince(startedAt)} s`);
    return run;
  }

  /** From its beginning until all that was handed over rests; the window before it is over. */
  async function measured(what: string, { id }: Run, work: () => Promise<Run>): Promise<Run> {
    const last = (await written()).at(-1)?.at ?? 0;
    await until(() => Date.now() > last + MINUTE, { timeoutMs: 2 * MINUTE, everyMs: SECOND, what: 'a new window' });
    const [before, fromMs, cpuBefore] = [(await written()).length, Date.now(), cpuSeconds(pids())];
    await ask('POST', `/runs/${id}/start`);
    const run = await work();
    const at = (await written()).slice(before).map((one) => one.at - fromMs);
    const lastAt = Math.max(0, ...at);
    const windows = Math.floor(lastAt / MINUTE);
    const within = at.filter((ms) => ms < windows * MINUTE).length;
    const share =
      windows === 0
        ? ''
        : `, in its ${windows} whole minutes ${percent(within / (windows * PER_MINUTE))} of ${PER_MINUTE} each`;
    const used = Object.entries(cpuSeconds(pids())).map(
      ([name, all]) => `${name} ${(all - (cpuBefore[name] ?? 0)).toFixed(0)}`,
    );
    say(
      `${what}: ${at.length} written in ${(lastAt / SECOND).toFixed(0)} s${share}; ${run.state}, ${run.done} of ${run.total} at rest`,
    );
    say(`  seconds at work: ${used.join(', ')}`);
    return run;
  }

  describe('Backfill of many', () => {
    let publisher: NodeJS.Timeout;
    afterAll(() => clearInterval(publisher));

    it(
      'is there once, whatever was cancelled, and what happens meanwhile goes first',
      async () => {
        await admin('POST', '/settings', { limits: {}, latencyMs: { from: 250, to: 450 } });
        await rig.publish([
          runACallEvent({ tenant: TENANT, kind: 'item.created', data: anItem('itm_many', 'Repair', '104.50') }),
          ...Array.from({ length: CUSTOMERS }, (_, n) =>
            runACallEvent({
              tenant: TENANT,
              kind: 'customer.created',
              data: aCustomer(`cus_many${n}`, `Lakeside ${n}`),
            }),
          ),
        ]);
        for (let first = 0; first < count; first += 1_000) {
          await rig.publish(Array.from({ length: Math.min(1_000, count - first) }, (_, n) => older(first + n)));
        }
        await until(async () => (await inLog()) >= count, {
          timeoutMs: longMs,
          everyMs: SECOND,
          what: 'all in the log',
        });
        const api = new ConsoleApi(rig.file().services['console']?.url ?? '', tokenOf(rig));
        const { advised } = await api.syncActive(TENANT);
        const open = advised.filter(({ ok }) => !ok).map(({ code }) => code);
        await api.turnSync(TENANT, true, open);
        await until(async () => (await inLog(` and reason ->> 'code' = 'before_cutover'`)) >= count, {
          ...{ timeoutMs: longMs, everyMs: SECOND, what: 'all left out by go-live' },
        });
        await ask('POST', '/verify/override', { reason: 'this spec looks at the books itself' });
        await admin('DELETE', '/traffic');
        publisher = setInterval(() => {
          const id = `inv_today${live.size + 1}`;
          live.set(id, Date.now());
          void rig.publish([invoice(id, live.size)]);
        }, LIVE_EVERY_MS);

        const one = await preview();
        const first = await measured('until cancelled', one, async () => {
          await untilRun(one.id, ({ done }) => done > CUSTOMERS + 1 + count / 6, 'a sixth of them');
          // Few are over before they can be stopped.
          const { underWay } = await ask('POST', `/runs/${one.id}/cancel`).catch(() => ask('GET', `/runs/${one.id}`));
          const cancelledAt = performance.now();
          const rested = await untilRun(one.id, ({ result }) => result !== undefined, 'what was handed over to rest');
          say(`under way when it was cancelled: ${underWay}, at rest ${secondsSince(cancelledAt)} s later`);
          return rested;
        });
        const two = await preview();
        const second = await measured('until done', two, async () => {
          await untilRun(two.id, ({ done, total }) => done > 0 || total === 0, 'some more');
          const paused = await ask('POST', `/runs/${two.id}/pause`).catch(() => undefined);
          if (paused !== undefined) await ask('POST', `/runs/${two.id}/resume`);
          return untilRun(two.id, ({ state }) => state === 'done', 'all of it');
        });
        clearInterval(publisher);
        await until(async () => (await written()).length >= count + live.size, {
          ...{ timeoutMs: 120_000, everyMs: SECOND, what: 'the last invoices of today' },
        });

        const all = await written();
        const at = new Map(all.map((one) => [one.marker, one.at]));
        const waited = [...live].map(([id, sentAt]) => (at.get(id) ?? Infinity) - sentAt);
        const { realms } = await admin<{ realms: Record<string, { throttled: Record<string, number> }> }>(
          'GET',
          '/traffic',
        );
        const refused = Object.values(realms).flatMap(({ throttled }) => Object.values(throttled));
        say(
          `${count} older and ${live.size} of today; of today the longest waited ${(Math.max(...waited) / SECOND).toFixed(1)} s; ` +
            `429s ${refused.reduce((sum, one) => sum + one, 0)}; written twice ${all.length - at.size}`,
        );
        console.log(printed.join('\n'));
        expect(all).toHaveLength(count + live.size);
        expect(at.size).toBe(all.length);
        expect(await admin('GET', '/duplicates')).toEqual({ duplicates: [] });
        expect(Math.max(...waited)).toBeLessThan(60_000);
        expect((first.result?.byState['synced'] ?? 0) + (second.result?.byState['synced'] ?? 0)).toBeGreaterThanOrEqual(
          count,
        );
      },
      longMs * 4,
    );
  });
}

const invoice = (id: string, n: number): OutgoingMessage =>
  runACallEvent({
    tenant: TENANT,
    kind: 'invoice.sent',
    data: anInvoice({ id, customerId: `cus_many${n % CUSTOMERS}`, itemId: 'itm_many', amount: '104.50' }),
  });

const older = (n: number): OutgoingMessage => invoice(`inv_many${n}`, n);

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

const secondsSince = (startedAt: number): string => ((performance.now() - startedAt) / SECOND).toFixed(1);

function tokenOf(rig: BackfillRig): string {
  return rig.file().companies.find(({ id }) => id === TENANT)?.token ?? '';
}
