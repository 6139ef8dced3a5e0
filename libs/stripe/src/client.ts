import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import Stripe from 'stripe';
import { cappedHttp } from './capped-http';
import { failureOf, type StripeFailure } from './failure';
import { disputeOf, idOf, instant, payoutOf, transactionOf } from './shapes';

/** Stripe's most (docs.stripe.com/api/pagination). */
const PAGE_SIZE = 100;
const TIMEOUT_MS = 30_000;
/** A page is some tens of kilobytes. */
const MOST_ANSWER = 8 * 1024 * 1024;

export type Reading<T> =
  { readonly is: 'ok'; readonly value: T } | { readonly is: 'failed'; readonly failure: StripeFailure };

/** One page of a list. `after` goes on behind it, also in another process. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly after: string;
  /** How many have been read so far, this page included. */
  readonly read: number;
}

export interface StripeOptions {
  /** `https://api.stripe.com`, or an emulator's. */
  readonly apiUrl: string;
  readonly secretKey: string;
  readonly timeoutMs?: number;
}

/**
 * Reads a company's payouts and disputes on its own Stripe account (`Stripe-Account`). Never throws for what Stripe or the network
 * does. It does not try again by itself; a caller goes on from the `after` it has kept.
 */
export class StripeReader {
  readonly #stripe: Stripe;

  constructor({ apiUrl, secretKey, timeoutMs = TIMEOUT_MS }: StripeOptions) {
    const url = new URL(apiUrl);
    if (url.pathname !== '/') throw new Error('STRIPE_API_URL: scheme, host and port alone');
    const protocol = url.protocol === 'http:' ? 'http' : 'https';
    this.#stripe = new Stripe(secretKey, {
      protocol,
      host: url.hostname,
      port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port),
      timeout: timeoutMs,
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: cappedHttp(MOST_ANSWER),
    });
  }

  /** One payout as it stands; of a failed one also when its money was back. */
  async payout(account: string, id: string): Promise<Reading<StripePayout>> {
    const of = { stripeAccount: account };
    try {
      const shown = await this.#stripe.payouts.retrieve(id, {}, of);
      const payout = payoutOf(shown);
      if (payout === undefined) return UNREADABLE;
      const back = idOf(shown.failure_balance_transaction);
      if (payout.status !== 'failed' || back === null) return { is: 'ok', value: payout };
      const { created } = await this.#stripe.balanceTransactions.retrieve(back, {}, of);
      if (!Number.isSafeInteger(created)) return UNREADABLE;
      return { is: 'ok', value: { ...payout, failedAt: instant(created) } };
    } catch (error) {
      return { is: 'failed', failure: failureOf(error) };
    }
  }

  /** One dispute as it stands. */
  async dispute(account: string, id: string): Promise<Reading<StripeDispute>> {
    try {
      const dispute = disputeOf(await this.#stripe.disputes.retrieve(id, {}, { stripeAccount: account }));
      return dispute === undefined ? UNREADABLE : { is: 'ok', value: dispute };
    } catch (error) {
      return { is: 'failed', failure: failureOf(error) };
    }
  }

  /** Disputes opened at or after a moment, newest first, a page at a time. Ends after a failure. */
  disputesSince(account: string, sinceMs: number): AsyncGenerator<Reading<Page<StripeDispute>>> {
    const created = { gte: Math.floor(sinceMs / 1000) };
    return pages(
      (cursor) => this.#stripe.disputes.list({ limit: PAGE_SIZE, created, ...cursor }, { stripeAccount: account }),
      disputeOf,
      undefined,
    );
  }

  /** Payouts made at or after a moment, newest first, a page at a time: what the webhooks missed. Ends after a failure. */
  payoutsSince(account: string, sinceMs: number, after?: string): AsyncGenerator<Reading<Page<StripePayout>>> {
    const created = { gte: Math.floor(sinceMs / 1000) };
    return pages(
      (cursor) => this.#stripe.payouts.list({ limit: PAGE_SIZE, created, ...cursor }, { stripeAccount: account }),
      payoutOf,
      after,
    );
  }

  /**
   * All balance transactions of an automatic payout, its own (type `payout`) too. Never holds more than one page. Ends
   * after a failure. Sources are not expanded, a page of charges would be hundreds of kilobytes: only what is behind a
   * refund, a failure or a dispute is read, one by one.
   */
  async *transactions(
    account: string,
    payout: string,
    after?: string,
  ): AsyncGenerator<Reading<Page<StripeTransaction>>> {
    const listed = pages(
      (cursor) =>
        this.#stripe.balanceTransactions.list({ limit: PAGE_SIZE, payout, ...cursor }, { stripeAccount: account }),
      transactionOf,
      after,
    );
    for await (const page of listed) {
      const whole = page.is === 'ok' ? await this.#withCharges(account, page.value) : page;
      yield whole;
      if (whole.is === 'failed') return;
    }
  }

  async #withCharges(account: string, page: Page<StripeTransaction>): Promise<Reading<Page<StripeTransaction>>> {
    const items: StripeTransaction[] = [];
    try {
      for (const each of page.items) items.push({ ...each, charge: await this.#chargeBehind(account, each) });
    } catch (error) {
      return { is: 'failed', failure: failureOf(error) };
    }
    return { is: 'ok', value: { ...page, items } };
  }

  /** The charge of what was given back or disputed. */
  async #chargeBehind(account: string, { category, source }: StripeTransaction): Promise<string | null> {
    if (source === null) return null;
    const of = { stripeAccount: account };
    if (category === 'refund' || category === 'refund_failure' || category === 'charge_failure') {
      return idOf((await this.#stripe.refunds.retrieve(source, {}, of)).charge);
    }
    if (category === 'dispute' || category === 'dispute_reversal') {
      return idOf((await this.#stripe.disputes.retrieve(source, {}, of)).charge);
    }
    return null;
  }
}

const UNREADABLE: Reading<never> = { is: 'failed', failure: { class: 'unreadable', code: 'shape' } };

async function* pages<Theirs extends { id: string }, Ours>(
  ask: (cursor: { starting_after?: string }) => Promise<{ data: Theirs[]; has_more: boolean }>,
  shape: (theirs: Theirs) => Ours | undefined,
  start: string | undefined,
): AsyncGenerator<Reading<Page<Ours>>> {
  let after = start;
  for (let read = 0; ;) {
    const reading = await pageAfter(ask, shape, after);
    if (reading.is === 'failed') {
      yield reading;
      return;
    }
    const { items, last, hasMore } = reading.value;
    read += items.length;
    if (last !== undefined) yield { is: 'ok', value: { items, after: last, read } };
    if (!hasMore) return;
    after = last;
  }
}

interface RawPage<Ours> {
  readonly items: readonly Ours[];
  readonly last: string | undefined;
  readonly hasMore: boolean;
}

async function pageAfter<Theirs extends { id: string }, Ours>(
  ask: (cursor: { starting_after?: string }) => Promise<{ data: Theirs[]; has_more: boolean }>,
  shape: (theirs: Theirs) => Ours | undefined,
  after: string | undefined,
): Promise<Reading<RawPage<Ours>>> {
  try {
    const { data, has_more: hasMore } = await ask(after === undefined ? {} : { starting_after: after });
    if (!Array.isArray(data)) return UNREADABLE;
    const items = data.map(shape).filter((each) => each !== undefined);
    const last = data.at(-1)?.id;
    const isWhole = items.length === data.length && typeof hasMore === 'boolean' && !(hasMore && last === undefined);
    return isWhole ? { is: 'ok', value: { items, last, hasMore } } : UNREADABLE;
  } catch (error) {
    return { is: 'failed', failure: failureOf(error) };
  }
}
