/**
 * What of the writes that wait in one realm goes now, and how: singly while few wait, for latency; by batch as soon as
 * there are more than a handful, and what no batch is left for singly beside it, so that both budgets are used.
 *
 *   bound to a batch sent before ──▶ that batch again, its own parts alone
 *   a handful of live, or in all ──▶ singles, live before backlog
 *   more ──────────────────────────▶ batches of 30; one not full yet lingers for those that are being prepared
 *                                    └─ no batch allowed now, or none of its kind ──▶ singles
 */
export interface Waiting {
  readonly lane: 'live' | 'backlog';
  /** It may stand in a batch. */
  readonly batchable: boolean;
  /** The requestid of the batch it was sent in and is sent again in. */
  readonly bound: string | null;
  readonly waitedMs: number;
}

/** Writes of the realm that are being prepared. */
export interface Coming {
  readonly live: number;
  readonly backlog: number;
  /** Those that go again in a batch sent before, by its requestid; not among the others. */
  readonly bound: ReadonlyMap<string, number>;
}

export interface Room {
  readonly single: number;
  /** Of the singles, those that the backlog may use (lanes.ts). */
  readonly backlogSingle: number;
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
/** A batch sent before waits so long for its own parts: each may be looked for first, and they come back one by one. */
const LINGER_BOUND_MS = 15_000;

/** Calls under way that are left to singles and reads while batches go, so that a live write never waits for all of them. */
const LEFT_TO_SINGLES = 4;

/** How many batches of a realm may be under way, of so many calls. */
export function mostBatchesAtOnce(concurrent: number): number {
  return Math.max(1, concurrent - LEFT_TO_SINGLES);
}

/** Groups what waits, live before backlog and each in its order. */
export function group(waiting: readonly Waiting[], coming: Coming, room: Room, mostParts: number): Grouping {
  const groups: Group[] = [];
  let { single, backlogSingle, batch, calls } = room;
  const add = (kind: Group['kind'], places: readonly number[]): void => {
    groups.push({ kind, places });
    calls -= 1;
    if (kind === 'batch') batch -= 1;
    else {
      single -= 1;
      backlogSingle -= 1;
    }
  };
  const waitedMs = (places: readonly number[]): number[] => places.map((place) => waiting[place]?.waitedMs ?? 0);
  let againInMs: number | undefined;
  for (const [requestid, places] of boundGroups(waiting)) {
    if (batch <= 0 || calls <= 0) break;
    const lingers = (coming.bound.get(requestid) ?? 0) === 0 ? 0 : LINGER_BOUND_MS - Math.max(...waitedMs(places));
    if (lingers <= 0) add('batch', places);
    else {
      againInMs = Math.min(againInMs ?? Infinity, lingers);
      batch -= 1;
    }
  }
  const inLane = (lane: Waiting['lane']): number[] =>
    waiting.flatMap((each, place) => (each.bound === null && each.lane === lane ? [place] : []));
  const live = inLane('live');
  const free = [...live, ...inLane('backlog')];
  const grouped = new Set<number>();
  const addSingles = (places: readonly number[]): void => {
    for (const place of places) {
      const left = waiting[place]?.lane === 'live' ? single : backlogSingle;
      if (grouped.has(place) || left <= 0 || calls <= 0) continue;
      add('single', [place]);
      grouped.add(place);
    }
  };
  if (live.length + coming.live <= HANDFUL) addSingles(live);
  const preparing = coming.live + coming.backlog;
  if (free.length + preparing > HANDFUL) {
    let left = free.filter((place) => !grouped.has(place) && waiting[place]?.batchable === true);
    while (batch > 0 && calls > 0 && left.length > 0) {
      const lingers = linger(waitedMs(left), preparing, mostParts);
      if (lingers > 0) {
        againInMs = Math.min(againInMs ?? Infinity, lingers);
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
  addSingles(free);
  return { groups, ...(againInMs === undefined ? {} : { againInMs }) };
}

/** How much longer a batch of these lingers; 0: it goes. */
function linger(waited: readonly number[], coming: number, mostParts: number): number {
  if (waited.length >= mostParts || coming === 0) return 0;
  const most = waited.length + coming >= mostParts ? LINGER_FULL_MS : LINGER_MS;
  return Math.max(0, most - Math.max(...waited));
}

function boundGroups(waiting: readonly Waiting[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  waiting.forEach(({ bound }, place) => {
    if (bound !== null) groups.set(bound, [...(groups.get(bound) ?? []), place]);
  });
  return groups;
}
