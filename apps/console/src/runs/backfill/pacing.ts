import { UNDER_WAY } from '@qbo-sync/contracts/internal/backfill';
import { KINDS, ORDER } from './plan';

/**
 * Ranks that begin once everything before them has ended: a payment is applied to invoices that are there. Refunds go beside
 * their payments, which wait for the entries they pay.
 */
const AFTER_ALL: readonly string[] = [KINDS.payments, KINDS.refunds];
const BESIDE: Readonly<Record<string, string>> = { [KINDS.refunds]: KINDS.payments };

/** How many may be under way at once. */
export type MostUnderWay = Readonly<Record<keyof typeof UNDER_WAY, number>>;

/** How many of a rank there is room for, with so many open of each. */
export function roomFor(rank: number, open: ReadonlyMap<number, number>, allowed: MostUnderWay = UNDER_WAY): number {
  const entity = entityOf(rank);
  const isBefore = (other: number): boolean => other < rank && entityOf(other) !== BESIDE[entity];
  const before = [...open].some(([other, count]) => isBefore(other) && count > 0);
  if (before && AFTER_ALL.includes(entity)) return 0;
  const most = entity === KINDS.customers || entity === KINDS.items ? allowed.masters : allowed.documents;
  return Math.max(0, most - [...open.values()].reduce((sum, count) => sum + count, 0));
}

function entityOf(rank: number): string {
  const kind = ORDER[rank];
  return kind === undefined ? '' : KINDS[kind];
}
