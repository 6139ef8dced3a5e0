import type { Statement } from '@qbo-sync/sandbox/stripe/statement';
import { DayStopped, until } from './stopped';

const WITHIN_MS = 60_000;

/** The emulated Stripe, by its admin interface: what happens there is said once by its key, however often it is asked. */
export class StripeAdmin {
  constructor(private readonly url: string) {}

  /** The id of what it made. */
  async act(act: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    return (await this.ask<{ id: string }>(act, body)).id;
  }

  statement(account: string): Promise<Statement> {
    return this.ask('statement', { account });
  }

  /** Tells every webhook once more; resolves with their number once all were acknowledged. */
  async tellAgain(): Promise<number> {
    const { events } = await this.ask<{ events: number }>('webhooks-again', {});
    await until(async () => ((await this.waiting()) === 0 ? true : undefined), {
      withinMs: WITHIN_MS,
      sentence: 'The webhooks of Stripe were not acknowledged within a minute.',
    });
    return events;
  }

  /** Webhooks that were not acknowledged yet. */
  private async waiting(): Promise<number | undefined> {
    const answer = await fetch(`${this.url}/webhooks`).catch(() => undefined);
    return answer === undefined ? undefined : ((await answer.json()) as { waiting: unknown[] }).waiting.length;
  }

  private async ask<Answer>(call: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
    const answer = await until(
      () => fetch(`${this.url}/${call}`, { method: 'POST', body: JSON.stringify(body) }).catch(() => undefined),
      { withinMs: WITHIN_MS, sentence: 'The emulated Stripe did not answer within a minute.' },
    );
    const text = await answer.text();
    if (!answer.ok)
      throw new DayStopped(`The emulated Stripe refused ${call} (${answer.status}): ${text.slice(0, 300)}`);
    return JSON.parse(text) as Answer;
  }
}
