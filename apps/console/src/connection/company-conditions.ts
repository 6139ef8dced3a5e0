import { Inject, Injectable } from '@nestjs/common';
import type { CompanyActivity } from '@qbo-sync/contracts/sync/activity';
import { DataSource } from 'typeorm';

/** What the gateway said last of a company. */
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
}
