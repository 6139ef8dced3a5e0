/**
 * What Intuit's answer to a refresh says of the grant (reliability.md §3 I, quickbooks.md §2.4–2.6).
 *
 *   tokens ───────────────────────────▶ good
 *   no answer ────────────────────────▶ again soon; the refresh may have been made: the value may be another by now
 *   invalid_grant ─ revoked there too ▶ over           QuickBooks itself says so: two parts of Intuit agree
 *                 └ else ─────────────▶ suspect ─ a try every 5 min ─▶ good, or after 30 min over
 */
export interface GrantKnown {
  readonly suspectSince: Date | null;
}

export type GrantStep =
  { readonly is: 'suspect'; readonly since: Date; readonly nextTryAt: Date } | { readonly is: 'over' };

const SUSPECT_FOR_MS = 30 * 60_000;
const TRY_EVERY_MS = 5 * 60_000;
/** After a refresh without an answer. */
export const TRY_AGAIN_MS = 15_000;

/** The next step after an `invalid_grant`: outages of Intuit answer it too, so that one alone ends nothing. */
export function afterInvalidGrant(known: GrantKnown, revoked: boolean, now: Date): GrantStep {
  if (revoked) return { is: 'over' };
  const since = known.suspectSince ?? now;
  if (now.getTime() - since.getTime() >= SUSPECT_FOR_MS) return { is: 'over' };
  return { is: 'suspect', since, nextTryAt: new Date(now.getTime() + TRY_EVERY_MS) };
}

/** A refresh token's value changes at the first refresh after 24 h; the one before lives 24 h more. */
const VALUE_LIFE_MS = 24 * 3_600_000;
/** Intuit's clock and ours. */
const MARGIN_MS = 5 * 60_000;

export function previousUntil(now: Date): Date {
  return new Date(now.getTime() + VALUE_LIFE_MS);
}

/**
 * True when a new value came before its time and no refresh of ours was lost: somebody else may hold the token
 * (reliability.md F54).
 */
export function rotatedUnexpectedly(
  known: { readonly refreshSince: Date | null; readonly lostAt: Date | null },
  changed: boolean,
  now: Date,
): boolean {
  if (!changed || known.refreshSince === null || known.lostAt !== null) return false;
  return now.getTime() - known.refreshSince.getTime() < VALUE_LIFE_MS - MARGIN_MS;
}
