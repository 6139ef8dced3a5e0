/**
 * The window of one realm's heads: what is waiting to go, live traffic and backlog apart, each oldest first.
 *
 *   live    ─┐  four of live to one of backlog while both wait: a new record is not behind 50,000 backfilled ones,
 *   backlog ─┘  and the backlog never stands still
 */
export interface Lanes<Head> {
  readonly live: readonly Head[];
  readonly backlog: readonly Head[];
  /** How far the turn has come: live below `LIVE_PER_BACKLOG`, then backlog once. */
  readonly turn: number;
}

export const LIVE_PER_BACKLOG = 4;

export const EMPTY: Lanes<never> = { live: [], backlog: [], turn: 0 };

export function size({ live, backlog }: Lanes<unknown>): number {
  return live.length + backlog.length;
}

/** The heads that go next, at most so many; those that `may` not go leave the window too. */
export function takeHeads<Head>(
  lanes: Lanes<Head>,
  most: number,
  may: (head: Head) => boolean,
): { readonly heads: readonly Head[]; readonly lanes: Lanes<Head> } {
  const heads: Head[] = [];
  let { turn } = lanes;
  let live = 0;
  let backlog = 0;
  while (heads.length < most) {
    const fromLive = lanes.live[live];
    const fromBacklog = lanes.backlog[backlog];
    const liveNext = fromLive !== undefined && (fromBacklog === undefined || turn < LIVE_PER_BACKLOG);
    const head = liveNext ? fromLive : fromBacklog;
    if (head === undefined) break;
    if (liveNext) live += 1;
    else backlog += 1;
    if (!may(head)) continue;
    heads.push(head);
    turn = (turn + 1) % (LIVE_PER_BACKLOG + 1);
  }
  return { heads, lanes: { live: lanes.live.slice(live), backlog: lanes.backlog.slice(backlog), turn } };
}
