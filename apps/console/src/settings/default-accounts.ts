import { Inject, Injectable } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { ChartReader } from '../quickbooks/chart-reader';
import { SettingsStore } from './settings-store';

/** Fills a company's empty account settings from its books once their profile is known. */
@Injectable()
export class DefaultAccounts {
  constructor(
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Nothing waits for it: without QuickBooks' lists the settings stay empty, and a person chooses. */
  async offer(tenant: string): Promise<void> {
    try {
      const chart = await this.charts.fresh(tenant);
      if (!chart.ok) return this.log.warn({ tenant, code: chart.code }, 'no default accounts');
      await this.settings.decide(tenant, { do: 'defaults', at: new Date().toISOString(), chart: chart.value });
    } catch (err) {
      this.log.warn({ err, tenant }, 'no default accounts');
    }
  }
}
