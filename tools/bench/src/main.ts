import { idlePath } from './idle-path';
import { BOUND, drain, tooFast, type Drained } from './one-realm';

/** `--minutes n`: how long the one realm drains, in real time; 6 minutes use up the 10,000 that wait. */
const WAITING = 10_000;

function minutesGiven(args: readonly string[]): number {
  const place = args.indexOf('--minutes');
  const minutes = place < 0 ? 6 : Number(args[place + 1]);
  if (!Number.isFinite(minutes) || minutes <= 0) throw new Error('--minutes takes a number above 0');
  return minutes;
}

function row(name: string, goal: string, measured: string): void {
  process.stdout.write(`${name.padEnd(58)} ${goal.padEnd(22)} ${measured}\n`);
}

async function main(): Promise<void> {
  const minutes = minutesGiven(process.argv.slice(2));
  row('what', 'goal', 'measured');
  const idle = await idlePath(200);
  row('idle path: accepted → request leaves, p50 / p99', '', `${idle.p50Ms.toFixed(1)} / ${idle.p99Ms.toFixed(1)} ms`);
  const one = await drain(WAITING, minutes);
  row(
    `one realm, ${WAITING} waiting, ${minutes} min: part of ${BOUND} writes/min`,
    '≥ 95 %',
    `${(one.part * 100).toFixed(1)} % (${one.writes} writes)`,
  );
  row('  429s', '0', refusals(one));
  row('  fullest minute: calls, batches; most at once', '500, 40; 10', most(one));
  if (one.errors > 0) row('  failures of ours', '0', String(one.errors));
  const control = await drain(4_000, Math.min(minutes, 1.25), tooFast());
  row('  control at 105 % of the limits: 429s', '> 0', refusals(control));
}

function refusals({ throttled, reasons }: Drained): string {
  const by = Object.entries(reasons).filter(([, count]) => count > 0);
  return [String(throttled), ...by.map(([reason, count]) => `${reason} ${count}`)].join(', ');
}

function most({ most: { perMinute, batchesPerMinute, concurrent } }: Drained): string {
  return `${perMinute}, ${batchesPerMinute}; ${concurrent}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
