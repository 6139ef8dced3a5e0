import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ACCOUNT_ROLES, type AccountRole, isAccountRole } from '@qbo-sync/contracts/account-roles';
import { PROFILE_REF } from '@qbo-sync/contracts/refs';
import { CommandDesk } from '../commands/command-desk';
import { Problem } from '../http/problem';
import { fits } from '../settings/settings-check';
import { SettingsStore } from '../settings/settings-store';
import { ACCOUNT_USES } from '../settings/settings-table';
import { ChartReader, type FetchedChart } from './chart-reader';
import { templateUnknown } from './template-unknown';
import { ToClassifyDesk } from './to-classify-desk';
import type { AccountsDto, AccountWantedDto, PreferencesDto, TaxCodesDto } from './quickbooks.dto';

/** QuickBooks' lists for the pickers, and accounts made there with one click. */
@Injectable()
export class QuickBooksDesk {
  constructor(
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(ToClassifyDesk) private readonly family: ToClassifyDesk,
    @Inject(CommandDesk) private readonly commands: CommandDesk,
  ) {}

  /** Fitting accounts of a use; all of them without one. */
  async accounts(tenant: string, use: string | undefined): Promise<AccountsDto> {
    const fit = use === undefined ? undefined : ACCOUNT_USES[use];
    const { accounts, fetchedAt } = await this.chart(tenant);
    const items = accounts
      .filter((account) => fit === undefined || fits(account, fit))
      .map(({ id, name, path, number, type, subType, active }) => ({ id, name, path, number, type, subType, active }));
    return { items, fetchedAt };
  }

  async taxCodes(tenant: string): Promise<TaxCodesDto> {
    const { taxCodes, fetchedAt } = await this.chart(tenant);
    return { items: taxCodes, fetchedAt, toClassify: await this.family.show(tenant) };
  }

  /** The company profile as it was read last. */
  async preferences(tenant: string): Promise<PreferencesDto> {
    return { profile: (await this.settings.load(tenant)).state.profile };
  }

  /** Reads the lists anew, and has the company profile read anew: a day through which the books are closed, who numbers. */
  async refresh(tenant: string, by: string): Promise<void> {
    this.charts.forget(tenant);
    await this.chart(tenant);
    await this.commands.send({ kind: 'push', tenant, ref: PROFILE_REF, by });
  }

  /** Asks payments for the role's account; what comes of it is seen in the setting and in the log. */
  async wantAccount(tenant: string, role: string, by: string): Promise<AccountWantedDto> {
    if (!isAccountRole(role)) {
      throw templateUnknown(Object.keys(ACCOUNT_ROLES));
    }
    if ((await this.settings.load(tenant)).state.books === null) throw new Problem('not_connected');
    const at = new Date().toISOString();
    this.charts.forget(tenant);
    await this.settings.decide(tenant, { do: 'want-account', at, by, role, commandId: randomUUID() });
    const { setting }: AccountRole = ACCOUNT_ROLES[role];
    return { ref: `account:${role}`, ...(setting === undefined ? {} : { setting }) };
  }

  private async chart(tenant: string): Promise<FetchedChart> {
    const chart = await this.charts.recent(tenant);
    if (!chart.ok) throw new Problem(chart.code);
    return chart.value;
  }
}
