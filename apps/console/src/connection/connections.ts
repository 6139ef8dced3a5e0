import { Inject, Injectable } from '@nestjs/common';
import { CONNECTION_WHYS } from '@qbo-sync/contracts/connection-why';
import type { ConnectionState } from '@qbo-sync/contracts/sync/activity';
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
    if (connection === null) throw new Problem('gateway_unavailable');
    const { state, companyName, connectedAt, firstConnectedAt, endsOn, otherCompanyName, why } = connection;
    return {
      state,
      companyName: companyName ?? null,
      connectedBy: state === 'none' ? null : await this.conditions.startedBy(tenant),
      connectedAt: connectedAt ?? null,
      firstConnectedAt: firstConnectedAt ?? null,
      ...(typeof endsOn === 'string' ? { endsOn } : {}),
      ...(typeof otherCompanyName === 'string' ? { otherCompanyName } : {}),
      ...(why === undefined ? {} : { why: { code: why, params: {}, text: CONNECTION_WHYS[why] } }),
    };
  }

  async start(tenant: string, by: string): Promise<AuthorizeUrlDto> {
    this.charts.forget(tenant);
    const answer = await this.gateway.startConnection(tenant);
    if (!answer.ok) throw new Problem(answer.code);
    await this.conditions.started(tenant, by);
    return { authorizeUrl: answer.value.authorizeUrl };
  }

  /** Another QuickBooks company in place of the one of before; the settings follow what the gateway says (BooksBound). */
  async freshStart(tenant: string, name: string, by: string): Promise<ConnectionDto> {
    this.charts.forget(tenant);
    const answer = await this.gateway.freshStart(tenant, name);
    if (!answer.ok) throw new Problem(answer.code);
    await this.conditions.started(tenant, by);
    return this.show(tenant);
  }

  async disconnect(tenant: string): Promise<void> {
    this.charts.forget(tenant);
    const answer = await this.gateway.disconnect(tenant);
    if (!answer.ok && answer.code !== 'not_connected') throw new Problem(answer.code);
  }

  /** True when QuickBooks takes writes; false too while nobody can say. */
  async isConnected(tenant: string): Promise<boolean> {
    const connection = await this.read(tenant);
    return connection !== null && WRITABLE.includes(connection.state);
  }

  /** Null: the gateway does not answer and has said nothing yet. */
  private async read(tenant: string): Promise<GatewayConnection | null> {
    const answer = await this.gateway.connection(tenant);
    if (answer.ok) return answer.value;
    if (answer.code === 'not_connected') return { books: null, state: 'none' };
    const known = await this.conditions.of(tenant);
    return known === null ? null : { books: known.books, ...known.connection };
  }
}

const WRITABLE: readonly ConnectionState[] = ['connected', 'expiring', 'suspect'];
