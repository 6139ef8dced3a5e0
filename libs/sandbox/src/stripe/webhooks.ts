import { createHmac } from 'node:crypto';
import type { Clock } from '../quickbooks/clock';
import { postWebhook } from '../webhook-post';
import type { Happening } from './account';
import { stripeId } from './ids';

export interface StripeWebhookSettings {
  /** null = nothing is sent, and nothing is kept to be sent. */
  url: string | null;
  /** Two while a secret is being rotated: Stripe signs with both. */
  secrets: readonly string[];
  /** Every n-th event is sent once more after it was acknowledged; 0 = never. */
  duplicateEvery: number;
  /** Every n-th event is never sent; 0 = all are. */
  missEvery: number;
  /** How far ahead of, or behind, the clock signatures are. */
  skewS: number;
}

export const DEFAULT_STRIPE_WEBHOOKS: StripeWebhookSettings = {
  url: null,
  secrets: ['whsec_sandbox'],
  duplicateEvery: 0,
  missEvery: 0,
  skewS: 0,
};

/** Milliseconds between tries, for up to three days (docs.stripe.com/webhooks): minutes first, then hours. */
const LADDER_MS = [0, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 43_200_000, 43_200_000, 43_200_000];
const DEADLINE_MS = 10_000;
const API_VERSION = '2026-10-28.endive';

interface Delivery {
  readonly id: string;
  readonly body: string;
  attempts: number;
  lastAnswer: string;
}

/**
 * Events to the app's endpoint, each by itself and in no order: one signed POST → 2xx, or again by the ladder. The record
 * in it is as it was when it happened.
 */
export class StripeWebhooks {
  private readonly waiting = new Set<Delivery>();
  private readonly said: Pick<Delivery, 'id' | 'body'>[] = [];
  private happened = 0;
  private readonly counters = {
    events: 0,
    missed: 0,
    attempts: 0,
    acknowledged: 0,
    refused: 0,
    duplicates: 0,
    given_up: 0,
  };

  constructor(
    readonly settings: StripeWebhookSettings,
    private readonly clock: Clock,
    /** Events that were acknowledged before a restart: they are not told again. */
    private readonly told: ReadonlySet<string> = new Set(),
    private readonly onTold: (event: string) => void = () => undefined,
  ) {}

  notify(account: string, { type, object }: Happening): void {
    this.happened += 1;
    const id = stripeId('evt', account, this.happened);
    if (this.settings.url === null) return;
    this.counters.events += 1;
    const { events } = this.counters;
    const { missEvery, duplicateEvery } = this.settings;
    if (missEvery > 0 && events % missEvery === 0) {
      this.counters.missed += 1;
      return;
    }
    const body = JSON.stringify({
      id,
      object: 'event',
      account,
      api_version: API_VERSION,
      created: Math.floor(this.clock.now() / 1000),
      data: { object },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    });
    this.said.push({ id, body });
    if (this.told.has(id)) return;
    this.send({ id, body, attempts: 0, lastAnswer: '' });
    if (duplicateEvery > 0 && events % duplicateEvery === 0) {
      this.counters.duplicates += 1;
      this.send({ id, body, attempts: 0, lastAnswer: '' });
    }
  }

  /** Every event that was sent once more, as Stripe's dashboard does it by hand. */
  again(): { readonly events: number } {
    for (const each of this.said) this.send({ ...each, attempts: 0, lastAnswer: '' });
    return { events: this.said.length };
  }

  status(): unknown {
    const { secrets: _secrets, ...settings } = this.settings;
    const waiting = [...this.waiting].map(({ id, attempts, lastAnswer }) => ({ id, attempts, lastAnswer }));
    return { settings, ...this.counters, waiting };
  }

  private send(delivery: Delivery): void {
    this.waiting.add(delivery);
    this.clock.after(0, () => this.tryOnce(delivery));
  }

  private async tryOnce(delivery: Delivery): Promise<void> {
    delivery.attempts += 1;
    this.counters.attempts += 1;
    delivery.lastAnswer = await this.post(delivery.body);
    if (/^2\d\d$/.test(delivery.lastAnswer)) {
      this.counters.acknowledged += 1;
      this.waiting.delete(delivery);
      this.onTold(delivery.id);
      return;
    }
    this.counters.refused += 1;
    const pause = LADDER_MS[delivery.attempts];
    if (pause === undefined) {
      this.counters.given_up += 1;
      this.waiting.delete(delivery);
    } else this.clock.after(pause, () => this.tryOnce(delivery));
  }

  private async post(body: string): Promise<string> {
    if (this.settings.url === null) return 'no address';
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': this.signature(body) };
    return postWebhook(this.settings.url, { body, headers, deadlineMs: DEADLINE_MS });
  }

  /** `t=…,v1=…`, a v1 per secret, each an HMAC-SHA-256 over moment, point and body (docs.stripe.com/webhooks/signature). */
  private signature(body: string): string {
    const moment = Math.floor(this.clock.now() / 1000) + this.settings.skewS;
    const signed = this.settings.secrets.map((secret) =>
      createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex'),
    );
    return [`t=${moment}`, ...signed.map((each) => `v1=${each}`)].join(',');
  }
}
