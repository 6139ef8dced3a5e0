import { passed, type Played } from './play';

const WIDTHS = [11, 6, 8, 27, 6, 7, 6] as const;

const row = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join(' ');

/** One case as a row; a failed one is followed by what did not hold. */
export function line(played: Played): string {
  const { of, fired, violations, seconds } = played;
  const cells = [
    of.point,
    of.again ? 'retry' : 'first',
    of.signal,
    `${of.mode}${of.many ? ' several' : ''}`,
    fired ? 'yes' : 'NO',
    passed(played) ? 'ok' : 'FAILED',
    seconds.toFixed(1),
  ];
  return [row(cells).trimEnd(), ...violations.map((text) => `      ${text}`)].join('\n');
}

/** The whole in the order of the matrix, and what it comes to. */
export function table(played: readonly Played[], seconds: number): string {
  const fired = played.filter((one) => one.fired).length;
  const ok = played.filter(passed).length;
  return [
    row(['point', 'try', 'signal', 'requestid', 'fired', 'result', 's']).trimEnd(),
    ...played.map(line),
    `${played.length} cases, ${fired} fired, ${ok} passed, ${played.length - ok} failed, ${seconds.toFixed(0)} s`,
  ].join('\n');
}
