/**
 * What of the writes that wait in one realm goes now, and how: singly while few wait, for latency; by batch as soon as
 * there are more than a handful, and what no batch is left for singly beside it, so that both budgets are used.
 *
 *   bound to a batch sent before ──▶ that batch again, its own parts alone
 *   a handful or fewer in all ─────▶ singles
 *   more ──────────────────────────▶ batches of 30; one not full yet lingers for those that are being prepared
 *                                    └─ no batch allowed now, or none of its kind ──▶ singles
 */
export interface Waiting {
  /** It may stand in a batch. */
  readonly batchable: boolean;
  /** The requestid of the batch it was sent in and is sent again in. */
  readonly bound: string | null;
  readonly waitedMs: number;
}

export interface Room {
  readonly single: number;
  readonly batch: number;
  /** Calls of both kinds together. */
  readonly calls: number;
}

export interface Group {
  readonly kind: 'single' | 'batch';
  /** Places in the line of those that wait. */
  readonly places: readonly number[];
}

export interface Grouping {
  readonly groups: readonly Group[];
  /** Look again after this long even if nothing happens: somebody lingers. */
  readonly againInMs?: number;
}

/** Up to this many go singly. */
export const HANDFUL = 5;
/**
 * How long a batch that is not full waits for writes being prepared. The longer one where they would fill it: in a backlog
 * there is a batch every 1.5 s (quickbooks.md §3.1), and one that leaves half empty is half lost.
 */
const LINGER_MS = 25;
const LINGER_FULL_MS = 1_500;

/** Groups what waits, in its order. `coming`: writes of the realm that are being prepared. */
export function group(waiting: readonly Waiting[], coming: number, room: Room, mostParts: number): Grouping {
  const groups: Group[] = [];
  let { single, batch, calls } = room;
  const add = (kind: Group['kind'], places: readonly number[]): void => {
    groups.push({ kind, places });
    calls -= 1;
    if (kind === 'batch') batch -= 1;
    else single -= 1;
  };
  for (const places of boundGroups(waiting)) if (batch > 0 && calls > 0) add('batch', places);
  const free = waiting.flatMap((each, place) => (each.bound === null ? [place] : []));
  const grouped = new Set<number>();
  let againInMs: number | undefined;
  if (free.length + coming > HANDFUL) {
    let left = free.filter((place) => waiting[place]?.batchable === true);
    while (batch > 0 && calls > 0 && left.length > 0) {
      const lingers = linger(
        left.map((place) => waiting[place]?.waitedMs ?? 0),
        coming,
        mostParts,
      );
      if (lingers > 0) {
        againInMs = lingers;
        for (const place of left) grouped.add(place);
        break;
      }
      if (left.length <= HANDFUL) break;
      const places = left.slice(0, mostParts);
      add('batch', places);
      for (const place of places) grouped.add(place);
      left = left.slice(places.length);
    }
  }
  for (const place of free) if (!grouped.has(place) && single > 0 && calls > 0) add('single', [place]);
  return { groups, ...(againInMs === undefined ? {} : { againInMs }) };
}

/** How much longer a batch of these lingers; 0: it goes. */
function linger(waited: readonly number[], coming: number, mostParts: number): number {
  if (waited.length >= mostParts || coming === 0) return 0;
  const most = waited.length + coming >= mostParts ? LINGER_FULL_MS : LINGER_MS;
  return Math.max(0, most - Math.max(...waited));
}

function boundGroups(waiting: readonly Waiting[]): number[][] {
  const groups = new Map<string, number[]>();
  waiting.forEach(({ bound }, place) => {
    if (bound !== null) groups.set(bound, [...(groups.get(bound) ?? []), place]);
  });
  return [...groups.values()];
}
