import { Inject, Injectable } from '@nestjs/common';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { type GatewayAnswer, GatewayClient } from '../connection/gateway-client';
import type { Chart } from './chart';
import { accountOf, readPage, taxCodeOf } from './read-chart';

export interface FetchedChart extends Chart {
  /** RFC 3339. */
  readonly fetchedAt: string;
}

/** QuickBooks gives at most this many records a page (quickbooks.md §6.2). */
const PAGE = 1000;
const FRESH_MS = 30_000;

/** QuickBooks' accounts and tax codes of a company, inactive ones too, kept for half a minute for the pickers. */
@Injectable()
export class ChartReader {
  private readonly kept = new Map<string, FetchedChart>();

  constructor(@Inject(GatewayClient) private readonly gateway: GatewayClient) {}

  /** From memory when younger than half a minute. */
  async recent(tenant: string): Promise<GatewayAnswer<FetchedChart>> {
    const kept = this.kept.get(tenant);
    if (kept !== undefined && Date.now() - Date.parse(kept.fetchedAt) < FRESH_MS) return { ok: true, value: kept };
    return this.fresh(tenant);
  }

  /** Asks QuickBooks now. */
  async fresh(tenant: string): Promise<GatewayAnswer<FetchedChart>> {
    const fetchedAt = new Date().toISOString();
    const accounts = await this.all(tenant, 'Account', 'where Active IN (true,false)');
    if (!accounts.ok) return accounts;
    const codes = await this.all(tenant, 'TaxCode', 'where Active IN (true,false)');
    if (!codes.ok) return codes;
    const rates = await this.all(tenant, 'TaxRate', 'where Active IN (true,false)');
    if (!rates.ok) return rates;
    const chart = {
      accounts: accounts.value.map(accountOf),
      taxCodes: codes.value.map((code) => taxCodeOf(code, rates.value)),
      fetchedAt,
    };
    this.kept.set(tenant, chart);
    return { ok: true, value: chart };
  }

  forget(tenant: string): void {
    this.kept.delete(tenant);
  }

  private async all(tenant: string, resource: string, where: string): Promise<GatewayAnswer<TextObject[]>> {
    const records: TextObject[] = [];
    for (let start = 1; ; start += PAGE) {
      const query = `select * from ${resource} ${where} startposition ${start} maxresults ${PAGE}`;
      const page = await this.gateway.query(tenant, query);
      if (!page.ok) return page;
      const found = readPage(page.value, resource);
      records.push(...found);
      if (found.length < PAGE) return { ok: true, value: records };
    }
  }
}
