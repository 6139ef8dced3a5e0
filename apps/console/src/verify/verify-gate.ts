import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SettingsStore } from '../settings/settings-store';

/** Whether older records may be brought in, and what says so (product.md §3). `at`: RFC 3339. */
export type BackfillGate =
  | { readonly allowed: false }
  | { readonly allowed: true; readonly by: 'passed'; readonly invoiceId: string; readonly at: string }
  | {
      readonly allowed: true;
      readonly by: 'override';
      readonly person: string;
      readonly reason: string;
      readonly at: string;
    };

/** Batch sync is refused until one invoice passed all four checks in these books, or an owner overrode it with a reason. */
@Injectable()
export class VerifyGate {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
  ) {}

  /** In the books the company is bound to now: another QuickBooks company is verified anew. */
  async isBackfillAllowed(tenant: string): Promise<BackfillGate> {
    const { books } = (await this.settings.load(tenant)).state;
    if (books === null) return { allowed: false };
    const passed: { invoiceId: string; at: Date }[] = await this.dataSource.query(
      `select invoice_id as "invoiceId", passed_at as at from verification
        where tenant = $1 and books = $2 and passed_at is not null order by position desc limit 1`,
      [tenant, books],
    );
    if (passed[0] !== undefined) {
      return { allowed: true, by: 'passed', invoiceId: passed[0].invoiceId, at: passed[0].at.toISOString() };
    }
    const overridden: { person: string; reason: string; at: Date }[] = await this.dataSource.query(
      `select by as person, reason, at from verify_override where tenant = $1 and books = $2`,
      [tenant, books],
    );
    const [override] = overridden;
    if (override === undefined) return { allowed: false };
    return { allowed: true, by: 'override', ...override, at: override.at.toISOString() };
  }
}
