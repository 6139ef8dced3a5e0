import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../http/problem';
import { ChartReader } from '../quickbooks/chart-reader';
import { CompanyConditions } from './company-conditions';
import type { AuthorizeUrlDto, ConnectionDto } from './connection.dto';
import { GatewayClient, type GatewayConnection } from './gateway-client';

/** A company's connection to QuickBooks: the gateway's, and what it said last while it does not answer. */
@Injectable()
export class Connections {
  constructor(
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
    @Inject(CompanyConditions) private readonly conditions: CompanyConditions,
    @Inject(ChartReader) private readonly charts: ChartReader,
  ) {}

  async show(tenant: string): Promise<ConnectionDto> {
    const connection = await this.read(tenant);
    const { state, companyName, connectedAt, firstConnectedAt, endsOn } = connection;
    return {
      state,
      companyName: companyName ?? null,
      connectedBy: null,
      connectedAt: connectedAt ?? null,
      firstConnectedAt: firstConnectedAt ?? null,
      ...(typeof endsOn === 'string' ? { endsOn } : {}),
    };
  }

  async start(tenant: string): Promise<AuthorizeUrlDto> {
    this.charts.forget(tenant);
    const answer = await this.gateway.startConnection(tenant);
    if (!answer.ok) throw new Problem(answer.code);
    return { authorizeUrl: answer.value.authorizeUrl };
  }

  async disconnect(tenant: string): Promise<void> {
    this.charts.forget(tenant);
    const answer = await this.gateway.disconnect(tenant);
    if (!answer.ok && answer.code !== 'not_connected') throw new Problem(answer.code);
  }

  /** True when QuickBooks can be written to. */
  async isConnected(tenant: string): Promise<boolean> {
    const { state } = await this.read(tenant);
    return state === 'connected' || state === 'expiring' || state === 'suspect';
  }

  private async read(tenant: string): Promise<GatewayConnection> {
    const answer = await this.gateway.connection(tenant);
    if (answer.ok) return answer.value;
    if (answer.code === 'not_connected') return { books: null, state: 'none' };
    const known = await this.conditions.of(tenant);
    if (known === null) throw new Problem(answer.code);
    return { books: known.books, ...known.connection };
  }
}
