import { Inject, Injectable } from '@nestjs/common';
import { Connections } from '../connection/connections';
import { Problem } from '../http/problem';
import { ChartReader } from '../quickbooks/chart-reader';
import { checkStanding } from '../settings/settings-check';
import type { SettingsState } from '../settings/settings-state';
import { SettingsStore } from '../settings/settings-store';
import { VerifyGate } from '../verify/verify-gate';
import { advisedPoints, neededPoints } from './readiness';
import type { SyncActiveBody, SyncActiveDto } from './sync-active.dto';

/** The switch and its checklist, at a version of the settings. */
export interface VersionedView {
  readonly version: number;
  readonly view: SyncActiveDto;
}

/** The Sync active switch and its checklist. */
@Injectable()
export class SyncSwitch {
  constructor(
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(VerifyGate) private readonly gate: VerifyGate,
  ) {}

  async show(tenant: string): Promise<VersionedView> {
    const { version, state } = await this.settings.load(tenant);
    return { version, view: await this.view(tenant, state) };
  }

  /** Off is always possible. On needs every needed point, and every advised one followed or acknowledged. `expectedVersion`: what the person looked at. */
  async turn(
    tenant: string,
    { active, acknowledged = [] }: SyncActiveBody,
    by: string,
    expectedVersion?: number,
  ): Promise<VersionedView> {
    const { version, state } = await this.settings.load(tenant);
    if (expectedVersion !== undefined && expectedVersion !== version) throw new Problem('stale');
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
    if (!outcome.ok && outcome.code === 'stale')
      return this.turn(tenant, { active, acknowledged }, by, expectedVersion);
    if (!outcome.ok) throw new Problem('not_found');
    return { version: outcome.version, view: { ...view, active: outcome.state.active } };
  }

  private async view(tenant: string, state: SettingsState): Promise<SyncActiveDto> {
    const connected = await this.connections.isConnected(tenant);
    const gate = await this.gate.isBackfillAllowed(tenant);
    const verified = gate.allowed && gate.by === 'passed';
    const findings = { connected, settingsValid: connected ? await this.areValid(tenant, state) : null };
    return { active: state.active, needed: neededPoints(state, findings), advised: advisedPoints(state, verified) };
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
