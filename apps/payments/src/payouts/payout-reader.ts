import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { foundBy } from '@qbo-sync/entities/payout/found-by';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Client } from '@qbo-sync/eventstore/pool';
import { readSettings } from '@qbo-sync/eventstore/settings';
import type { Told } from '@qbo-sync/service/entity-service/apart';
import type { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import type { Log } from '@qbo-sync/service/log';
import type { StripeReader } from '@qbo-sync/stripe/client';
import type { StripeFailure } from '@qbo-sync/stripe/failure';
import { DisputeReader } from '../disputes/dispute-reader';
import {
  claimDue,
  type DuePayout,
  endDue,
  endTouched,
  letWait,
  selectPayout,
  storeCursor,
  storeShown,
  storeTold,
  storeWhole,
  takeTouched,
} from './payout-rows';
import { endDueLook, selectDueLook } from './look-for-deposits';
import { refreshPlaces } from './places';
import { changedTrigger, isPartsReady, toTell } from './payout-told';
import { claimPoll, letPollWait, markChanged } from './poll';
import { insertTransactions } from './transaction-rows';
import { waitFor } from './wait-for';

export interface PayoutReaderParts {
  readonly runtime: Pick<EntityRuntime, 'database' | 'decides' | 'tell'>;
  /** Undefined: no key is set, nothing is read. */
  readonly stripe: StripeReader | undefined;
  readonly pollMs: number;
  readonly log: Log;
}

const LOOK_EVERY_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Stripe may still change a payout for so long: it arrives within days, a bank sends it back within weeks. */
const LISTED_FOR_MS = 35 * DAY_MS;
/** A payout on its way when the company went live. */
const BEFORE_GO_LIVE_MS = 10 * DAY_MS;

/**
 * Reads what Stripe says of payouts (and of disputes), beside the live traffic, one thing at a time: what webhooks and the poll marked, page
 * by page. A crash goes on behind the last page stored.
 *
 *   marked ─▶ read ─told─▶ stream: waits for its parts ─▶ pages ─all─▶ decided again ─▶ Deposit
 *                                                          a charge it did not know is heard of ──▲
 */
export class PayoutReader {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private awaken: (() => void) | undefined;

  private readonly disputes: DisputeReader;

  constructor(private readonly parts: PayoutReaderParts) {
    this.disputes = new DisputeReader(parts.runtime, (failure, of) => this.failed(failure, of));
  }

  start(): void {
    if (this.parts.stripe === undefined) {
      this.parts.log.info({}, 'Stripe payouts are not read: STRIPE_SECRET_KEY is not set');
      return;
    }
    this.running = this.run(this.parts.stripe);
  }

  /** Something is due now. */
  wake(): void {
    this.awaken?.();
  }

  /** Ends after the page in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async run(stripe: StripeReader): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const didSomething = await this.round(stripe).catch((err: unknown) => {
        this.parts.log.warn({ err }, 'could not read payouts; trying again');
        return false;
      });
      if (!didSomething) await this.pause();
    }
  }

  private async pause(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      this.awaken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** One step of each kind; whether there was anything to do. */
  private async round(stripe: StripeReader): Promise<boolean> {
    const { runtime, pollMs } = this.parts;
    if (!runtime.decides) return false;
    const touched = await this.decideTouched();
    const looked = await this.look();
    const poll = await this.inTransaction((client) => claimPoll(client, pollMs));
    if (poll !== undefined)
      await this.list(stripe, poll.tenant, poll.settings.values['payments.stripeAccount'], poll.settings.goLiveAt);
    const disputed = await this.disputes.readDue(stripe);
    const due = await this.inTransaction(claimDue);
    if (due !== undefined) await this.read(stripe, due);
    return touched || looked || poll !== undefined || disputed || due !== undefined;
  }

  private async decideTouched(): Promise<boolean> {
    const touched = await this.inTransaction(takeTouched);
    if (touched === undefined) return false;
    const { tenant, payoutId } = touched;
    await this.parts.runtime.tell(tenant, async (client) => {
      await endTouched(client, tenant, payoutId);
      return [again(tenant, payoutId)];
    });
    return true;
  }

  /** Has QuickBooks asked for deposits that may be a payout's. */
  private async look(): Promise<boolean> {
    const due = await this.inTransaction(selectDueLook);
    if (due === undefined) return false;
    const { tenant, payoutId, ref } = due;
    await this.parts.runtime.tell(tenant, async (client) => {
      await endDueLook(client, tenant, payoutId);
      const trigger = { kind: 'wanted', commandId: ref, by: 'payments', at: new Date().toISOString() } as const;
      return [{ tenant, ref, trigger }];
    });
    return true;
  }

  private async list(
    stripe: StripeReader,
    tenant: string,
    account: string | null,
    goLiveAt: string | null,
  ): Promise<void> {
    if (account === null || !goLiveAt) return;
    const since = Math.max(Date.now() - LISTED_FOR_MS, Date.parse(goLiveAt) - BEFORE_GO_LIVE_MS);
    for await (const page of stripe.payoutsSince(account, since)) {
      if (page.is === 'failed') return this.notListed(tenant, page.failure);
      const marked = await this.inTransaction((client) => markChanged(client, tenant, account, page.value.items));
      if (marked > 0) this.parts.log.debug({ tenant, count: marked }, 'payouts to read');
      if (this.stopping.signal.aborted) return;
    }
    const failure = await this.disputes.list(stripe, tenant, account, goLiveAt);
    if (failure !== undefined) await this.notListed(tenant, failure);
  }

  private async notListed(tenant: string, failure: StripeFailure): Promise<void> {
    this.failed(failure, { tenant });
    await this.inTransaction((client) => letPollWait(client, tenant, waitFor(failure, 1)));
  }

  private async read(stripe: StripeReader, due: DuePayout): Promise<void> {
    const { tenant, payoutId, account } = due;
    const reading = await stripe.payout(account, payoutId);
    if (reading.is === 'failed') return this.again(due, reading.failure);
    const payout = reading.value;
    await this.parts.runtime.tell(tenant, (client) => this.take(client, tenant, payout));
    if (isPartsReady(payout)) {
      const outcome = await this.readPages(stripe, due, payout);
      if (outcome === 'stopped') return;
      if (outcome !== 'whole') return this.again(due, outcome);
    }
    await this.inTransaction((client) => endDue(client, due));
  }

  /** Stores a payout as it was read, and tells its stream what it has not been told. */
  private async take(client: Client, tenant: string, payout: StripePayout): Promise<readonly Told[]> {
    const row = await selectPayout(client, tenant, payout.id);
    if (row === undefined) return [];
    await storeShown(client, tenant, payout);
    const telling = toTell(payout, row.told);
    if (telling === undefined) return [];
    await storeTold(client, tenant, payout.id, telling);
    const trigger = changedTrigger(payout, telling, row, new Date().toISOString());
    return [{ tenant, ref: `payout:${payout.id}`, trigger }];
  }

  /** Reads what is left of a payout's pages. */
  private async readPages(
    stripe: StripeReader,
    due: DuePayout,
    payout: StripePayout,
  ): Promise<'whole' | 'stopped' | StripeFailure> {
    const { tenant, payoutId, account } = due;
    const row = await this.inTransaction((client) => selectPayout(client, tenant, payoutId));
    if (row === undefined || row.whole) return 'whole';
    let { cursor, read } = row;
    for await (const page of stripe.transactions(account, payoutId, cursor ?? undefined)) {
      if (page.is === 'failed') return page.failure;
      const { items, after } = page.value;
      const [from, position] = [cursor, read];
      let isOurs = false;
      // As one who decides: a charge heard of meanwhile is either seen here, or sees these.
      await this.parts.runtime.tell(tenant, async (client) => {
        isOurs = await storeCursor(client, due, from, after, items.length);
        const found = items.map((transaction) => ({ transaction, found: foundBy(transaction, payout) }));
        if (isOurs) await insertTransactions(client, tenant, payoutId, position, found);
        return [];
      });
      // By itself: the decision that comes once all are there would take long, and hold the company up.
      if (isOurs) await this.inTransaction((client) => refreshPage(client, tenant, payoutId, position));
      if (!isOurs || this.stopping.signal.aborted) return 'stopped';
      cursor = after;
      read += items.length;
    }
    await this.parts.runtime.tell(tenant, async (client) => {
      await storeWhole(client, due);
      return [again(tenant, payoutId)];
    });
    return 'whole';
  }

  private async again(due: DuePayout, failure: StripeFailure): Promise<void> {
    this.failed(failure, { tenant: due.tenant, ref: `payout:${due.payoutId}` });
    await this.inTransaction((client) => letWait(client, due, waitFor(failure, due.tries)));
  }

  private failed({ class: kind, code, status, requestId }: StripeFailure, of: { tenant: string; ref?: string }): void {
    this.parts.log.warn({ ...of, kind, code, status, requestId }, 'Stripe could not be read; trying again');
  }

  private inTransaction<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    return inTransaction(this.parts.runtime.database, work);
  }
}

async function refreshPage(client: Client, tenant: string, payoutId: string, position: number): Promise<void> {
  const settings = (await readSettings(client, [tenant])).get(tenant)?.document as SyncSettings | undefined;
  await refreshPlaces(client, tenant, payoutId, settings ?? null, position - 1);
}

const again = (tenant: string, payoutId: string): Told => ({
  tenant,
  ref: `payout:${payoutId}`,
  trigger: { kind: 'redecide', why: 'related' },
});
