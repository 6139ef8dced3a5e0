import { control } from './control';
import { hotRealm } from './hot-realm';
import { idlePath } from './idle-path';
import { manyCompanies } from './many-companies';
import { oneRealm } from './one-realm';
import { peers } from './peers';
import { printHead, printRow, type Row } from './table';
import { thousandRealms } from './thousand-realms';
import { webhooks } from './webhooks';

/** Each part of the table by its name; `--only a,b` runs these alone. */
const PARTS: Readonly<Record<string, (given: Given) => Promise<Row[]>>> = {
  control: () => control(),
  idle: () => idlePath(),
  realm: ({ minutes }) => oneRealm(minutes),
  realms: ({ realms }) => thousandRealms(realms),
  hot: () => hotRealm(),
  companies: ({ companies }) => manyCompanies(companies),
  webhooks: () => webhooks(),
  peers: ({ rounds, jobs }) => peers({ rounds, jobs }),
};

interface Given {
  /** `--minutes 6`: how long the one realm drains; six use up the 10,000 that wait. */
  readonly minutes: number;
  /** `--realms 1000`, each with 50 waiting. */
  readonly realms: number;
  /** `--companies 10000`, whose cost is held against that of 10. */
  readonly companies: number;
  /** `--rounds 5` of the comparison with other stores, `--jobs 20000` in each. */
  readonly rounds: number;
  readonly jobs: number;
}

function numberGiven(args: readonly string[], name: string, byDefault: number): number {
  const place = args.indexOf(`--${name}`);
  const value = place < 0 ? byDefault : Number(args[place + 1]);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} takes a number above 0`);
  return value;
}

function partsGiven(args: readonly string[]): string[] {
  const place = args.indexOf('--only');
  if (place < 0) return Object.keys(PARTS);
  const names = (args[place + 1] ?? '').split(',');
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`--only takes some of ${Object.keys(PARTS).join(', ')}`);
  return names;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const given = {
    minutes: numberGiven(args, 'minutes', 6),
    realms: numberGiven(args, 'realms', 1_000),
    companies: numberGiven(args, 'companies', 10_000),
    rounds: numberGiven(args, 'rounds', 5),
    jobs: numberGiven(args, 'jobs', 20_000),
  };
  printHead();
  for (const name of partsGiven(args)) {
    process.stderr.write(`${name}\n`);
    for (const row of (await PARTS[name]?.(given)) ?? []) {
      printRow(row);
      if (row.ok === false) process.exitCode = 1;
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  // What a part has started and not ended would keep the process.
  process.exit(1);
});
