import { Inject, Injectable } from '@nestjs/common';
import { TENANT_PATTERN } from '@qbo-sync/contracts/keys';
import { CONFIG } from '@qbo-sync/service/tokens';
import { DataSource } from 'typeorm';
import type { ConsoleConfig } from '../console-config';
import { companyToken } from '../http/company-token';
import { Problem } from '../http/problem';
import { readBody } from '../http/read-body';
import { SettingsStore } from '../settings/settings-store';
import { CompanyBody, type CompanyDto, type MadeCompanyDto } from './company.dto';

/** Run a Call's companies as the operator makes them. */
@Injectable()
export class Companies {
  constructor(
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
  ) {}

  /** Makes the company or brings its facts up to date; answers its own token. */
  async make(id: string, given: unknown): Promise<MadeCompanyDto> {
    if (!TENANT_PATTERN.test(id)) throw new Problem('not_found');
    const { stripeAccount, name, timeZone, currency, country } = readBody(CompanyBody, given);
    if (!isTimeZone(timeZone)) {
      throw new Problem('body_invalid', {}, [{ pointer: '/timeZone', code: 'time_zone_unknown', params: {} }]);
    }
    if (!(await this.takeStripeAccount(id, stripeAccount ?? null))) throw new Problem('stripe_account_taken');
    const company = { name, timeZone, currency, country, stripeAccount: stripeAccount ?? null };
    await this.settings.decide(id, { do: 'make', at: new Date().toISOString(), by: 'operator', company });
    return { id, ...company, token: companyToken(this.config.OPERATOR_TOKEN, id) };
  }

  /** One company each (product.md §1); the one it had before is free again. False: another company's. */
  private async takeStripeAccount(tenant: string, account: string | null): Promise<boolean> {
    await this.dataSource.query(`delete from stripe_account where tenant = $1 and account is distinct from $2`, [
      tenant,
      account,
    ]);
    if (account === null) return true;
    const taken: unknown[] = await this.dataSource.query(
      `insert into stripe_account as s (account, tenant) values ($1, $2)
       on conflict (account) do update set tenant = excluded.tenant where s.tenant = excluded.tenant
       returning account`,
      [account, tenant],
    );
    return taken.length > 0;
  }

  async show(id: string): Promise<CompanyDto> {
    const { company } = (await this.settings.load(id)).state;
    if (company === null) throw new Problem('not_found');
    return { id, ...company };
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
