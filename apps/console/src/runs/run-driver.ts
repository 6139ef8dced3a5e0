import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { DataSource } from 'typeorm';
import { LeasedWork, LetGo } from '../leases/leased-work';
import { canonical } from '../same-json';
import type { SettingsState } from '../settings/settings-state';
import { SettingsStore } from '../settings/settings-store';
import { BackfillPlanner } from './backfill/backfill-planner';
import { BackfillWork } from './backfill/backfill-work';
import type { RunEntity } from './run.entity';
import { deleteRecords } from './run-records';
import { keepLease, leaseRuns, releaseRuns, updateFailed, updatePlanned } from './run-store';

/**
 * Works on runs: plans, hands over, counts. All of it stands in the database, so a process that dies leaves nothing but a
 * lease, and the next goes on where it was; a plan is begun again.
 */
@Injectable()
export class RunDriver implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly process = randomUUID();
  private readonly work: LeasedWork<RunEntity>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(BackfillPlanner) private readonly planner: BackfillPlanner,
    @Inject(BackfillWork) private readonly backfill: BackfillWork,
    @Inject(LOG) log: Log,
  ) {
    const { manager } = dataSource;
    const leases = {
      lease: () => leaseRuns(manager, this.process),
      release: () => releaseRuns(manager, this.process),
      step: (run: RunEntity) => this.step(run),
    };
    this.work = new LeasedWork('run', leases, log);
  }

  onApplicationBootstrap(): void {
    this.work.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.work.stop();
  }

  /** There may be something to do. */
  wake(): void {
    this.work.wake();
  }

  private async step(run: RunEntity): Promise<void> {
    if (run.state !== 'planning') return this.backfill.advance(run);
    const { manager } = this.dataSource;
    const { state } = await this.settings.load(run.tenant);
    await deleteRecords(manager, run.id);
    const outcome = await this.planner.plan(
      { run: run.id, tenant: run.tenant, spec: run.spec, settings: state },
      async () => {
        if (this.work.stopped || !(await keepLease(manager, run.id, this.process))) throw new LetGo();
      },
    );
    if (outcome.ok) await updatePlanned(manager, run.id, outcome.plan, settingsOf(state));
    else await updateFailed(manager, run.id, { code: outcome.code });
  }
}

/** What a plan holds under: the books, their profile and every value; another one ends it. */
export function settingsOf({ books, profile, values }: SettingsState): string {
  return createHash('sha256')
    .update(canonical([books, profile, values]))
    .digest('hex');
}
