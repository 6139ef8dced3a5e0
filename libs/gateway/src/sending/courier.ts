import { QBO_LIMITS } from '@qbo-sync/qbo/client';
import { batchForm, MOST_PART_BYTES, MOST_PARTS, type BatchForm, type BatchPart } from '@qbo-sync/qbo/batch';
import type { Outcome } from '@qbo-sync/qbo/classify';
import { group, mostBatchesAtOnce, type Coming, type Room } from '../decide/grouping';
import { sparedForLive } from '../decide/lanes';
import { requestId } from '../decide/request-id';
import { Fenced, Stopped, type Desk, type Job } from './desk';
import { shardOf } from '../intake';
import type { Permit, Permits } from '../calling/permits';
import { openAttempts, reopenAttempts } from './settling';
import type { AttemptFields, AttemptRow } from '../sql/attempts';

/** One send, composed. */
export interface Parcel {
  readonly kind: AttemptRow['kind'];
  readonly query: Readonly<Record<string, string>>;
  readonly bytes: string;
  readonly fields: AttemptFields;
}

/** What became of one send. */
export interface Posted {
  readonly attempt: AttemptRow;
  readonly outcome: Outcome;
}

/** A write in the line: a new one, or an open attempt sent again as it is. */
interface Entry {
  readonly desk: Desk;
  readonly job: Job;
  readonly send: { readonly parcel: Parcel } | { readonly open: AttemptRow };
  /** How it stands in a batch, if it may. */
  readonly form: BatchForm | undefined;
  readonly since: number;
  readonly resolve: (posted: Posted) => void;
  readonly reject: (error: unknown) => void;
}

/** A write that is being prepared. */
export interface ComingWrite {
  readonly lane: Lane;
  /** The requestid of the batch it was sent in before. */
  readonly bound: string | null;
}

type Lane = Job['lane'];

interface Line {
  waiting: Entry[];
  /** By ref. */
  readonly coming: Map<string, ComingWrite>;
  timer: NodeJS.Timeout | undefined;
}

/** Writes under way of all realms: what has no connection would only wait for one, and its lease run out. */
const MOST_CALLS = QBO_LIMITS.connections - 32;

/**
 * Takes the writes of every realm to QuickBooks, singly or by batch (decide/grouping.ts). What is sent is stored first, a
 * batch in one transaction; its parts are told apart by their bId, settle one by one, and go again only in that batch.
 *
 *   post ─▶ line of its realm ─▶ permit taken ─▶ attempts stored ─▶ sent ─▶ each part's outcome to whoever posted it
 */
export class Courier {
  readonly #lines = new Map<string, Line>();
  /** Realms whose writes wait for a call of any other realm to end; who waits longest first. */
  readonly #held = new Set<string>();
  #stopped = false;

  constructor(private readonly permits: Permits) {
    permits.onFree((books) => this.#freed(books));
  }

  /** A write of this ref is being prepared; `gone` says that it comes no more. */
  coming(books: string, ref: string, write: ComingWrite): void {
    this.#line(books).coming.set(ref, write);
  }

  gone(books: string, ref: string): void {
    if (this.#line(books).coming.delete(ref)) this.#pump(books);
  }

  /**
   * How many writes of a lane could go now beside those in its realm's line and being prepared, and when to ask again. What
   * is live goes before all backlog; what is bound to a batch takes a call of those and no more.
   */
  room(books: string, lane: Lane): { readonly now: number; readonly againAtMs?: number } {
    const { waiting, coming } = this.#line(books);
    const { single, backlogSingle, batch, calls } = this.#room(books);
    const all = [...waiting.map(placeOf), ...coming.values()];
    const bound = new Set(all.flatMap((each) => each.bound ?? []));
    const batches = Math.min(batch, calls);
    const singles = Math.min(lane === 'live' ? single : backlogSingle, calls - batches);
    const most = singles + MOST_PARTS * Math.max(0, batches - bound.size);
    const before = all.filter((each) => each.bound === null && (lane === 'backlog' || each.lane === 'live'));
    const againAtMs = this.#reopens(books, lane);
    return { now: Math.max(0, most - before.length), ...(most > 0 || againAtMs === Infinity ? {} : { againAtMs }) };
  }

  /** Stores and sends a new write once its turn comes. */
  post(desk: Desk, job: Job, parcel: Parcel): Promise<Posted> {
    const { how, resource } = job.request;
    const wrapper = how.wrapper ?? resource;
    const write = { path: how.path, wrapper, create: parcel.kind === 'create', query: parcel.query };
    const form = Buffer.byteLength(parcel.bytes) > MOST_PART_BYTES ? undefined : batchForm(write);
    return this.#enter(desk, job, { parcel }, form);
  }

  /** Sends an open attempt again: alone if it was sent alone, else in its batch under its bId. */
  repost(desk: Desk, job: Job, open: AttemptRow): Promise<Posted> {
    const { path, kind, query } = open;
    const wrapper = job.request.how.wrapper ?? job.request.resource;
    const form = open.bid === null ? undefined : batchForm({ path, wrapper, create: kind === 'create', query });
    return this.#enter(desk, job, { open }, form);
  }

  /** What is in the line, or comes to it from now on, is not sent here: nothing of it is stored, so others send it. */
  stop(): void {
    this.#stopped = true;
    for (const line of this.#lines.values()) {
      clearTimeout(line.timer);
      for (const { reject } of line.waiting.splice(0)) reject(new Stopped());
    }
  }

  #enter(desk: Desk, job: Job, send: Entry['send'], form: BatchForm | undefined): Promise<Posted> {
    const { books } = job.company;
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(new Stopped());
      const line = this.#line(books);
      line.coming.delete(job.place.ref);
      line.waiting.push({ desk, job, send, form, since: Date.now(), resolve, reject });
      this.#pump(books);
    });
  }

  #pump(books: string): void {
    const line = this.#line(books);
    clearTimeout(line.timer);
    if (line.waiting.length === 0) return;
    const now = Date.now();
    const waiting = line.waiting.map((entry) => ({
      ...placeOf(entry),
      batchable: entry.form !== undefined,
      waitedMs: now - entry.since,
    }));
    const room = this.#room(books);
    const calls = Math.min(room.calls, this.#spare());
    const { groups, againInMs } = group(waiting, counted(line.coming.values()), { ...room, calls }, MOST_PARTS);
    const leaving = groups.map(({ kind, places }) => ({
      entries: places.flatMap((place) => line.waiting[place] ?? []),
      permit: this.permits.take(books, kind),
    }));
    const left = new Set(leaving.flatMap(({ entries }) => entries));
    line.waiting = line.waiting.filter((entry) => !left.has(entry));
    for (const { entries, permit } of leaving) void this.#launch(entries, permit);
    if (line.waiting.length === 0) return;
    if (this.#spare() === 0) this.#held.add(books);
    const lanes = new Set(line.waiting.map(({ job }) => job.lane));
    const reopens = Math.min(...[...lanes].map((lane) => this.#reopens(books, lane)));
    const again = Math.min(againInMs ?? Infinity, reopens - now);
    if (again !== Infinity) line.timer = setTimeout(() => this.#pump(books), Math.max(1, again));
  }

  /** A call has ended: its own realm may have room, or another one that waited for any to end. */
  #freed(books: string): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const each of held) {
      if (this.#spare() > 0) this.#pump(each);
      else this.#held.add(each);
    }
    this.#pump(books);
  }

  #spare(): number {
    return Math.max(0, MOST_CALLS - this.permits.calls());
  }

  /** Never throws: whoever posted is told. */
  async #launch(entries: readonly Entry[], permit: Permit): Promise<void> {
    try {
      const attempts = await store(entries, permit.kind === 'batch');
      const outcomes =
        permit.kind === 'batch' ? await sendBatch(entries, attempts, permit) : await sendOne(entries, attempts, permit);
      entries.forEach(({ resolve, reject }, place) => {
        const attempt = attempts[place];
        const outcome = outcomes[place];
        if (attempt === undefined || outcome === undefined) reject(new Error('a send was answered for no attempt'));
        else resolve({ attempt, outcome });
      });
    } catch (error) {
      for (const { reject } of entries) reject(error);
    } finally {
      this.permits.giveBack(permit);
    }
  }

  #room(books: string): Room {
    const most = mostBatchesAtOnce(this.permits.limits.concurrent);
    const batches = Math.max(0, most - this.permits.underWay(books, 'batch'));
    return {
      single: this.permits.room(books, 'single').now,
      backlogSingle: this.permits.room(books, 'single', this.#spared('backlog')).now,
      batch: Math.min(batches, this.permits.room(books, 'batch').now),
      calls: this.permits.free(books),
    };
  }

  #spared(lane: Lane): number {
    return lane === 'live' ? 0 : sparedForLive(this.permits.limits.perWindow.single);
  }

  /** When a window opens again by itself; Infinity: a call under way ends before. */
  #reopens(books: string, lane: Lane): number {
    const { againAtMs: single = Infinity } = this.permits.room(books, 'single', this.#spared(lane));
    const { againAtMs: batch = Infinity } = this.permits.room(books, 'batch');
    return Math.min(single, batch);
  }

  #line(books: string): Line {
    const line = this.#lines.get(books) ?? { waiting: [], coming: new Map<string, ComingWrite>(), timer: undefined };
    this.#lines.set(books, line);
    return line;
  }
}

function placeOf({ job, send }: Entry): ComingWrite {
  return { lane: job.lane, bound: 'open' in send && send.open.bid !== null ? send.open.requestid : null };
}

function counted(writes: Iterable<ComingWrite>): Coming {
  const lanes = { live: 0, backlog: 0 };
  const bound = new Map<string, number>();
  for (const write of writes) {
    if (write.bound === null) lanes[write.lane] += 1;
    else bound.set(write.bound, (bound.get(write.bound) ?? 0) + 1);
  }
  return { ...lanes, bound };
}

/** All entries of a group are of one company, and either all new or all open. */
async function store(entries: readonly Entry[], batch: boolean): Promise<AttemptRow[]> {
  const [first] = entries;
  if (first === undefined) return [];
  const { desk } = first;
  const { tenant } = first.job.place;
  const epoch = desk.epochOf(tenant);
  // Some were begun before the shard was lost and taken back: another process may have sent them meanwhile.
  const before = entries.find((entry) => entry.desk.epochOf(tenant) !== epoch);
  if (before !== undefined) throw new Fenced(shardOf(tenant), before.desk.epochOf(tenant));
  const open = entries.flatMap(({ send }) => ('open' in send ? [send.open] : []));
  if (open.length > 0) return reopenAttempts(desk, tenant, open);
  const { books } = first.job.company;
  const fresh = entries.flatMap(({ job, send }) => ('parcel' in send ? [{ job, parcel: send.parcel }] : []));
  const ids = fresh.map(({ job, parcel }) =>
    requestId({ ...job.place, books, generation: parcel.fields.generation, bytes: parcel.bytes }),
  );
  const whole = batch
    ? requestId({ books, ref: 'batch', generation: 0, revision: 0, attempt: 0, bytes: ids.join() })
    : undefined;
  return openAttempts(
    desk,
    tenant,
    fresh.map(({ job, parcel }, place) => ({
      job,
      attempt: {
        ...parcel,
        ...{ tenant, books, ref: job.place.ref, revision: job.place.revision, number: job.place.attempt },
        path: job.request.how.path,
        requestid: whole ?? ids[place] ?? '',
        bid: whole === undefined ? null : String(place + 1),
      },
    })),
  );
}

async function sendOne(
  [entry]: readonly Entry[],
  [attempt]: readonly AttemptRow[],
  permit: Permit,
): Promise<Outcome[]> {
  if (entry === undefined || attempt === undefined) return [];
  const { path, query, requestid, bytes: body } = attempt;
  const call = { method: 'POST', path, query: { ...query, requestid }, body } as const;
  return [await entry.desk.quickbooks.call(entry.job.company, call, { permit, storedAt: attempt.lastSentAt })];
}

async function sendBatch(
  entries: readonly Entry[],
  attempts: readonly AttemptRow[],
  permit: Permit,
): Promise<Outcome[]> {
  const [first] = entries;
  const parts = entries.flatMap(({ job, form }, place): BatchPart[] => {
    const attempt = attempts[place];
    if (form === undefined || attempt === undefined || attempt.bid === null) return [];
    const wrapper = job.request.how.wrapper ?? job.request.resource;
    return [{ ...form, bId: attempt.bid, wrapper, bytes: attempt.bytes }];
  });
  const [attempt] = attempts;
  if (first === undefined || attempt === undefined) return [];
  const { requestid, lastSentAt: storedAt } = attempt;
  return first.desk.quickbooks.batch(first.job.company, requestid, parts, { permit, storedAt });
}
