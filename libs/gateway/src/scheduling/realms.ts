import type { Gate } from '../decide/gate';
import { EMPTY, size, type Lanes } from '../decide/lanes';
import type { Sql } from '../sql/client';
import { selectOpenAttempts, type AttemptRow } from '../sql/attempts';
import type { GateRow } from '../sql/gates';
import { selectHeads, selectHeadsClaimed, type HeadRow, type LaneCursor } from '../sql/heads';

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
   *   no ──a row was passed over──────▶ later ──RESCAN_MS─────────────────▶ read from the low-water mark
   *    ├──a row may stand otherwise──▶ soon ──window empty, or RESCAN_MS─▶
   *    └──new requests, a look at all─▶ now ──at once─────────────────────▶
   *
   * Of a long queue the first rows are those under way: read as soon as the window is empty they would be passed over again at
   * once, without end.
   */
  stale: 'no' | 'later' | 'soon' | 'now';
  readAtMs: number;
}

export function newRealm(company: GateRow, gate: Gate): Realm {
  return { company, gate, open: [], lanes: EMPTY, after: { live: null, backlog: null }, stale: 'now', readAtMs: 0 };
}

/** A row of the realm may stand otherwise than its window shows. */
export function changed(realm: Realm): void {
  if (realm.stale !== 'now') realm.stale = 'soon';
}

/** A row of its window was left out, being under way or at rest: what comes of it is told by {@link changed}, or found later. */
export function passedOver(realm: Realm): void {
  if (realm.stale === 'no') realm.stale = 'later';
}

/** True when the window of heads in memory is nearly used up. */
export function isLow({ lanes }: Realm): boolean {
  return size(lanes) < LOW;
}

/** How a realm's window is to be read: `anew` from the low-water mark, `on` by keyset, or when to ask again. */
export function howToRead(realm: Realm, nowMs: number): 'anew' | 'on' | 'not' | { readonly atMs: number } {
  const low = isLow(realm);
  const empty = size(realm.lanes) === 0;
  if (realm.stale === 'now' || (realm.stale === 'soon' && empty)) return 'anew';
  if (realm.stale !== 'no' && nowMs >= realm.readAtMs + RESCAN_MS) return 'anew';
  if (low && (realm.after.live !== null || realm.after.backlog !== null)) return 'on';
  return realm.stale !== 'no' ? { atMs: realm.readAtMs + RESCAN_MS } : 'not';
}

/** How many heads of a lane may start as soon as they are read; 0 unless nothing of the realm is under way. */
export type AtOnce = (realm: Realm, lane: HeadRow['lane']) => number;

/**
 * Fills windows: `anew` ones from the low-water mark, with the attempts that are due; the others by keyset. Answers the requests
 * of those heads that may start at once: they need not be claimed by who starts them before anything else happens.
 */
export async function readWindows(
  sql: Sql,
  anew: readonly Realm[],
  on: readonly Realm[],
  now: Date,
  atOnce: AtOnce,
): Promise<ReadonlyMap<HeadRow, string>> {
  // Before the reading, so that what is committed meanwhile makes it stale again.
  for (const realm of anew) {
    realm.stale = 'no';
    realm.readAtMs = now.getTime();
  }
  const readings = [
    ...readingsOf(anew, () => '0', atOnce),
    ...readingsOf(on, (realm, lane) => realm.after[lane], atOnce),
  ];
  const tenants = anew.map(({ company }) => company.tenant);
  const [attempts, heads, claimed] = await Promise.all([
    selectOpenAttempts(sql, tenants, now),
    selectHeads(sql, cursorsOf(readings, false), now),
    selectHeadsClaimed(sql, cursorsOf(readings, true), now),
  ]);
  const byTenant = new Map([...anew, ...on].map((realm) => [realm.company.tenant, realm]));
  for (const realm of anew) Object.assign(realm, { open: [], lanes: { ...EMPTY, turn: realm.lanes.turn } });
  for (const attempt of attempts) {
    const realm = byTenant.get(attempt.tenant);
    if (realm !== undefined) realm.open = [...realm.open, attempt];
  }
  const read = new Map<string, HeadRow[]>();
  for (const head of [...heads, ...claimed.map((each) => each.head)]) {
    const key = `${head.lane}:${head.tenant}`;
    const some = read.get(key);
    if (some === undefined) read.set(key, [head]);
    else some.push(head);
  }
  for (const { realm, cursor } of readings) {
    const { tenant, lane, most } = cursor;
    const some = read.get(`${lane}:${tenant}`) ?? [];
    realm.lanes = { ...realm.lanes, [lane]: [...realm.lanes[lane], ...some] };
    realm.after = { ...realm.after, [lane]: some.length < most ? null : (some.at(-1)?.position ?? null) };
  }
  return new Map(claimed.flatMap(({ head, message }) => (message === null ? [] : [[head, message]])));
}

interface Reading {
  readonly realm: Realm;
  readonly cursor: LaneCursor;
  /** Its heads come with their requests. */
  readonly claims: boolean;
}

function readingsOf(
  realms: readonly Realm[],
  afterOf: (realm: Realm, lane: HeadRow['lane']) => string | null,
  atOnce: AtOnce,
): Reading[] {
  return realms.flatMap((realm) =>
    (['live', 'backlog'] as const).flatMap((lane) => {
      const after = afterOf(realm, lane);
      if (after === null) return [];
      const most = Math.min(WINDOW, atOnce(realm, lane));
      const { company, gate } = realm;
      const cursor = { tenant: company.tenant, all: gate.all, lane, after, most: most > 0 ? most : WINDOW };
      return [{ realm, cursor, claims: most > 0 }];
    }),
  );
}

function cursorsOf(readings: readonly Reading[], claims: boolean): LaneCursor[] {
  return readings.filter((each) => each.claims === claims).map(({ cursor }) => cursor);
}
