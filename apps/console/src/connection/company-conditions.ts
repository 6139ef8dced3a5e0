import { Inject, Injectable } from '@nestjs/common';
import type { CompanyActivity } from '@qbo-sync/contracts/sync/activity';
import { DataSource } from 'typeorm';

/** What the gateway said last of a company, and who connected it. */
@Injectable()
export class CompanyConditions {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Null: it has said nothing yet. */
  async of(tenant: string): Promise<CompanyActivity | null> {
    const rows: { activity: CompanyActivity }[] = await this.dataSource.query(
      `select activity from company_condition where tenant = $1`,
      [tenant],
    );
    return rows[0]?.activity ?? null;
  }

  /** Null: nobody has begun a connection. */
  async startedBy(tenant: string): Promise<string | null> {
    const rows: { by: string }[] = await this.dataSource.query(
      `select started_by as by from connection_start where tenant = $1`,
      [tenant],
    );
    return rows[0]?.by ?? null;
  }

  async started(tenant: string, by: string): Promise<void> {
    await this.dataSource.query(
      `insert into connection_start (tenant, started_by) values ($1, $2)
       on conflict (tenant) do update set started_by = excluded.started_by, started_at = clock_timestamp()`,
      [tenant, by],
    );
  }
}
