import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cpuSeconds } from '@qbo-sync/testkit/cpu-seconds';
import { until } from '@qbo-sync/testkit/until';
import { MatchCompany, type MatchRig } from './match-company.features';

/** `MATCH_CUSTOMERS=10000` plays it at full size and says what each part of it took. */
const COUNT = Number(process.env['MATCH_CUSTOMERS'] ?? 100);
const IS_BENCH = process.env['MATCH_CUSTOMERS'] !== undefined;
const COMPANY = { name: 'Harbour Heating', timeZone: 'America/Toronto', currency: 'CAD', country: 'CA' };
const LONG_MS = 60_000 + COUNT * 60;
/** Of each hundred customers. */
const SHARES = { exact: 80, likely: 10, conflict: 2, new: 8 } as const;
type Group = keyof typeof SHARES;

/** A company whose books hold as many customers as Run a Call has, most of them the same people. */
export function manyMatched(rig: MatchRig): void {
  const company = new MatchCompany(rig, 'match-many', 'ca-rates');
  const clock = new Stopwatch(rig);
  const ofGroup = (group: Group): number => numbers().filter((n) => groupOf(n) === group).length;
  const streams = (are: 'open' | 'not open'): Promise<number> =>
    rig.stack.count(
      'customers',
      `select count(*) from stream where tenant = '${company.tenant}' and ref like 'customer:%' and ${are}`,
    );
  let older = 0;

  describe('Match of many', () => {
    beforeAll(async () => {
      for (let first = 0; first < COUNT; first += 20) {
        const bodies = numbers()
          .slice(first, first + 20)
          .map(theirs);
        await Promise.all(bodies.map((body) => company.admin('POST', '/write', { entity: 'Customer', body })));
      }
      await company.connect(COMPANY);
      older = await company.customersWritten();
    }, LONG_MS);

    it(
      'says where each of them stands',
      async () => {
        await clock.take('taking in', async () => {
          for (let first = 0; first < COUNT; first += 1000) {
            const some = numbers().slice(first, first + 1000);
            await rig.publish(some.map((n) => company.created(`cus_${n}`, nameOf(n), ours(n))));
          }
          await until(async () => (await streams('open')) === COUNT, {
            ...{ what: 'customers that wait', timeoutMs: LONG_MS, everyMs: 300 },
          });
        });
        const { counts } = await clock.take('reading and matching', async () => {
          await company.ask('POST', '/read', { kind: 'customers' });
          return company.isThere('read', 'the books to be read', LONG_MS);
        });
        expect(counts).toEqual({
          ...{ exact: ofGroup('exact'), likely: ofGroup('likely'), conflict: ofGroup('conflict'), new: ofGroup('new') },
          toApply: ofGroup('exact') + ofGroup('new'),
          changed: 0,
        });
      },
      LONG_MS,
    );

    it(
      'adopts them without a write, and without a read of each',
      async () => {
        await clock.take('deciding', async () => {
          const of = (group: Group) => ({ kind: 'customers', filter: { group } });
          expect(await company.ask('POST', '/decide', { ...of('likely'), choice: 'link' })).toMatchObject({
            changed: ofGroup('likely'),
          });
          await company.ask('POST', '/decide', { ...of('conflict'), choice: 'leave' });
        });
        await company.admin('DELETE', '/traffic');
        await clock.take('applying', async () => {
          await company.ask('POST', '/apply', { kind: 'customers' });
          await until(async () => (await streams('not open')) === ofGroup('exact') + ofGroup('likely'), {
            ...{ what: 'every link', timeoutMs: LONG_MS, everyMs: 300 },
          });
        });
        await company.isThere('read', 'Apply to end', LONG_MS);
        expect(await company.customersWritten()).toBe(older);
        const { realms } = await company.admin<{ realms: Record<string, { requests: number }> }>('GET', '/traffic');
        // Changes are read, the lists of a company that is new here too; no customer by itself.
        expect(Object.values(realms).reduce((sum, { requests }) => sum + requests, 0)).toBeLessThan(COUNT / 2);
        if (IS_BENCH) console.log(`${COUNT} customers\n${clock.table()}`);
      },
      LONG_MS,
    );
  });
}

const numbers = (): number[] => Array.from({ length: COUNT }, (_, n) => n);

function groupOf(n: number): Group {
  let upTo = 0;
  for (const [group, share] of Object.entries(SHARES)) if (n % 100 < (upTo += share)) return group as Group;
  throw new Error('the shares are not a hundred');
}

const nameOf = (n: number): string => `${['Dana', 'Lee', 'Kim', 'Sam'][n % 4]} Customer ${n}`;
const emailOf = (n: number): string => `customer${n}@example.com`;
const phoneOf = (n: number): string => `416 5${String(n).padStart(6, '0')}`;

const ours = (n: number): object => ({
  ...{ email: emailOf(n), phone: phoneOf(n) },
  billingAddress: { line1: `${n} Queen St W`, city: 'Toronto', region: 'ON', postalCode: 'M5V 2A1', country: 'CA' },
});

/** The same person in QuickBooks, as far as its group says. */
function theirs(n: number): object {
  const address = { Line1: `${n} Harbour Rd`, City: 'Toronto', CountrySubDivisionCode: 'ON', PostalCode: 'M4B 1B3' };
  const record = { DisplayName: nameOf(n), BillAddr: address, Notes: 'Gate code at the back' };
  const email = (Address: string) => ({ PrimaryEmailAddr: { Address } });
  switch (groupOf(n)) {
    case 'exact':
      return { ...record, ...email(emailOf(n).toUpperCase()), PrimaryPhone: { FreeFormNumber: phoneOf(n) } };
    case 'likely':
      return record;
    case 'conflict':
      return { ...record, ...email(`other${n}@example.com`), PrimaryPhone: { FreeFormNumber: `905 ${n + 1_000_000}` } };
    case 'new':
      return { ...record, DisplayName: `Older account ${n}` };
  }
}

/** What each part took: seconds by the clock, and seconds of each process' work. */
class Stopwatch {
  private readonly lines: string[] = [];

  constructor(private readonly rig: MatchRig) {}

  async take<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const pids = this.pids();
    const [before, startedAt] = [cpuSeconds(pids), performance.now()];
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1_000;
    const used = Object.entries(cpuSeconds(pids)).map(([name, all]) => [name, all - (before[name] ?? 0)] as const);
    const most = used.filter(([, one]) => one >= 0.1).sort(([, a], [, b]) => b - a);
    const all = used.reduce((sum, [, one]) => sum + one, 0);
    this.lines.push(
      `${what.padEnd(22)}${seconds.toFixed(1).padStart(7)} s${all.toFixed(1).padStart(8)} s at work: ` +
        most.map(([name, one]) => `${name} ${one.toFixed(1)}`).join(', '),
    );
    return result;
  }

  table(): string {
    return this.lines.join('\n');
  }

  private pids(): Readonly<Record<string, number>> {
    const file = path.join(this.rig.stack.dir, 'pids.json');
    const records = JSON.parse(readFileSync(file, 'utf8')) as { name: string; pid: number }[];
    return Object.fromEntries(records.map(({ name, pid }) => [name, pid]));
  }
}
