import { printExact } from '@qbo-sync/contracts/exact-json';
import type { Database } from '@qbo-sync/eventstore/pool';
import type { Outcome } from '@qbo-sync/qbo/classify';
import { isConnected } from '../decide/gate';
import type { Quickbooks } from './quickbooks';
import { selectCompany } from '../sql/companies';

/** QuickBooks' raw JSON text, or why there is none. `code` is QuickBooks' or one of ours. */
export type ReadAnswer =
  | { readonly is: 'read'; readonly body: string }
  | { readonly is: 'not_connected' }
  | { readonly is: 'bad_path' }
  | { readonly is: 'refused'; readonly code: string; readonly class: string; readonly detail: string }
  | { readonly is: 'unavailable'; readonly why: string };

/** `invoice/12`, `query`, `companyinfo`: below the company, no dots, no way out. */
const PATH = /^[a-z]+(\/[A-Za-z0-9-]+)?$/;

/** People's reads (pickers, Verify): inside the same limits as everything else. */
export class Reader {
  constructor(
    private readonly db: Database,
    private readonly quickbooks: Quickbooks,
  ) {}

  async read(tenant: string, path: string, params: Readonly<Record<string, string>>): Promise<ReadAnswer> {
    if (!PATH.test(path)) return { is: 'bad_path' };
    const company = await selectCompany(this.db, tenant);
    if (company === undefined || !isConnected(company.state)) return { is: 'not_connected' };
    // The month's end is far: nobody is kept waiting for it.
    if (company.trouble === 'quota' && company.retryAt !== null && company.retryAt > new Date()) {
      return { is: 'unavailable', why: 'quota' };
    }
    const at = path === 'companyinfo' ? 'companyinfo/{realm}' : path;
    return answerOf(await this.quickbooks.call(company, { method: 'GET', path: at, query: params }));
  }
}

function answerOf(outcome: Outcome): ReadAnswer {
  switch (outcome.is) {
    case 'ok':
      return { is: 'read', body: printExact(outcome.body) };
    case 'fault': {
      const { code, class: faultClass, detail } = outcome.fault;
      return { is: 'refused', code, class: faultClass, detail };
    }
    default:
      return { is: 'unavailable', why: outcome.why };
  }
}
