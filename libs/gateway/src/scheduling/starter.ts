import { MOST_PARTS } from '@qbo-sync/qbo/batch';
import { size, takeHeads } from '../decide/lanes';
import { earned, newRetryBudget, spend } from '../decide/retry-budget';
import { shardOf } from '../intake';
import { NEEDED_TO_SEND_MS, type Company, type Quickbooks } from '../calling/quickbooks';
import type { Courier } from '../sending/courier';
import type { Desk } from '../sending/desk';
import { workOn } from '../sending/record-work';
import { workOnOpen } from '../sending/unsure-work';
import type { GateRow } from '../sql/gates';
import type { HeadRow } from '../sql/heads';
import type { Leases } from './leases';
import { passedOver, type Realm } from './realms';
import type { UnderWay } from './under-way';

/** Rows being worked on at once in one realm: what is prepared waits for a permit in memory. */
const MOST_PER_REALM = 200;
/** As many more of live traffic, so that it never waits for a backlog's work to end. */
const MORE_LIVE = MOST_PARTS;

export interface StarterOptions {
  readonly desk: Desk;
  readonly quickbooks: Quickbooks;
  readonly courier: Courier;
  readonly leases: Leases;
  readonly underWay: UnderWay;
  /** The realm is to be asked again then. */
  readonly onLater: (tenant: string, atMs: number) => void;
}

/**
 * Starts a realm's rows as far as its gate, its limits and the budget of retries let it:
 *
 *   gate open ──▶ open attempts, then heads, live and backlog in turn
 *   gate `one` ─▶ one of them, to see whether QuickBooks answers; where there is none, a read
 */
export class Starter {
  #retries = newRetryBudget(Date.now());

  constructor(private readonly options: StarterOptions) {}

  /** How many rows of a realm may start; what is not ready now comes back by a commit, a free permit or its moment. */
  wants(realm: Realm): number {
    const { leases, underWay, courier, onLater } = this.options;
    const { lanes, open } = realm;
    const { tenant, books } = realm.company;
    const busy = underWay.of(tenant).size;
    // What would be given up for want of a lease is not begun.
    if (!leases.holds(shardOf(tenant), NEEDED_TO_SEND_MS) || realm.gate.most === 'none') return 0;
    if (realm.gate.most === 'one') return busy > 0 ? 0 : 1;
    const room = (lane: 'live' | 'backlog', has: number): number => {
      if (has === 0) return 0;
      const { now, againAtMs } = courier.room(books, lane);
      if (now === 0 && againAtMs !== undefined) onLater(tenant, againAtMs);
      return now;
    };
    const has = open.length + lanes.backlog.length;
    const backlog = Math.max(0, Math.min(has, room('backlog', has), MOST_PER_REALM - busy));
    const live = room('live', lanes.live.length);
    const more = Math.max(0, Math.min(lanes.live.length, live, MOST_PER_REALM + MORE_LIVE - busy));
    return Math.min(backlog + more, Math.max(backlog, live));
  }

  /** Starts so many rows of a realm; `claimed`: the requests of those that were read a moment ago. */
  start(realm: Realm, count: number, claimed: ReadonlyMap<HeadRow, string>): void {
    const { courier, quickbooks, underWay } = this.options;
    const { company } = realm;
    const isProbe = realm.gate.most === 'one';
    // Writes do not tell whether the month's reads are used up.
    if (isProbe && company.trouble === 'quota') {
      quickbooks.permits.open(company.books);
      return this.#probe(company);
    }
    let left = count;
    // A part of a batch is no probe while anything else is: by itself it uses up one of the window's batches.
    if (isProbe) realm.open = realm.open.toSorted((a, b) => Number(a.bid !== null) - Number(b.bid !== null));
    let backlog = isProbe ? count : Math.min(count, courier.room(company.books, 'backlog').now);
    while (backlog > 0 && realm.open.length > 0) {
      const [attempt, ...others] = realm.open;
      if (isProbe && attempt?.bid !== null && size(realm.lanes) > 0) break;
      realm.open = others;
      if (attempt === undefined || !this.#mayStart(realm, attempt.ref)) continue;
      if (!this.#affords(realm, attempt.sends > 1)) continue;
      const run = this.#begun(company, (desk, own) => workOnOpen(desk, own, attempt));
      const write = { lane: 'backlog', bound: attempt.bid && attempt.requestid } as const;
      underWay.start(company, { ...attempt, run }, write);
      left -= 1;
      backlog -= 1;
    }
    const { heads, lanes } = takeHeads(
      realm.lanes,
      { all: left, backlog },
      (head) => this.#mayStart(realm, head.ref) && this.#affords(realm, head.attempts > 0),
    );
    realm.lanes = lanes;
    for (const head of heads) {
      const message = claimed.get(head);
      const run = this.#begun(company, (desk, own) => workOn(desk, own, head, message));
      underWay.start(company, { ...head, run }, { lane: head.lane, bound: null });
    }
    if (isProbe && left - heads.length > 0) this.#probe(company);
  }

  /** What is passed over for now, worked on or at rest, is found again by the next reading. */
  #mayStart(realm: Realm, ref: string): boolean {
    const may = this.options.underWay.mayStart(realm.company.tenant, ref);
    if (!may) passedOver(realm);
    return may;
  }

  /** Whether the retry budget allows this one; if not, the realm's window is read again once it does. */
  #affords(realm: Realm, again: boolean): boolean {
    const nowMs = Date.now();
    if (!again) {
      this.#retries = earned(this.#retries, nowMs);
      return true;
    }
    const spent = spend(this.#retries, nowMs);
    if (spent.may) {
      this.#retries = spent.budget;
      return true;
    }
    realm.stale = 'now';
    this.options.onLater(realm.company.tenant, spent.atMs);
    return false;
  }

  /** A trouble ends by itself even where nothing waits. That a subscription has ended shows on writes alone. */
  #probe(company: GateRow): void {
    const { tenant, trouble } = company;
    if (trouble === 'subscription') return;
    const { underWay, quickbooks } = this.options;
    const task = { tenant, ref: '', run: () => quickbooks.probe(company) };
    underWay.start(company, task, { lane: 'live', bound: null });
  }

  /** What is begun now is sent and committed under the epoch of now: a shard lost and taken back is not the same. */
  #begun(company: Company, work: (desk: Desk, company: Company) => Promise<void>): () => Promise<void> {
    const { desk } = this.options;
    return () => {
      const epoch = desk.epochOf(company.tenant);
      return work({ ...desk, epochOf: () => epoch }, { ...company, epoch });
    };
  }
}
