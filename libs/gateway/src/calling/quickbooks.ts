import { batchBody, partOutcomes, type BatchPart } from '@qbo-sync/qbo/batch';
import { classify, type Outcome } from '@qbo-sync/qbo/classify';
import { QBO_LIMITS, type QboCall, type QboClient, type Reply } from '@qbo-sync/qbo/client';
import type { CallKind } from '@qbo-sync/qbo/limiter';
import { isForbidden, signOf, type CompanyWatch } from '../company/company-watch';
import { isQuota } from '../decide/throttle';
import { BEGINS_WITHIN_MS } from '../decide/unsure';
import type { Permit, Permits } from './permits';
import type { ReadsNoted } from './reads-noted';
import type { Access, RefusedToken, Tokens } from '../tokens/tokens';

export type Call = Omit<QboCall, 'realmId' | 'accessToken' | 'path'> & {
  /** May name the company itself: `companyinfo/{realm}`. */
  readonly path: string;
};

const REALM = '{realm}';
const BATCH = 'batch';

/** What a part of an answered batch may still say of the company as a whole. */
const TELLING: ReadonlySet<string> = new Set(['trouble', 'reconnect']);

function kindOf({ path }: Call): CallKind {
  return path === BATCH ? 'batch' : 'single';
}

/** A connection may take so long, and only then is the first byte written: the lease must outlast it. */
export const NEEDED_TO_SEND_MS = QBO_LIMITS.connectMs;

/** Nothing was sent because of us: it says nothing of QuickBooks. */
const LEASE_OVER = 'lease_over';
/** A fresh start came between: what is meant for the old books never goes into the new ones. */
const OTHER_BOOKS = 'other_books';
/** QuickBooks has just failed to answer for this company: others of its calls need not find that out again. */
const BREAKER_OPEN = 'breaker_open';
/** The realm was throttled after this call had its permit. */
const RESTING = 'resting';
/** It was stored so long ago that whoever takes it over would not reckon with its being sent now. */
const TOO_LATE = 'too_late';
const OURS: ReadonlySet<string> = new Set([LEASE_OVER, OTHER_BOOKS, BREAKER_OPEN, RESTING, TOO_LATE]);

/** The detail of a 401 whose grant was taken back (quickbooks.md §1.6). */
const REVOKED = /revoked/i;

/** The company a call is for. */
export interface Company {
  readonly tenant: string;
  readonly books: string;
  /** Of the lease under which the work was begun; absent: it is not bound to one. */
  readonly epoch?: string;
}

/** A write that is ready to go: its turn has come, and it is stored. */
export interface Leaving {
  readonly permit: Permit;
  readonly storedAt: Date;
}

/**
 * Calls QuickBooks for a company: its token, within its limits, refreshed once when refused. What an answer says of the
 * company as a whole (down, throttled, disconnected) goes to the watch; the caller sees only the outcome.
 */
export class Quickbooks {
  constructor(
    private readonly client: QboClient,
    private readonly tokens: Tokens,
    readonly permits: Permits,
    private readonly watch: CompanyWatch,
    private readonly mayWrite: (company: Company, forMs: number) => boolean = () => true,
    /** Told what became of every call, for counting. */
    private readonly onEnded: (call: Call, outcome: Outcome, company: Company) => void = () => undefined,
    private readonly reads?: ReadsNoted,
  ) {}

  /** Never throws for what QuickBooks or the network does. */
  async call(company: Company, call: Call, leaving?: Leaving): Promise<Outcome> {
    const startedAt = this.watch.now();
    if (await this.watch.isOpen(company.tenant)) return { is: 'unsent', why: BREAKER_OPEN };
    // What writes is let go by the company's gate; a read comes from anywhere.
    const restsUntil = leaving === undefined ? await this.watch.throttledUntil(company.tenant) : null;
    if (restsUntil !== null) this.permits.close(company.books, restsUntil.getTime());
    const outcome = await this.#authorized(company, call, leaving);
    if (outcome.is === 'unsent' && OURS.has(outcome.why)) return outcome;
    this.onEnded(call, outcome, company);
    // At once, not after it is stored: whatever goes meanwhile is refused too.
    if (outcome.is === 'fault' && outcome.fault.class === 'throttle') {
      const untilMs = this.watch.throttledUntilMs(outcome.fault);
      if (isQuota(outcome.fault)) this.permits.close(company.books, untilMs);
      else this.permits.refused(company.books, kindOf(call), untilMs);
    }
    await this.watch.observe(company.tenant, call.method === 'GET' ? 'read' : 'write', outcome, startedAt);
    return outcome;
  }

  /** Sends writes as one batch; what became of each, in their order. */
  async batch(company: Company, requestid: string, parts: readonly BatchPart[], leaving?: Leaving): Promise<Outcome[]> {
    const startedAt = this.watch.now();
    const body = batchBody(parts);
    const outcome = await this.call(company, { method: 'POST', path: BATCH, query: { requestid }, body }, leaving);
    const each = [
      ...partOutcomes(
        outcome,
        parts.map(({ bId }) => bId),
      ).values(),
    ];
    const tells = (one: Outcome): boolean => TELLING.has(signOf('write', one).sign) || isForbidden(one);
    const telling = outcome.is === 'ok' ? each.find(tells) : undefined;
    if (telling !== undefined) await this.watch.observe(company.tenant, 'write', telling, startedAt);
    return each;
  }

  /** One read, to see whether QuickBooks answers again while nothing else is to be sent. */
  async probe(company: Company): Promise<void> {
    await this.call(company, { method: 'GET', path: `companyinfo/${REALM}` });
  }

  /** Why a write does not go after all, looked at right before it would. */
  #holdsBack(company: Company, leaving: Leaving | undefined): string | undefined {
    if (!this.mayWrite(company, NEEDED_TO_SEND_MS)) return LEASE_OVER;
    if (leaving === undefined) return undefined;
    if (this.watch.now() > leaving.storedAt.getTime() + BEGINS_WITHIN_MS) return TOO_LATE;
    return this.permits.isClosed(company.books) ? RESTING : undefined;
  }

  async #authorized(company: Company, call: Call, leaving?: Leaving): Promise<Outcome> {
    let refused: RefusedToken | undefined;
    for (;;) {
      const kind = kindOf(call);
      const permit = leaving?.permit.spent === false ? leaving.permit : await this.permits.next(company.books, kind);
      // Only now: what waits for its turn may wait longer than a token lives, or than the company keeps its books.
      const access = await this.tokens.access(company.tenant, refused).catch((error: unknown) => {
        this.permits.giveBack(permit);
        throw error;
      });
      if (access.is !== 'token' || access.books !== company.books) {
        this.permits.giveBack(permit);
        return noToken(access);
      }
      const { realmId, token: accessToken } = access;
      const path = call.path.replace(REALM, encodeURIComponent(realmId));
      const post = (): Promise<Reply> => this.client.send({ ...call, path, realmId, accessToken });
      const send = (): Promise<Reply> => {
        if (call.method === 'GET') return this.reads?.around(company.books, post) ?? post();
        const why = this.#holdsBack(company, leaving);
        return why === undefined ? post() : Promise.resolve<Reply>({ reply: 'notSent', why });
      };
      const outcome = classify(await this.permits.use(permit, send));
      if (outcome.is !== 'fault' || outcome.fault.class !== 'refresh') return outcome;
      if (refused !== undefined) return disconnected(outcome.fault.code);
      refused = { version: access.version, revoked: REVOKED.test(outcome.fault.detail) };
    }
  }
}

function noToken(access: Access): Outcome {
  if (access.is === 'unavailable') return { is: 'unsent', why: access.why };
  return access.is === 'reconnect' ? disconnected('invalid_grant') : { is: 'unsent', why: OTHER_BOOKS };
}

function disconnected(code: string): Outcome {
  return { is: 'fault', fault: { class: 'reconnect', code, status: 401, detail: '' } };
}
