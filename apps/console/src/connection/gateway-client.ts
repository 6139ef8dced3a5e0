import { Inject, Injectable } from '@nestjs/common';
import type { ConnectionWhy } from '@qbo-sync/contracts/connection-why';
import type { CompanyCondition, ConnectionState } from '@qbo-sync/contracts/sync/activity';
import { CONFIG } from '@qbo-sync/service/tokens';
import type { ConsoleConfig } from '../console-config';

/** What the gateway says of a company's connection. */
export interface GatewayConnection {
  readonly books: string | null;
  readonly state: ConnectionState;
  readonly companyName?: string | null;
  readonly connectedAt?: string | null;
  readonly firstConnectedAt?: string | null;
  readonly endsOn?: string | null;
  readonly otherCompanyName?: string | null;
  readonly why?: ConnectionWhy;
}

/** What the gateway says of one company's queue: counts, moments and codes. */
export interface CompanyStanding {
  readonly tenant: string;
  readonly condition: CompanyCondition;
  readonly drain: { readonly etaSeconds: number; readonly at: string | null; readonly perMinute: number } | null;
  readonly catchingUp: { readonly done: number; readonly total: number } | null;
  readonly readsThisMonth: number;
}

/** `not_connected` and `quickbooks_refused`: QuickBooks or the gateway said no. `gateway_unavailable`: nobody answered. */
export type GatewayFault = {
  readonly ok: false;
  readonly code: 'not_connected' | 'quickbooks_refused' | 'gateway_unavailable' | FreshStartFault;
};
export type GatewayAnswer<Value> = { readonly ok: true; readonly value: Value } | GatewayFault;

/** Why a fresh start was not made. */
export type FreshStartFault = 'nothing_offered' | 'name_differs' | 'taken';

const TIMEOUT_MS = 20_000;
const STANDING_TIMEOUT_MS = 3_000;
/** The gateway's problem codes that say more than their status. */
const OF_CODE: Readonly<Record<string, GatewayFault['code']>> = {
  not_connected: 'not_connected',
  reconnect: 'not_connected',
  tenant_unknown: 'not_connected',
  refused: 'quickbooks_refused',
  qbo_down: 'gateway_unavailable',
  nothing_offered: 'nothing_offered',
  name_differs: 'name_differs',
  taken: 'taken',
};

/** The gateway's internal API. Every failure is an answer; nothing here throws for what the other side does. */
@Injectable()
export class GatewayClient {
  constructor(@Inject(CONFIG) private readonly config: ConsoleConfig) {}

  /** Begins a connection; the person's browser goes to `authorizeUrl`. */
  startConnection(tenant: string): Promise<GatewayAnswer<{ readonly authorizeUrl: string }>> {
    return this.call('POST', tenant, '/connection/start', {});
  }

  connection(tenant: string): Promise<GatewayAnswer<GatewayConnection>> {
    return this.call('GET', tenant, '/connection');
  }

  /** What waits and when it will have been sent. Asked for beside something else: no long wait. */
  standing(tenant: string): Promise<GatewayAnswer<CompanyStanding>> {
    return this.call('GET', tenant, '/status', undefined, STANDING_TIMEOUT_MS);
  }

  standings(): Promise<GatewayAnswer<{ readonly companies: readonly CompanyStanding[] }>> {
    return this.call('GET', '', '');
  }

  /** Revokes at Intuit; links and settings stay. */
  disconnect(tenant: string): Promise<GatewayAnswer<unknown>> {
    return this.call('DELETE', tenant, '/connection');
  }

  /** New books over the other QuickBooks company that was refused; `name` is its name, typed. */
  freshStart(tenant: string, name: string): Promise<GatewayAnswer<GatewayConnection>> {
    return this.call('POST', tenant, '/connection/fresh-start', { name });
  }

  /** One query of QuickBooks; its JSON as text, so that no number passes through a float. */
  query(tenant: string, query: string): Promise<GatewayAnswer<string>> {
    return this.text('POST', tenant, '/read', { path: 'query', params: { query } });
  }

  /** One record of QuickBooks by its id: `{"Invoice":{…}}` as text. */
  record(tenant: string, resource: string, id: string): Promise<GatewayAnswer<string>> {
    return this.text('POST', tenant, '/read', { path: `${resource.toLowerCase()}/${id}` });
  }

  private async call<Value>(
    method: string,
    tenant: string,
    path: string,
    body?: object,
    timeoutMs?: number,
  ): Promise<GatewayAnswer<Value>> {
    const answer = await this.text(method, tenant, path, body, timeoutMs);
    if (!answer.ok) return answer;
    try {
      return { ok: true, value: (answer.value === '' ? {} : JSON.parse(answer.value)) as Value };
    } catch {
      return { ok: false, code: 'gateway_unavailable' };
    }
  }

  private async text(
    method: string,
    tenant: string,
    path: string,
    body?: object,
    timeoutMs = TIMEOUT_MS,
  ): Promise<GatewayAnswer<string>> {
    try {
      const response = await fetch(
        `${this.config.GATEWAY_URL}/internal/companies${tenant === '' ? '' : `/${tenant}`}${path}`,
        {
          method,
          headers: {
            authorization: `Bearer ${this.config.OPERATOR_TOKEN}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(timeoutMs),
        },
      );
      const text = await response.text();
      return response.ok ? { ok: true, value: text } : { ok: false, code: faultOf(response.status, text) };
    } catch {
      return { ok: false, code: 'gateway_unavailable' };
    }
  }
}

/** By the gateway's problem code, else by status: what the caller did wrong is a refusal, anything else may pass. */
function faultOf(status: number, text: string): GatewayFault['code'] {
  const code = /"code"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? '';
  return OF_CODE[code] ?? (status === 400 || status === 422 ? 'quickbooks_refused' : 'gateway_unavailable');
}
