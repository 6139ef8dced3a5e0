import Stripe from 'stripe';

/** An event's age in seconds that is still taken: Stripe's own (reliability.md S30). */
const TOLERANCE_S = 300;
/** The library looks at the past alone: how far ahead of our clock Stripe's may be (reliability.md X8). */
const FUTURE_SKEW_S = 60;

/** What an event says: only a hint, the record is read again. */
export interface StripeEvent {
  /** `evt_…`; the same one may come several times. */
  readonly id: string;
  readonly type: string;
  /** `acct_…` of the company; absent on an event of the platform's own account. */
  readonly account?: string;
  /** The record it is about, `po_…`. */
  readonly objectId: string;
  readonly createdAt: string;
}

export type WebhookReading =
  | { readonly is: 'event'; readonly event: StripeEvent }
  /** `signature`: none, or none by a secret of ours; `age`, `future`: signed at a moment too far off. */
  | { readonly is: 'refused'; readonly why: 'signature' | 'age' | 'future' | 'unreadable' };

/**
 * Checks `Stripe-Signature` over the very bytes that came, and reads the event. While a secret is being rotated both are
 * given; a signature by either is good.
 */
export function readWebhook(
  raw: Uint8Array,
  signature: string | undefined,
  secrets: readonly string[],
  nowMs: number,
): WebhookReading {
  const signedAt = signedAtS(signature);
  if (signature === undefined || signedAt === undefined) return { is: 'refused', why: 'signature' };
  const age = Math.floor(nowMs / 1000) - signedAt;
  if (age > TOLERANCE_S) return { is: 'refused', why: 'age' };
  if (-age > FUTURE_SKEW_S) return { is: 'refused', why: 'future' };
  for (const secret of secrets.map((each) => each.trim())) {
    try {
      const event: unknown = Stripe.webhooks.constructEvent(
        Buffer.from(raw),
        signature,
        secret,
        TOLERANCE_S,
        undefined,
        nowMs,
      );
      return read(event);
    } catch (error) {
      // Behind a good signature it fails only on the body: not JSON, or a thin event of the API's second version.
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError))
        return { is: 'refused', why: 'unreadable' };
    }
  }
  return { is: 'refused', why: 'signature' };
}

/** The moment a header says it was signed at; the last one counts, as in the library. */
function signedAtS(signature: string | undefined): number | undefined {
  const texts = (signature ?? '').split(',').flatMap((item) => /^t=(\d{1,12})$/.exec(item)?.[1] ?? []);
  const last = texts.at(-1);
  return last === undefined ? undefined : Number(last);
}

interface Shape {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly account?: unknown;
  readonly created?: unknown;
  readonly data?: { readonly object?: { readonly id?: unknown } };
}

function read(event: unknown): WebhookReading {
  const { id, type, account, created, data } = (event ?? {}) as Shape;
  const objectId = data?.object?.id;
  const isRead =
    typeof id === 'string' && typeof type === 'string' && typeof objectId === 'string' && Number.isSafeInteger(created);
  if (!isRead) return { is: 'refused', why: 'unreadable' };
  return {
    is: 'event',
    event: {
      id,
      type,
      ...(typeof account === 'string' ? { account } : {}),
      objectId,
      createdAt: new Date((created as number) * 1000).toISOString(),
    },
  };
}
