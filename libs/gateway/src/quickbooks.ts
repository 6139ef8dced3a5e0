import { classify, type Outcome } from '@qbo-sync/qbo/classify';
import type { QboCall, QboClient } from '@qbo-sync/qbo/client';
import type { CompanyWatch } from './company-watch';
import type { Permits } from './permits';
import type { Tokens } from './tokens';

export type Call = Omit<QboCall, 'realmId' | 'accessToken' | 'path'> & {
  /** May name the company itself: `companyinfo/{realm}`. */
  readonly path: string;
};

const REALM = '{realm}';

/** The company a call is for. */
export interface Company {
  readonly tenant: string;
  readonly books: string;
}

/**
 * Calls QuickBooks for a company: its token, within its limits, refreshed once when refused. What an answer says of the
 * company as a whole (down, throttled, disconnected) goes to the watch; the caller sees only the outcome.
 */
export class Quickbooks {
  constructor(
    private readonly client: QboClient,
    private readonly tokens: Tokens,
    private readonly permits: Permits,
    private readonly watch: CompanyWatch,
  ) {}

  /** Never throws for what QuickBooks or the network does. */
  async call(company: Company, call: Call): Promise<Outcome> {
    const startedAt = this.watch.now();
    const outcome = await this.#authorized(company, call);
    await this.watch.observe(company.tenant, call.method === 'GET' ? 'read' : 'write', outcome, startedAt);
    if (outcome.is === 'fault' && outcome.fault.class === 'throttle') {
      this.permits.close(company.books, this.watch.throttledUntilMs(outcome.fault));
    }
    return outcome;
  }

  /** One read, to see whether QuickBooks answers again while nothing else is to be sent. */
  async probe(company: Company): Promise<void> {
    await this.call(company, { method: 'GET', path: `companyinfo/${REALM}` });
  }

  async #authorized(company: Company, call: Call): Promise<Outcome> {
    let refused: number | undefined;
    for (;;) {
      const access = await this.tokens.access(company.tenant, refused);
      if (access.is === 'unavailable') return { is: 'unsent', why: access.why };
      if (access.is === 'reconnect') return disconnected('invalid_grant');
      const { realmId, token: accessToken } = access;
      const path = call.path.replace(REALM, encodeURIComponent(realmId));
      const reply = await this.permits.run(company.books, () =>
        this.client.send({ ...call, path, realmId, accessToken }),
      );
      const outcome = classify(reply);
      if (outcome.is !== 'fault' || outcome.fault.class !== 'refresh') return outcome;
      if (refused !== undefined) return disconnected(outcome.fault.code);
      refused = access.version;
    }
  }
}

function disconnected(code: string): Outcome {
  return { is: 'fault', fault: { class: 'reconnect', code, status: 401, detail: '' } };
}
