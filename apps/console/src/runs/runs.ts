import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../http/problem';
import { SettingsStore } from '../settings/settings-store';
import { VerifyGate } from '../verify/verify-gate';
import type { BackfillSpec } from './backfill/plan';
import type { RunBody, RunChoiceBody, RunDto, RunRecordsDto, RunsDto } from './run.dto';
import { RunDriver, settingsOf } from './run-driver';
import { RunEntity, type RunState } from './run.entity';
import { selectCounts, selectRecords, updateChoices } from './run-records';
import { selectRun, selectRuns, updateState } from './run-store';
import { recordView, runView } from './run-view';

/** Large actions as people plan, start and stop them. */
@Injectable()
export class Runs {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(VerifyGate) private readonly verify: VerifyGate,
    @Inject(RunDriver) private readonly driver: RunDriver,
  ) {}

  /** Begins a preview; refused before the first go-live, for nothing is older than it yet. */
  async make(tenant: string, { kind, spec, why }: RunBody, by: string): Promise<RunDto> {
    const { state } = await this.settings.load(tenant);
    if (state.goLiveAt === null) throw new Problem('not_active');
    const run = this.dataSource.manager.create(RunEntity, {
      ...{ id: `run_${randomUUID()}`, tenant, kind, spec: specOf(spec) },
      ...{ state: 'planning', by, why: why ?? null, madeAt: new Date(), plan: null, plannedOf: null, total: 0 },
      ...{ startedAt: null, endedAt: null, result: null, fault: null, working: true },
    });
    await this.dataSource.manager.insert(RunEntity, run);
    this.driver.wake();
    return this.show(tenant, run.id);
  }

  async list(tenant: string, limit: number, before: string | null): Promise<RunsDto> {
    const { manager } = this.dataSource;
    const found = await selectRuns(manager, tenant, before, limit + 1);
    const page = found.slice(0, limit);
    const items: RunDto[] = [];
    for (const run of page) items.push(runView(run, await selectCounts(manager, run.id), new Date()));
    return { items, next: found.length > limit ? (page.at(-1)?.position ?? null) : null, total: null };
  }

  async show(tenant: string, id: string): Promise<RunDto> {
    const run = await this.of(tenant, id);
    return runView(run, await selectCounts(this.dataSource.manager, id), new Date());
  }

  /** Throws the problem `not_found` for another company's run. */
  async of(tenant: string, id: string): Promise<RunEntity> {
    const run = await selectRun(this.dataSource.manager, tenant, id);
    if (run === null) throw new Problem('not_found');
    return run;
  }

  async records(
    tenant: string,
    id: string,
    findings: readonly string[],
    limit: number,
    after: string | null,
  ): Promise<RunRecordsDto> {
    const run = await this.of(tenant, id);
    const found = await selectRecords(this.dataSource.manager, id, { findings, after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const currency = Object.values(run.plan?.totals ?? {})[0]?.currency ?? '';
    return {
      items: page.map((record) => recordView(record, currency)),
      next: found.length > limit ? (page.at(-1)?.ref ?? null) : null,
      total: null,
    };
  }

  /** Whether what QuickBooks has already is ours; only of a preview, and in bulk only where nothing differs. */
  async decide(tenant: string, id: string, { choice, refs, quickbooksId }: RunChoiceBody): Promise<number> {
    const run = await this.of(tenant, id);
    if (run.state !== 'ready') throw new Problem('run_state', { state: run.state });
    if (quickbooksId !== undefined && refs?.length !== 1) throw new Problem('body_invalid', {}, [ONE_REF]);
    return updateChoices(this.dataSource.manager, id, {
      ...{ choice, refs: refs ?? null, quickbooksId: quickbooksId ?? null },
    });
  }

  /** Refused without a fresh preview, before Verify passed or was overridden, while Sync active is off or another is at work. */
  async start(tenant: string, id: string): Promise<RunDto> {
    const run = await this.of(tenant, id);
    if (run.state !== 'ready') throw new Problem('run_state', { state: run.state });
    const { state } = await this.settings.load(tenant);
    if (!(await this.verify.isBackfillAllowed(tenant)).allowed) throw new Problem('verify_needed');
    if (!state.active) throw new Problem('not_active');
    if (run.plan === null || Date.parse(run.plan.expiresAt) < Date.now())
      throw new Problem('plan_ended', { why: 'time' });
    if (settingsOf(state) !== run.plannedOf) throw new Problem('plan_ended', { why: 'settings' });
    return this.move(run, ['ready'], 'running');
  }

  /** What was handed over goes on to its end. */
  async pause(tenant: string, id: string): Promise<RunDto> {
    return this.move(await this.of(tenant, id), ['running'], 'paused');
  }

  async resume(tenant: string, id: string): Promise<RunDto> {
    const run = await this.of(tenant, id);
    const { state } = await this.settings.load(tenant);
    if (run.state === 'paused' && !state.active) throw new Problem('not_active');
    return this.move(run, ['paused'], 'running');
  }

  /** What is in QuickBooks stays; the rest is left out, and offered by the next preview. */
  async cancel(tenant: string, id: string): Promise<RunDto> {
    return this.move(await this.of(tenant, id), ['planning', 'ready', 'running', 'paused'], 'cancelled');
  }

  private async move({ id, tenant, state }: RunEntity, from: readonly RunState[], to: RunState): Promise<RunDto> {
    const moved = await updateState(this.dataSource.manager, id, from, to).catch((error: unknown) => {
      if (isAtWork(error)) throw new Problem('run_at_work');
      throw error;
    });
    if (!moved) throw new Problem('run_state', { state });
    this.driver.wake();
    return this.show(tenant, id);
  }
}

const ONE_REF = {
  pointer: '/refs',
  code: 'field_invalid',
  params: { message: 'name the one record that it is' },
} as const;

/** Everything that was not left out. */
function specOf({ from, customers, items, invoices, payments }: RunBody['spec']): BackfillSpec {
  return {
    from,
    customers: customers ?? true,
    items: items ?? true,
    invoices: invoices ?? true,
    payments: payments ?? true,
  };
}

/** The unique index of runs at work refused a second one. */
function isAtWork(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'run_at_work';
}
