/**
 * An attempt whose outcome nobody knows (scenarios.md 3). It blocks its ref alone.
 *
 *   update, removal ─▶ resend        at once, same bytes and requestid: the SyncToken lets only one in
 *   create ─▶ look ─▶ found ─▶ synced
 *               └─▶ not there ─▶ wait until sent + unsureWait ─▶ look ─▶ not there ─▶ resend, same bytes and requestid
 *                                                                            └─ sent twice already ─▶ unclear
 *
 * "Not there" proves nothing before `unsureWaitMs` has passed since the last send: QuickBooks may still commit
 * (quickbooks.md §1.3).
 */
export interface OpenAttempt {
  readonly kind: 'create' | 'update' | 'remove';
  readonly lastSentAt: Date;
  /** Sends whose outcome was unknown, the last one included. */
  readonly sends: number;
}

export type NextStep =
  | { readonly do: 'look' }
  | { readonly do: 'resend' }
  | { readonly do: 'wait'; readonly until: Date }
  | { readonly do: 'unclear' };

/** A create is sent at most this often. */
const MOST_CREATES = 2;
/** An update may be repeated without harm, but not for ever: a record that breaks QuickBooks is shown to a person. */
const MOST_UPDATES = 6;

/**
 * A write that could not begin within this of its being stored does not begin at all: another process reckons with it.
 */
export const BEGINS_WITHIN_MS = 5_000;

/**
 * The latest moment the first byte of an attempt can have been written. Whoever heard of its outcome has stored that moment;
 * of one whose sender was lost nobody knows more than this. `connectMs`: a connection may take so long, once it began.
 */
export function latestSend(
  attempt: { readonly lastSentAt: Date; readonly heard: boolean },
  connectMs: number,
  now: Date,
): Date {
  if (attempt.heard) return attempt.lastSentAt;
  return new Date(Math.min(now.getTime(), attempt.lastSentAt.getTime() + BEGINS_WITHIN_MS + connectMs));
}

/** What to do first with an open attempt. */
export function firstStep(attempt: OpenAttempt): NextStep {
  if (attempt.kind === 'create') return { do: 'look' };
  return attempt.sends >= MOST_UPDATES ? { do: 'look' } : { do: 'resend' };
}

/** What to do after looking and not finding it, or not finding it as it was sent. */
export function afterLook(attempt: OpenAttempt, unsureWaitMs: number, now: Date): NextStep {
  if (attempt.kind !== 'create') return { do: 'unclear' };
  const proof = new Date(attempt.lastSentAt.getTime() + unsureWaitMs);
  if (now < proof) return { do: 'wait', until: proof };
  return attempt.sends >= MOST_CREATES ? { do: 'unclear' } : { do: 'resend' };
}
