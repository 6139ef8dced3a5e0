import { createHmac, randomUUID } from 'node:crypto';
import { postWebhook } from '../webhook-post';
import type { Clock } from './clock';
import { cloudEventsBody, legacyBody, type VoidWord, type WebhookEvent } from './webhook-events';

export const WEBHOOK_SHAPES = ['cloudevents', 'legacy', 'alternate'] as const;

export interface WebhookSettings {
  /** null = nothing is sent, and nothing is kept to be sent. */
  url: string | null;
  verifierToken: string;
  shape: (typeof WEBHOOK_SHAPES)[number];
  voidWord: VoidWord;
  /** How long events are gathered before they go out in one delivery. */
  delayMs: number;
  /** False: deliveries do not wait for one another. */
  headOfLine: boolean;
  /** Every n-th delivery comes once more after it was acknowledged; 0 = never. */
  duplicateEvery: number;
  /** Events come last first. */
  reversed: boolean;
  /** Whether the app's own writes are told too. */
  echo: boolean;
}

export const DEFAULT_WEBHOOKS: WebhookSettings = {
  url: null,
  verifierToken: 'sandbox-verifier',
  shape: 'cloudevents',
  voidWord: 'voided',
  delayMs: 200,
  headOfLine: true,
  duplicateEvery: 0,
  reversed: false,
  echo: true,
};

/** Milliseconds before each try; after the last one every six hours (quickbooks.md §8.3). */
const LADDER_MS = [0, 10_000, 20_000, 30_000, 300_000, 1_200_000, 7_200_000, 14_400_000, 21_600_000];
const DEADLINE_MS = 3_000;
const MOST_EVENTS = 1_000;

interface Delivery {
  id: string;
  body: Buffer;
  events: number;
  attempts: number;
  lastAnswer: string;
}

/**
 * Deliveries to the app's endpoint (quickbooks.md §8.3): events gathered over all companies → one signed POST → 200 within
 * 3 s, or again by the ladder while all later ones wait.
 *
 *   notify ─ delayMs ─▶ queue ─▶ POST ──200──▶ gone, the next one
 *                         ▲        │ anything else, or nothing within 3 s
 *                         └ 10 s, 20 s, 30 s, 5 min, 20 min, 2 h, 4 h, 6 h, 6 h …
 *
 * What waits to be sent is not kept over a restart: an app asks CDC after a downtime.
 */
export class Webhooks {
  private gathered: WebhookEvent[] = [];
  private readonly queue: Delivery[] = [];
  private isSending = false;
  private deliveries = 0;
  private readonly counters = { events: 0, deliveries: 0, attempts: 0, acknowledged: 0, refused: 0, duplicates: 0 };

  constructor(
    readonly settings: WebhookSettings,
    private readonly clock: Clock,
  ) {}

  notify(events: readonly WebhookEvent[]): void {
    if (this.settings.url === null || events.length === 0) return;
    this.counters.events += events.length;
    if (this.gathered.length === 0) this.clock.after(this.settings.delayMs, () => this.flush());
    this.gathered.push(...events);
  }

  status(): unknown {
    const { verifierToken: _secret, ...settings } = this.settings;
    return {
      settings,
      ...this.counters,
      gathered: this.gathered.length,
      waiting: this.queue.map(({ id, events, attempts, lastAnswer }) => ({ id, events, attempts, lastAnswer })),
    };
  }

  /** Forgets what waits to be sent. */
  clear(): void {
    this.gathered = [];
    this.queue.length = 0;
  }

  private async flush(): Promise<void> {
    const events = this.gathered;
    this.gathered = [];
    if (this.settings.reversed) events.reverse();
    for (let from = 0; from < events.length; from += MOST_EVENTS) this.enqueue(events.slice(from, from + MOST_EVENTS));
    await this.send();
  }

  private enqueue(events: readonly WebhookEvent[]): void {
    this.deliveries += 1;
    this.counters.deliveries += 1;
    const { shape, voidWord, duplicateEvery } = this.settings;
    const legacy = shape === 'legacy' || (shape === 'alternate' && this.deliveries % 2 === 0);
    const body = Buffer.from(legacy ? legacyBody(events) : cloudEventsBody(events, voidWord));
    const delivery = { id: randomUUID(), body, events: events.length, attempts: 0, lastAnswer: '' };
    this.queue.push(delivery);
    if (duplicateEvery > 0 && this.deliveries % duplicateEvery === 0) {
      this.counters.duplicates += 1;
      this.queue.push({ ...delivery });
    }
  }

  private async send(): Promise<void> {
    if (!this.settings.headOfLine) {
      await Promise.all(this.queue.filter(({ attempts }) => attempts === 0).map((each) => this.tryOnce(each)));
      return;
    }
    if (this.isSending) return;
    this.isSending = true;
    for (let head = this.queue[0]; head !== undefined; head = this.queue[0]) {
      if (!(await this.tryOnce(head))) return;
    }
    this.isSending = false;
  }

  /** One try; when it fails the next one is due by the ladder, counted from when this one was. */
  private async tryOnce(delivery: Delivery, dueAt = this.clock.elapsed()): Promise<boolean> {
    delivery.attempts += 1;
    this.counters.attempts += 1;
    delivery.lastAnswer = await this.post(delivery);
    if (delivery.lastAnswer === '200') {
      this.counters.acknowledged += 1;
      const place = this.queue.indexOf(delivery);
      if (place >= 0) this.queue.splice(place, 1);
      return true;
    }
    this.counters.refused += 1;
    const nextAt = dueAt + (LADDER_MS[delivery.attempts] ?? LADDER_MS.at(-1) ?? 0);
    this.clock.at(nextAt, async () => {
      if (!this.queue.includes(delivery)) {
        this.isSending = false;
        return this.send();
      }
      if (!(await this.tryOnce(delivery, nextAt))) return;
      this.isSending = false;
      await this.send();
    });
    return false;
  }

  private async post({ body }: Delivery): Promise<string> {
    if (this.settings.url === null) return 'no address';
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'intuit_notification_server/0.1',
      'intuit-signature': createHmac('sha256', this.settings.verifierToken).update(body).digest('base64'),
      'intuit-created-time': new Date(this.clock.now()).toISOString(),
      'intuit-t-id': randomUUID(),
      'intuit-notification-schema-version': '1.0',
    };
    return postWebhook(this.settings.url, { body: new Uint8Array(body), headers, deadlineMs: DEADLINE_MS });
  }
}
