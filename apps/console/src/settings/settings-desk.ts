import { Inject, Injectable } from '@nestjs/common';
import { SERVICES } from '@qbo-sync/contracts/refs';
import { DataSource } from 'typeorm';
import { Problem } from '../http/problem';
import type { Chart } from '../quickbooks/chart';
import { ChartReader } from '../quickbooks/chart-reader';
import { effectsOf } from './effects';
import { worded } from './fault-text';
import { checkValues, namesRecords, SHOWN_ONLY } from './settings-check';
import type { SettingsCheckDto, SettingsDto, SettingsPatch } from './settings.dto';
import { SettingsStore, type VersionedSettings } from './settings-store';

const NO_CHART: Chart = { accounts: [], taxCodes: [] };

/** Settings as people read, check and save them. */
@Injectable()
export class SettingsDesk {
  constructor(
    @Inject(SettingsStore) private readonly store: SettingsStore,
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  async show(tenant: string): Promise<SettingsDto> {
    return this.view(tenant, await this.store.load(tenant));
  }

  /** What would be wrong, and what it would do; saves nothing. */
  async check(tenant: string, { values, existingItems = false }: SettingsPatch): Promise<SettingsCheckDto> {
    const { state } = await this.store.load(tenant);
    const chart = await this.chartFor(tenant, values);
    const checked = checkValues(state, values, chart);
    return checked.ok
      ? { errors: [], effects: effectsOf({ state, changes: checked.changes, existingItems, chart }) }
      : { errors: checked.faults.map(worded), effects: [] };
  }

  /** Saves all values or none. `expectedVersion`: the version the person looked at. */
  async save(
    tenant: string,
    { values, why, existingItems = false }: SettingsPatch,
    by: string,
    expectedVersion: number | undefined,
  ): Promise<SettingsDto> {
    const chart = await this.chartFor(tenant, values);
    const at = new Date().toISOString();
    const reason = why === undefined ? {} : { why };
    const command = { do: 'change', at, by, ...reason, values, existingItems, chart } as const;
    const outcome = await this.store.decide(tenant, command, expectedVersion);
    if (outcome.ok) return this.view(tenant, outcome);
    if (outcome.code === 'stale') throw new Problem('stale');
    if (outcome.code === 'settings_invalid') throw new Problem('settings_invalid', {}, outcome.faults.map(worded));
    throw new Problem('not_found');
  }

  /** QuickBooks is asked only when a value names one of its records, and then anew. */
  private async chartFor(tenant: string, values: Readonly<Record<string, unknown>>): Promise<Chart> {
    if (!namesRecords(values)) return NO_CHART;
    const chart = await this.charts.fresh(tenant);
    if (!chart.ok) throw new Problem(chart.code);
    return chart.value;
  }

  private async view(tenant: string, { version, state }: VersionedSettings): Promise<SettingsDto> {
    return {
      version,
      appliedVersion: await this.appliedVersion(tenant),
      values: { ...state.values, [SHOWN_ONLY]: state.profile?.taxMode ?? null },
      changed: state.changed,
    };
  }

  private async appliedVersion(tenant: string): Promise<number> {
    const rows: { version: number; services: string }[] = await this.dataSource.query(
      `select min(version) as version, count(*) as services from settings_read where tenant = $1 and service = any($2)`,
      [tenant, SERVICES],
    );
    const read = rows[0];
    return read !== undefined && Number(read.services) === SERVICES.length ? read.version : 0;
  }
}
