import { randomUUID } from 'node:crypto';
import type { Choice, CompanyProfile, SettingValues } from '@qbo-sync/contracts/sync/settings';
import { DayStopped } from './stopped';

/** Answers of the console's public API (console.md §12), as far as the day reads them. */
export interface SettingsAnswer {
  readonly version: number;
  readonly appliedVersion: number;
  readonly values: SettingValues;
}
export interface AccountAnswer extends Choice {
  readonly type: string;
  readonly active: boolean;
}
export interface TaxCodeAnswer extends Choice {
  readonly percentage?: string | null;
  readonly active?: boolean;
}
export interface ReadinessPoint {
  readonly code: string;
  readonly ok: boolean;
}
export interface SyncActiveAnswer {
  readonly active: boolean;
  readonly needed: readonly ReadinessPoint[];
  readonly advised: readonly ReadinessPoint[];
}
export interface LogRow {
  readonly id: string;
  readonly eventId: string | null;
  readonly entity: string;
  readonly recordId: string;
  readonly change: string;
  readonly occurredAt: string;
  readonly state: string;
  readonly reason?: { readonly code: string; readonly text: string };
  readonly settledAt?: string;
  readonly quickbooks?: { readonly type: string; readonly id: string };
}
export interface VerifyAnswer {
  readonly passed: boolean;
  readonly override?: { readonly by: string; readonly reason: string };
  readonly invoice: { readonly id: string; readonly quickbooksId: string | null } | null;
  readonly checks: readonly {
    readonly code: string;
    readonly state: string;
    readonly found: string | null;
    readonly expected: string | null;
    readonly setting: string | null;
  }[];
  readonly stopped?: { readonly code: string };
  readonly settingsVersion?: number;
}
/** An operator's replay in one service. */
export interface ReplayAnswer {
  readonly commandId: string;
  readonly service: string;
  readonly state: string;
  readonly why?: string;
  readonly progress: { readonly matched: number; readonly known: number; readonly new: number };
}
export interface DriftAnswer {
  readonly id: string | null;
  readonly state: string;
  readonly code?: string;
  readonly documents: number;
  readonly differing: number;
  readonly byCause: Readonly<Record<string, number>>;
  readonly accounts: readonly { readonly account: string; readonly difference: string; readonly expected: string }[];
  readonly reads: number;
}
export interface DriftRow {
  readonly kind: string;
  readonly cause: string;
  readonly ref: string;
  readonly expected: string;
  readonly found: string;
  readonly difference: string;
  readonly fields: readonly { readonly field: string }[];
}
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** The family of codes for rates that have none (postings.md §7). */
export const TO_CLASSIFY = 'to_classify';

const TIMEOUT_MS = 30_000;
const LOG_PAGE = 200;
const RETRY_READS_MS = 20_000;
const RETRY_EVERY_MS = 500;
const UNAVAILABLE: readonly number[] = [502, 503, 504];

/** One person at the console: a company's, or the operator. */
export class ConsoleApi {
  constructor(
    private readonly consoleUrl: string,
    private readonly token: string,
  ) {}

  /** Operator: makes a company (or says again that it is there) and gives its token. */
  makeCompany(id: string, facts: Readonly<Record<string, string>>): Promise<{ token: string }> {
    return this.ask('PUT', `/api/v1/companies/${id}`, facts);
  }

  connection(id: string): Promise<{ state: string; companyName?: string | null }> {
    return this.ask('GET', `${path(id)}/connection`);
  }

  startConnection(id: string): Promise<{ authorizeUrl: string }> {
    return this.ask('POST', `${path(id)}/connection/start`, {});
  }

  settings(id: string): Promise<SettingsAnswer> {
    return this.ask('GET', `${path(id)}/settings`);
  }

  save(id: string, values: Readonly<Record<string, unknown>>): Promise<SettingsAnswer> {
    return this.ask('PATCH', `${path(id)}/settings`, { values });
  }

  async accounts(id: string, use: string): Promise<readonly AccountAnswer[]> {
    const { items } = await this.ask<Page<AccountAnswer>>('GET', `${path(id)}/quickbooks/accounts?use=${use}`);
    return items.filter(({ active }) => active);
  }

  makeAccount(id: string, template: string): Promise<unknown> {
    return this.ask('POST', `${path(id)}/quickbooks/accounts`, { template });
  }

  /** One click: the agency "To classify" and its codes, the default for unmapped rates. */
  makeToClassify(id: string): Promise<unknown> {
    return this.ask('POST', `${path(id)}/quickbooks/tax-codes`, { template: TO_CLASSIFY });
  }

  async taxCodes(id: string): Promise<readonly TaxCodeAnswer[]> {
    const { items } = await this.ask<Page<TaxCodeAnswer>>('GET', `${path(id)}/quickbooks/tax-codes`);
    return items.filter(({ active }) => active !== false);
  }

  async profile(id: string): Promise<CompanyProfile | null> {
    return (await this.ask<{ profile: CompanyProfile | null }>('GET', `${path(id)}/quickbooks/preferences`)).profile;
  }

  refresh(id: string): Promise<unknown> {
    return this.ask('POST', `${path(id)}/quickbooks/refresh`, {});
  }

  syncActive(id: string): Promise<SyncActiveAnswer> {
    return this.ask('GET', `${path(id)}/sync-active`);
  }

  turnSync(id: string, active: boolean, acknowledged: readonly string[]): Promise<SyncActiveAnswer> {
    return this.ask('PUT', `${path(id)}/sync-active`, { active, acknowledged });
  }

  verify(id: string): Promise<VerifyAnswer> {
    return this.ask('GET', `${path(id)}/verify`);
  }

  async verifyCandidates(id: string): Promise<readonly { readonly id: string }[]> {
    return (await this.ask<Page<{ readonly id: string }>>('GET', `${path(id)}/verify/candidates`)).items;
  }

  startVerify(id: string, invoiceId: string): Promise<VerifyAnswer> {
    return this.ask('POST', `${path(id)}/verify`, { invoiceId });
  }

  overrideVerify(id: string, reason: string): Promise<VerifyAnswer> {
    return this.ask('POST', `${path(id)}/verify/override`, { reason });
  }

  /** Operator: a replay as it stands, by service; none while no service has heard of it. */
  async replay(commandId: string): Promise<readonly ReplayAnswer[]> {
    const { items } = await this.ask<Page<ReplayAnswer>>('GET', '/api/v1/operations/replays');
    return items.filter((one) => one.commandId === commandId);
  }

  startDrift(id: string): Promise<DriftAnswer> {
    return this.ask('POST', `${path(id)}/drift`, {});
  }

  drift(id: string): Promise<DriftAnswer> {
    return this.ask('GET', `${path(id)}/drift`);
  }

  /** One page of the newest report's rows. */
  driftRows(id: string, cursor: string | null, limit: number): Promise<Page<DriftRow>> {
    const from = cursor === null ? '' : `&cursor=${cursor}`;
    return this.ask('GET', `${path(id)}/drift/rows?limit=${limit}${from}`);
  }

  /** The whole log, all pages. */
  async log(id: string): Promise<LogRow[]> {
    const rows: LogRow[] = [];
    let cursor = '';
    for (;;) {
      const page = await this.ask<Page<LogRow>>('GET', `${path(id)}/log?limit=${LOG_PAGE}${cursor}`);
      rows.push(...page.items);
      if (page.next === null) return rows;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }

  /** Reads are asked again while the console is being restarted. */
  private async ask<Answer>(method: string, at: string, body?: object): Promise<Answer> {
    const deadline = Date.now() + (method === 'GET' ? RETRY_READS_MS : 0);
    for (;;) {
      const answer = await this.once(method, at, body).catch((error: unknown) => {
        if (Date.now() > deadline) throw error;
        return undefined;
      });
      const passing = answer !== undefined && UNAVAILABLE.includes(answer.status) && Date.now() < deadline;
      if (answer !== undefined && !passing) return read<Answer>(method, at, answer);
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }

  private once(method: string, at: string, body?: object): Promise<Response> {
    return fetch(`${this.consoleUrl}${at}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}

async function read<Answer>(method: string, at: string, response: Response): Promise<Answer> {
  const text = await response.text();
  if (!response.ok)
    throw new DayStopped(`The console refused ${method} ${at}: ${response.status} ${text.slice(0, 500)}`);
  return (text === '' ? {} : JSON.parse(text)) as Answer;
}

const path = (id: string): string => `/api/v1/companies/${id}`;
