import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@qbo-sync/service/tokens';
import type { ConsoleConfig } from '../console-config';

/** Services with an internal HTTP API for the console. */
export type AskedService = 'customers' | 'items' | 'invoices' | 'payments';

/** `code` is the service's own problem code; `service_unavailable`: nobody answered, or not as a service does. */
export interface ServiceFault {
  readonly ok: false;
  readonly code: string;
  readonly detail?: string;
}
export type ServiceAnswer<Value> = { readonly ok: true; readonly value: Value } | ServiceFault;

export interface ServiceCall {
  readonly method: 'GET' | 'POST';
  /** Behind `/internal/companies/{tenant}`, with its query: `/matches?group=likely`. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

/**
 * The internal API of the services that own records: `{SERVICE}_URL/internal/companies/{tenant}/…`, JSON both ways, with
 * the operator's token. Every failure is an answer; nothing here throws for what the other side does.
 */
@Injectable()
export class ServiceClient {
  private readonly urls: Readonly<Record<AskedService, string>>;
  private readonly token: string;

  constructor(@Inject(CONFIG) config: ConsoleConfig) {
    this.urls = {
      customers: config.CUSTOMERS_URL,
      items: config.ITEMS_URL,
      invoices: config.INVOICES_URL,
      payments: config.PAYMENTS_URL,
    };
    this.token = config.OPERATOR_TOKEN;
  }

  async call<Value>(service: AskedService, tenant: string, call: ServiceCall): Promise<ServiceAnswer<Value>> {
    const { method, path, body, timeoutMs = TIMEOUT_MS } = call;
    try {
      const response = await fetch(`${this.urls[service]}/internal/companies/${tenant}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      const given: unknown = text === '' ? {} : JSON.parse(text);
      return response.ok ? { ok: true, value: given as Value } : faultOf(given);
    } catch {
      return UNAVAILABLE;
    }
  }
}

const UNAVAILABLE: ServiceFault = { ok: false, code: 'service_unavailable' };

function faultOf(given: unknown): ServiceFault {
  const { code, detail } = (given ?? {}) as { readonly code?: unknown; readonly detail?: unknown };
  if (typeof code !== 'string') return UNAVAILABLE;
  return { ok: false, code, ...(typeof detail === 'string' ? { detail } : {}) };
}
