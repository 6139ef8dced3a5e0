import { passed, type Played } from './play';

const WIDTHS = [8, 6, 8, 19, 6, 7, 6] as const;

const row = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join(' ');

export const HEADER = row(['point', 'try', 'signal', 'requestid', 'fired', 'result', 's']);

/** One case as a row; a failed one is followed by what did not hold. */
export function line(played: Played): string {
  const { of, fired, violations, seconds } = played;
  const cells = [
    of.point,
    of.again ? 'retry' : 'first',
    of.signal,
    of.mode,
    fired ? 'yes' : 'NO',
    passed(played) ? 'ok' : 'FAILED',
    seconds.toFixed(1),
  ];
  return [row(cells).trimEnd(), ...violations.map((text) => `      ${text}`)].join('\n');
}

/** The whole, in the order of the matrix. */
export function summary(played: readonly Played[], seconds: number): string {
  const fired = played.filter((one) => one.fired).length;
  const ok = played.filter(passed).length;
  return `${played.length} cases, ${fired} fired, ${ok} passed, ${played.length - ok} failed, ${seconds.toFixed(0)} s`;
}
