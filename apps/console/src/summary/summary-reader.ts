import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CompanyConditions } from '../connection/company-conditions';
import { GatewayClient } from '../connection/gateway-client';
import { SettingsStore } from '../settings/settings-store';
import { headlineOf } from './headline';
import type { DrainDto, SummaryDto } from './summary.dto';

interface Counted {
  readonly waiting: number;
  readonly sending: number;
  readonly problems: number;
  readonly warnings: number;
  readonly payouts: number;
  readonly oldest: Date | null;
  readonly settled: Date | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly within60: number | null;
}

/** How things stand in one company, in one line and a few numbers. */
@Injectable()
export class SummaryReader {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CompanyConditions) private readonly conditions: CompanyConditions,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
  ) {}

  async of(tenant: string): Promise<SummaryDto> {
    const [counted, condition, { state }] = await Promise.all([
      this.count(tenant),
      this.conditions.of(tenant),
      this.settings.load(tenant),
    ]);
    const { waiting, sending, problems, warnings, oldest, settled } = counted;
    const lastSettledAt = settled?.toISOString() ?? null;
    const drain = waiting + sending === 0 ? null : await this.drain(tenant);
    return {
      headline: headlineOf({ condition, active: state.active, waiting, sending, problems, lastSettledAt, drain }),
      waiting,
      oldestWaitingAt: oldest?.toISOString() ?? null,
      problems,
      warnings,
      payoutsOpen: counted.payouts,
      ...(drain === null ? {} : { drain }),
      latency: { p50Seconds: counted.p50, p95Seconds: counted.p95, within60Percent: counted.within60 },
    };
  }

  /** How a backlog goes down; null: there is none, or the gateway does not say. */
  private async drain(tenant: string): Promise<DrainDto | null> {
    const answer = await this.gateway.standing(tenant);
    if (!answer.ok || !answer.value.catchingUp || !answer.value.drain) return null;
    const { catchingUp, drain } = answer.value;
    const { done, total } = catchingUp;
    return { done, total, perMinute: drain.perMinute, etaSeconds: drain.etaSeconds };
  }

  private async count(tenant: string): Promise<Counted> {
    const [row] = (await this.dataSource.query(
      `with took as (
         select extract(epoch from settled_at - occurred_at)::float8 as seconds from log_row
          where tenant = $1 and event_id is not null and state in ('synced', 'synced with warnings') and settled_at > now() - interval '24 hours')
       select count(*) filter (where state = 'waiting')::int as waiting,
              count(*) filter (where state = 'sending')::int as sending,
              count(*) filter (where state = 'needs attention')::int as problems,
              count(*) filter (where state = 'synced with warnings')::int as warnings,
              count(distinct split_part(record_id, '/', 1)) filter (where entity = 'payout' and state = 'needs attention')::int as payouts,
              min(occurred_at) filter (where state = 'waiting') as oldest,
              max(settled_at) filter (where state in ('synced', 'synced with warnings')) as settled,
              (select round(percentile_cont(0.5) within group (order by seconds)::numeric, 3)::float8 from took) as p50,
              (select round(percentile_cont(0.95) within group (order by seconds)::numeric, 3)::float8 from took) as p95,
              (select 100.0 * count(*) filter (where seconds <= 60) / nullif(count(*), 0) from took)::float8 as within60
         from log_row where tenant = $1`,
      [tenant],
    )) as [Counted];
    return row;
  }
}
