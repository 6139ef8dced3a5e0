import type { CompanyCondition, ConnectionState } from '@qbo-sync/contracts/sync/activity';

/** Why QuickBooks cannot be used for a company at the moment; not a failure of any record. */
export type Trouble = 'qbo_down' | 'rate_limit' | 'quota' | 'subscription';

export interface CompanyGate {
  readonly state: ConnectionState;
  readonly trouble: Trouble | null;
  readonly retryAt: Date | null;
  /** Null: no settings have arrived. */
  readonly active: boolean | null;
}

/**
 *   not connected, reconnect ─▶ nothing
 *   a trouble, not yet due ───▶ nothing
 *   a trouble, due ───────────▶ one call, to see whether QuickBooks answers again
 *   else ─────────────────────▶ up to the realm's limit
 *
 * `all`: false where Sync is not active; then lists, links and Verify runs alone pass (messages.md).
 */
export interface Gate {
  readonly most: 'none' | 'one' | 'limit';
  readonly all: boolean;
}

/** What any process has noted of a company. */
export type Noted = Pick<CompanyGate, 'trouble' | 'retryAt'>;

/** Until when QuickBooks wants no call at all, whatever it answers to those that are under way; null: now. */
export function throttledUntil({ trouble, retryAt }: Noted, nowMs: number): Date | null {
  return trouble === 'rate_limit' && retryAt !== null && retryAt.getTime() > nowMs ? retryAt : null;
}

/** Whether what was noted stands in spite of a success: its call was begun before, or the pause is not over. */
export function outlives(
  noted: Noted & { readonly troubleSince: Date | null },
  startedAtMs: number,
  nowMs: number,
): boolean {
  if (noted.trouble === null) return false;
  return throttledUntil(noted, nowMs) !== null || startedAtMs < (noted.troubleSince?.getTime() ?? 0);
}

/** A suspect grant is asked again; the token it gave before may still be good. */
export function isConnected(state: ConnectionState): boolean {
  return state === 'connected' || state === 'suspect';
}

/** How far a company's gate is open. */
export function gate(company: CompanyGate, now: Date): Gate {
  const all = company.active === true;
  if (!isConnected(company.state)) return { most: 'none', all };
  if (company.trouble === null) return { most: 'limit', all };
  return { most: company.retryAt !== null && company.retryAt <= now ? 'one' : 'none', all };
}

/** The company's condition as the console shows it: one message, not one per waiting record. */
export function condition(company: CompanyGate): CompanyCondition {
  if (company.state === 'reconnect') return 'reconnect';
  if (!isConnected(company.state)) return 'not_connected';
  if (company.trouble !== null) return company.trouble;
  return company.active === false ? 'paused' : 'ok';
}

export interface BackOff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** 1 s, 2 s, 4 s … 5 min (reliability.md §3 G). */
export const BACK_OFF: BackOff = { baseMs: 1_000, capMs: 300_000 };

/** How long to wait after the n-th failure in a row; `jitter` in [0, 1) spreads the upper half. */
export function backOffMs(failures: number, jitter: number, { baseMs, capMs }: BackOff = BACK_OFF): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(failures, 20));
  return Math.round(full / 2 + (full / 2) * jitter);
}
