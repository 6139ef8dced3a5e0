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

const LIVE_PER_BACKLOG = 4;

export const EMPTY: Lanes<never> = { live: [], backlog: [], turn: 0 };

export function size({ live, backlog }: Lanes<unknown>): number {
  return live.length + backlog.length;
}

/**
 * Singles of a window that a backlog leaves to live traffic, 10 of 455. The backlog has used a window up long before it
 * turns, and what is live would wait for that:
 *
 *   ████████████████████████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁████████   455 + 40 calls, ten at a time, half a second each:
 *   0 s                   25 s   nothing but live: 10      60 s         then what was sent first leaves the window, and of
 *                                                                       what is free live goes first
 *
 * So 10 live records go at once in those 35 s, 17 a minute. They cost the backlog 10 of 1,660 writes a minute, 0.6 %, used
 * or not: given back at second 59 they would be missing until second 119, for the window slides. A batch would cost
 * 1.8 %. Of the calls under way none is spared: one of ten ends every 50 ms, and the next is live.
 */
export function sparedForLive(singles: number): number {
  return Math.round(singles / 45);
}

/** The heads that go next, at most so many, and of the backlog; those that `may` not go leave the window too. */
export function takeHeads<Head>(
  lanes: Lanes<Head>,
  most: { readonly all: number; readonly backlog: number },
  may: (head: Head) => boolean,
): { readonly heads: readonly Head[]; readonly lanes: Lanes<Head> } {
  const heads: Head[] = [];
  let { turn } = lanes;
  let live = 0;
  let backlog = 0;
  let backlogLeft = most.backlog;
  while (heads.length < most.all) {
    const fromLive = lanes.live[live];
    const fromBacklog = backlogLeft > 0 ? lanes.backlog[backlog] : undefined;
    const liveNext = fromLive !== undefined && (fromBacklog === undefined || turn < LIVE_PER_BACKLOG);
    const head = liveNext ? fromLive : fromBacklog;
    if (head === undefined) break;
    if (liveNext) live += 1;
    else backlog += 1;
    if (!may(head)) continue;
    heads.push(head);
    if (!liveNext) backlogLeft -= 1;
    turn = (turn + 1) % (LIVE_PER_BACKLOG + 1);
  }
  return { heads, lanes: { live: lanes.live.slice(live), backlog: lanes.backlog.slice(backlog), turn } };
}
