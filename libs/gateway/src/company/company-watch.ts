import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Fault, Outcome } from '@qbo-sync/qbo/classify';
import { sayCondition } from './condition';
import { BACK_OFF, backOffMs, outlives, throttledUntil, type BackOff, type Trouble } from '../decide/gate';
import { isQuota, restMs } from '../decide/throttle';
import {
  clearTrouble,
  lockCompany,
  selectCompany,
  updateState,
  updateTrouble,
  type CompanyRow,
} from '../sql/companies';
import { updateRefusal } from '../sql/refusals';
import { reopen } from './reopening';

/** What one outcome says of the company as a whole; `fine`: QuickBooks answers it; `nothing`: it cannot be told. */
export type Sign =
  | { readonly sign: 'fine' }
  | { readonly sign: 'nothing' }
  | { readonly sign: 'reconnect' }
  | { readonly sign: 'trouble'; readonly trouble: Trouble };

/**
 *   not sent, 503, a read without an answer ─▶ qbo_down      a write without one may be this one request: it is looked for
 *   throttled ──────────────────────────────▶ rate_limit
 *   the month's reads are used up ──────────▶ quota          reads alone tell
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
      return { sign: 'trouble', trouble: isQuota(outcome.fault) ? 'quota' : 'rate_limit' };
    case 'subscription':
      return { sign: 'trouble', trouble: 'subscription' };
    default:
      return { sign: 'fine' };
  }
}

/** What is known of a company while this process runs; moments are those at which the telling call was started. */
export interface Known {
  readonly trouble: Trouble | null;
  /** When the trouble was last noted. */
  readonly notedAt: number;
  readonly fineAt: number;
}

/**
 * Whether a sign changes what is known. Calls overlap: one started before the trouble was noted proves no recovery, one
 * that failed but was started before a later success proves no trouble; a refusal by throttling does, whatever else came
 * through beside it.
 */
export function counts(known: Known, sign: Sign, kind: 'read' | 'write', startedAt: number): boolean {
  switch (sign.sign) {
    case 'nothing':
      return false;
    case 'reconnect':
      return true;
    case 'fine':
      if (known.trouble === 'subscription' && kind === 'read') return false;
      if (known.trouble === 'quota' && kind === 'write') return false;
      return known.trouble !== null && startedAt >= known.notedAt;
    case 'trouble':
      if (known.trouble === sign.trouble) return startedAt >= known.notedAt;
      return sign.trouble === 'rate_limit' || startedAt >= known.fineAt;
  }
}

const SUBSCRIPTION_MS = 3_600_000;
/** A trouble that lasted so long leaves a backlog. */
const LONG_MS = 60_000;
/** A refusal of what the person may not do is noted so often. */
const FORBIDDEN_EVERY_MS = 600_000;
const FORBIDDEN = '5020';

/** QuickBooks does not let the connected person do it, or the feature is off there (quickbooks.md §10). */
export function isForbidden(outcome: Outcome): boolean {
  return outcome.is === 'fault' && outcome.fault.code === FORBIDDEN;
}

function codeOf(outcome: Outcome): string {
  return outcome.is === 'fault' ? outcome.fault.code : '';
}

/** Keeps each company's trouble and says its condition, once per change. */
export class CompanyWatch {
  readonly #known = new Map<string, Known>();
  readonly #forbiddenAt = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly clock: () => Date,
    private readonly onChange: (tenant: string) => void,
    private readonly backOff: BackOff = BACK_OFF,
  ) {}

  throttledUntilMs(fault: Fault): number {
    return this.clock().getTime() + restMs(fault, this.now());
  }

  now(): number {
    return this.clock().getTime();
  }

  /**
   * True while the company's breaker is open: what was begun before it opened goes no more. Looked up where this process
   * last saw it fail, for another one may have seen it answer since.
   */
  async isOpen(tenant: string): Promise<boolean> {
    if (this.#known.get(tenant)?.trouble !== 'qbo_down') return false;
    const company = await selectCompany(this.db, tenant);
    return company?.trouble === 'qbo_down' && company.retryAt !== null && company.retryAt > this.clock();
  }

  /** Until when no call of the company is to be made, whichever process was refused; null: now. */
  async throttledUntil(tenant: string): Promise<Date | null> {
    const company = await selectCompany(this.db, tenant);
    return company === undefined ? null : throttledUntil(company, this.now());
  }

  /** Takes in what one call showed. */
  async observe(tenant: string, kind: 'read' | 'write', outcome: Outcome, startedAt: number): Promise<void> {
    if (isForbidden(outcome)) await this.#noteForbidden(tenant, codeOf(outcome));
    const sign = signOf(kind, outcome);
    const known = await this.#load(tenant);
    if (!counts(known, sign, kind, startedAt)) {
      if (sign.sign === 'fine') this.#known.set(tenant, { ...known, fineAt: Math.max(known.fineAt, startedAt) });
      return;
    }
    this.#known.set(tenant, {
      trouble: sign.sign === 'trouble' ? sign.trouble : null,
      notedAt: this.now(),
      fineAt: sign.sign === 'fine' ? startedAt : known.fineAt,
    });
    const stands = await inTransaction(this.db, async (client) => {
      const noted = await lockCompany(client, tenant);
      if (sign.sign === 'reconnect') {
        await updateState(client, tenant, 'reconnect');
        await updateRefusal(client, tenant, codeOf(outcome), this.clock());
      } else if (noted !== undefined) {
        if (sign.sign === 'trouble' && !(await this.#note(client, noted, sign.trouble, outcome))) return noted.trouble;
        if (sign.sign === 'fine' && !(await this.#end(client, noted, startedAt))) return noted.trouble;
      }
      await sayCondition(client, tenant, this.clock());
      return undefined;
    });
    if (stands !== undefined) this.#known.set(tenant, { trouble: stands, notedAt: this.now(), fineAt: known.fineAt });
    this.onChange(tenant);
  }

  /** The connected person may not do something: the connection says so; other records go on. */
  async #noteForbidden(tenant: string, code: string): Promise<void> {
    if (this.now() < (this.#forbiddenAt.get(tenant) ?? -Infinity) + FORBIDDEN_EVERY_MS) return;
    this.#forbiddenAt.set(tenant, this.now());
    await inTransaction(this.db, async (client) => {
      await updateRefusal(client, tenant, code, this.clock());
      await sayCondition(client, tenant, this.clock());
    });
    this.onChange(tenant);
  }

  /**
   * What waited through a trouble that was no hiccup is a backlog from here on: what comes now goes first. False: what
   * another process has noted stands.
   */
  async #end(client: Client, noted: CompanyRow, startedAt: number): Promise<boolean> {
    const { tenant } = noted;
    if (outlives(noted, startedAt, this.now())) return false;
    const since = noted.troubleSince?.getTime() ?? this.now();
    await clearTrouble(client, tenant);
    if (this.now() - since >= LONG_MS) await reopen(client, tenant, this.clock());
    return true;
  }

  /** False: a pause that QuickBooks asked for is longer, and stands. */
  async #note(client: Client, noted: CompanyRow, trouble: Trouble, outcome: Outcome): Promise<boolean> {
    const { tenant } = noted;
    const retryAt = this.#retryAt(trouble, outcome, noted.trouble === trouble ? noted.failures : 0);
    if (retryAt < (throttledUntil(noted, this.now()) ?? retryAt)) return false;
    await updateTrouble(client, tenant, trouble, retryAt, this.clock());
    return true;
  }

  #retryAt(trouble: Trouble, outcome: Outcome, failures: number): Date {
    if ((trouble === 'rate_limit' || trouble === 'quota') && outcome.is === 'fault')
      return new Date(this.throttledUntilMs(outcome.fault));
    if (trouble === 'subscription') return new Date(this.now() + SUBSCRIPTION_MS);
    return new Date(this.now() + backOffMs(failures, Math.random(), this.backOff));
  }

  async #load(tenant: string): Promise<Known> {
    const known = this.#known.get(tenant);
    if (known !== undefined) return known;
    const company = await selectCompany(this.db, tenant);
    // Another call may have told something meanwhile.
    const loaded = this.#known.get(tenant) ?? { trouble: company?.trouble ?? null, notedAt: 0, fineAt: 0 };
    this.#known.set(tenant, loaded);
    return loaded;
  }
}
