import type { Gate } from '../decide/gate';
import { EMPTY, size, type Lanes } from '../decide/lanes';
import type { Sql } from '../sql/client';
import { selectOpenAttempts, type AttemptRow } from '../sql/attempts';
import type { GateRow } from '../sql/gates';
import { selectHeads, type HeadRow, type LaneCursor } from '../sql/heads';

/** Heads of each lane kept in memory per realm; never the whole queue. */
const WINDOW = 150;
/** Below so many heads a window is read on. */
const LOW = 60;
/** A window that is not empty is read anew at most this often: rows whose wait is over stand before what was read. */
const RESCAN_MS = 500;

/** What this process knows of one realm's queue. All of it can be read again. */
export interface Realm {
  company: GateRow;
  gate: Gate;
  /** Open attempts that are due. */
  open: readonly AttemptRow[];
  lanes: Lanes<HeadRow>;
  /** The position each lane was read to; null: to its end. */
  after: Readonly<Record<HeadRow['lane'], string | null>>;
  /**
   *   no ──something was committed──▶ soon ──window empty, or RESCAN_MS─▶ read from the low-water mark
   *    └──new requests, a look at all─▶ now ──at once──────────────────────▶
   */
  stale: 'no' | 'soon' | 'now';
  readAtMs: number;
}

export function newRealm(company: GateRow, gate: Gate): Realm {
  return { company, gate, open: [], lanes: EMPTY, after: { live: null, backlog: null }, stale: 'now', readAtMs: 0 };
}

/** True when the window of heads in memory is nearly used up. */
export function isLow({ lanes }: Realm): boolean {
  return size(lanes) < LOW;
}

/** How a realm's window is to be read: `anew` from the low-water mark, `on` by keyset, or when to ask again. */
export function howToRead(realm: Realm, nowMs: number): 'anew' | 'on' | 'not' | { readonly atMs: number } {
  const low = isLow(realm);
  const empty = size(realm.lanes) === 0;
  if (realm.stale === 'now' || (realm.stale === 'soon' && (empty || nowMs >= realm.readAtMs + RESCAN_MS)))
    return 'anew';
  if (low && (realm.after.live !== null || realm.after.backlog !== null)) return 'on';
  return realm.stale === 'soon' ? { atMs: realm.readAtMs + RESCAN_MS } : 'not';
}

/** Fills windows: `anew` ones from the low-water mark, with the attempts that are due; the others by keyset. */
export async function readWindows(sql: Sql, anew: readonly Realm[], on: readonly Realm[], now: Date): Promise<void> {
  // Before the reading, so that what is committed meanwhile makes it stale again.
  for (const realm of anew) {
    realm.stale = 'no';
    realm.readAtMs = now.getTime();
  }
  const cursors = [
    ...anew.flatMap((realm) => [cursor(realm, 'live', '0'), cursor(realm, 'backlog', '0')]),
    ...on.flatMap((realm) =>
      (['live', 'backlog'] as const).flatMap((lane) => {
        const after = realm.after[lane];
        return after === null ? [] : [cursor(realm, lane, after)];
      }),
    ),
  ];
  const tenants = anew.map(({ company }) => company.tenant);
  const [attempts, heads] = await Promise.all([
    selectOpenAttempts(sql, tenants, now),
    selectHeads(sql, cursors, WINDOW, now),
  ]);
  const byTenant = new Map([...anew, ...on].map((realm) => [realm.company.tenant, realm]));
  for (const realm of anew) Object.assign(realm, { open: [], lanes: { ...EMPTY, turn: realm.lanes.turn } });
  for (const attempt of attempts) {
    const realm = byTenant.get(attempt.tenant);
    if (realm !== undefined) realm.open = [...realm.open, attempt];
  }
  const read = new Map<string, HeadRow[]>();
  for (const head of heads) {
    const key = `${head.lane}:${head.tenant}`;
    const some = read.get(key);
    if (some === undefined) read.set(key, [head]);
    else some.push(head);
  }
  for (const { tenant, lane } of cursors) {
    const realm = byTenant.get(tenant);
    if (realm === undefined) continue;
    const some = read.get(`${lane}:${tenant}`) ?? [];
    realm.lanes = { ...realm.lanes, [lane]: [...realm.lanes[lane], ...some] };
    realm.after = { ...realm.after, [lane]: some.length < WINDOW ? null : (some.at(-1)?.position ?? null) };
  }
}

function cursor({ company, gate }: Realm, lane: HeadRow['lane'], after: string): LaneCursor {
  return { tenant: company.tenant, all: gate.all, lane, after };
}
