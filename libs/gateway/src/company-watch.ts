import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Fault, Outcome } from '@qbo-sync/qbo/classify';
import { sayCondition } from './condition';
import { BACK_OFF, backOffMs, type BackOff, type Trouble } from './decide/gate';
import { clearTrouble, selectCompanies, selectCompany, updateState, updateTrouble } from './sql/companies';

/** What one outcome says of the company as a whole; `fine`: QuickBooks answers it; `nothing`: it cannot be told. */
export type Sign =
  | { readonly sign: 'fine' }
  | { readonly sign: 'nothing' }
  | { readonly sign: 'reconnect' }
  | { readonly sign: 'trouble'; readonly trouble: Trouble };

/**
 *   not sent, 503, a read without an answer ─▶ qbo_down      a write without one may be this one request: it is looked for
 *   throttled ──────────────────────────────▶ rate_limit
 *   the company's subscription ended ───────▶ subscription   writes alone tell, reads go on
 */
export function signOf(kind: 'read' | 'write', outcome: Outcome): Sign {
  if (outcome.is === 'ok') return { sign: 'fine' };
  if (outcome.is === 'unsent') return { sign: 'trouble', trouble: 'qbo_down' };
  if (outcome.is === 'unsure') {
    return outcome.outage || kind === 'read' ? { sign: 'trouble', trouble: 'qbo_down' } : { sign: 'nothing' };
  }
  switch (outcome.fault.class) {
    case 'reconnect':
      return { sign: 'reconnect' };
    case 'throttle':
      return { sign: 'trouble', trouble: 'rate_limit' };
    case 'subscription':
      return { sign: 'trouble', trouble: 'subscription' };
    default:
      return { sign: 'fine' };
  }
}

/** Intuit asks for 60 s after a refusal by throttling (quickbooks.md §3.1). */
const THROTTLED_MS = 60_000;
const SUBSCRIPTION_MS = 3_600_000;

/** Keeps each company's trouble and says its condition, once per change. */
export class CompanyWatch {
  #troubled: Map<string, Trouble> | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: () => Date,
    private readonly onChange: () => void,
    private readonly backOff: BackOff = BACK_OFF,
  ) {}

  throttledUntilMs(fault: Fault): number {
    return this.clock().getTime() + Math.max(THROTTLED_MS, fault.retryAfterMs ?? 0);
  }

  /** Takes in what one call showed. */
  async observe(tenant: string, kind: 'read' | 'write', outcome: Outcome): Promise<void> {
    const seen = signOf(kind, outcome);
    if (seen.sign === 'nothing') return;
    const troubled = await this.#load();
    const current = troubled.get(tenant);
    if (seen.sign === 'fine') {
      if (current === undefined || (current === 'subscription' && kind === 'read')) return;
      troubled.delete(tenant);
    }
    if (seen.sign === 'trouble') troubled.set(tenant, seen.trouble);
    await inTransaction(this.db, async (client) => {
      if (seen.sign === 'fine') await clearTrouble(client, tenant);
      else if (seen.sign === 'reconnect') await updateState(client, tenant, 'reconnect');
      else {
        const company = await selectCompany(client, tenant);
        const retryAt = this.#retryAt(seen.trouble, outcome, company !== undefined && company.trouble === seen.trouble ? company.failures : 0);
        await updateTrouble(client, tenant, seen.trouble, retryAt, this.clock());
      }
      await sayCondition(client, tenant, this.clock());
    });
    this.onChange();
  }

  #retryAt(trouble: Trouble, outcome: Outcome, failures: number): Date {
    const now = this.clock().getTime();
    if (trouble === 'rate_limit' && outcome.is === 'fault') return new Date(this.throttledUntilMs(outcome.fault));
    if (trouble === 'subscription') return new Date(now + SUBSCRIPTION_MS);
    return new Date(now + backOffMs(failures, Math.random(), this.backOff));
  }

  async #load(): Promise<Map<string, Trouble>> {
    if (this.#troubled === undefined) {
      const companies = await selectCompanies(this.db);
      this.#troubled = new Map(companies.flatMap(({ tenant, trouble }) => (trouble === null ? [] : [[tenant, trouble]])));
    }
    return this.#troubled;
  }
}
