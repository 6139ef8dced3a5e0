import { Inject, Injectable } from '@nestjs/common';
import { Connections } from '../connection/connections';
import { Problem } from '../http/problem';
import { ChartReader } from '../quickbooks/chart-reader';
import { checkStanding } from '../settings/settings-check';
import type { SettingsState } from '../settings/settings-state';
import { SettingsStore } from '../settings/settings-store';
import { advisedPoints, neededPoints } from './readiness';
import type { SyncActiveBody, SyncActiveDto } from './sync-active.dto';

/** The Sync active switch and its checklist. */
@Injectable()
export class SyncSwitch {
  constructor(
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(ChartReader) private readonly charts: ChartReader,
  ) {}

  async show(tenant: string): Promise<SyncActiveDto> {
    return this.view(tenant, (await this.settings.load(tenant)).state);
  }

  /** Off is always possible. On needs every needed point, and every advised one followed or acknowledged. */
  async turn(tenant: string, { active, acknowledged = [] }: SyncActiveBody, by: string): Promise<SyncActiveDto> {
    const { version, state } = await this.settings.load(tenant);
    const view = await this.view(tenant, state);
    if (active && !state.active) {
      refuse(
        'sync_active_needed',
        view.needed.filter(({ ok }) => !ok),
      );
      refuse(
        'sync_active_advised',
        view.advised.filter(({ ok, code }) => !ok && !acknowledged.includes(code)),
      );
    }
    const at = new Date().toISOString();
    const outcome = await this.settings.decide(
      tenant,
      { do: 'activate', at, by, active, acknowledged },
      active ? version : undefined,
    );
    // The settings moved while QuickBooks was asked: what was found out may not hold any more.
    if (!outcome.ok && outcome.code === 'stale') return this.turn(tenant, { active, acknowledged }, by);
    if (!outcome.ok) throw new Problem('not_found');
    return { ...view, active: outcome.state.active };
  }

  private async view(tenant: string, state: SettingsState): Promise<SyncActiveDto> {
    const connected = await this.connections.isConnected(tenant);
    const findings = { connected, settingsValid: connected ? await this.areValid(tenant, state) : null };
    return { active: state.active, needed: neededPoints(state, findings), advised: advisedPoints(state) };
  }

  private async areValid(tenant: string, state: SettingsState): Promise<boolean | null> {
    const chart = await this.charts.recent(tenant);
    return chart.ok ? checkStanding(state, chart.value).length === 0 : null;
  }
}

function refuse(
  code: 'sync_active_needed' | 'sync_active_advised',
  points: readonly { readonly code: string; readonly link: string }[],
): void {
  if (points.length === 0) return;
  const errors = points.map((point) => ({ pointer: '/active', code: point.code, params: { link: point.link } }));
  throw new Problem(code, { codes: points.map((point) => point.code).join(', ') }, errors);
}
