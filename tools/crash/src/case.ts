import { createHash } from 'node:crypto';

/**
 * The matrix: points × {first try, retry} × {SIGTERM, SIGKILL} × QuickBooks' behaviours at a repeated requestid
 * (reliability.md §4.1), and a process that only stands still (`K9-frozen`, SIGSTOP).
 */
export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP';
export type Mode = 'honour' | 'ignore' | 'forget-after-1h' | 'replay-first-error';

export interface Case {
  /** `K11`. */
  readonly point: string;
  /** False: the first time the work is done; true: when it is done again. */
  readonly again: boolean;
  readonly signal: Signal;
  readonly mode: Mode;
  /** Several records at once, as batches and singles; else one. */
  readonly many: boolean;
}

const MODES: readonly Mode[] = ['honour', 'ignore', 'forget-after-1h', 'replay-first-error'];

/** Points at which it may be unknown whether QuickBooks has the write: what a requestid does matters there. */
const UNKNOWN_AT: readonly string[] = ['K8', 'K9', 'K10', 'K11', 'K12', 'K13', 'K14'];

/** And there a call may hold several writes. */
const SEVERAL_AT: readonly string[] = ['K9', 'K10', 'K11', 'K12', 'K13'];

/** Elsewhere the one that hides nothing: a write sent twice is there twice. */
const BARE: Mode = 'ignore';

/** Of so many points a share plays one. */
const EVERY = 2;

/** Every case of these points, in a fixed order. */
export function casesOf(points: readonly string[]): Case[] {
  return points.flatMap((point) => (point.endsWith('-frozen') ? [standingStill(point)] : ended(point)));
}

function standingStill(point: string): Case {
  return { point, again: false, signal: 'SIGSTOP', mode: BARE, many: false };
}

function ended(point: string): Case[] {
  return [
    ...(UNKNOWN_AT.includes(point) ? MODES : [BARE]).flatMap((mode) =>
      [false, true].flatMap((again) => bySignal({ point, again, mode, many: false })),
    ),
    ...(SEVERAL_AT.includes(point) ? bySignal({ point, again: false, mode: BARE, many: true }) : []),
  ];
}

function bySignal(of: Omit<Case, 'signal'>): Case[] {
  return (['SIGTERM', 'SIGKILL'] as const).map((signal) => ({ ...of, signal }));
}

/** One case of every second point, points and cases chosen by a text: another text, another choice. */
export function shareOf(cases: readonly Case[], text: string): Case[] {
  const chosenBy = (what: string, among: number): number =>
    createHash('sha256').update(`${text}:${what}`).digest().readUInt32BE(0) % among;
  const points = [...new Set(cases.map(({ point }) => point))];
  const from = chosenBy('points', EVERY);
  return points
    .filter((_, place) => place % EVERY === from)
    .flatMap((point) => {
      const own = cases.filter((one) => one.point === point);
      return own[chosenBy(point, own.length)] ?? [];
    });
}

export function nameOf({ point, again, signal, mode, many }: Case): string {
  return `${point} ${again ? 'retry' : 'first'} ${signal} ${mode}${many ? ' several' : ''}`;
}
