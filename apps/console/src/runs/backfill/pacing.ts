import { KINDS, ORDER } from './plan';

/**
 * How many records may be under way at once. QuickBooks takes about 1,660 writes a minute in bursts, and what was handed over
 * takes a few seconds until it waits in the gateway: two minutes' worth keep its window full, and no more than that is to be
 * waited for after a pause. Of customers and items there are fewer: a live document that needs one waits for those before it.
 */
const DOCUMENTS = 4_000;
const MASTERS = 1_000;

/** Ranks that begin once everything before them has ended: a payment is applied to invoices that are there. */
const AFTER_ALL: readonly string[] = [KINDS.payments, KINDS.refunds];

/** How many of a rank there is room for, with so many open of each. */
export function roomFor(rank: number, open: ReadonlyMap<number, number>): number {
  const before = [...open].some(([other, count]) => other < rank && count > 0);
  const entity = entityOf(rank);
  if (before && AFTER_ALL.includes(entity)) return 0;
  const most = entity === KINDS.customers || entity === KINDS.items ? MASTERS : DOCUMENTS;
  return Math.max(0, most - [...open.values()].reduce((sum, count) => sum + count, 0));
}

function entityOf(rank: number): string {
  const kind = ORDER[rank];
  return kind === undefined ? '' : KINDS[kind];
}
