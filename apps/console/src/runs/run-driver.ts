import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { DataSource } from 'typeorm';
import { canonical } from '../same-json';
import type { SettingsState } from '../settings/settings-state';
import { SettingsStore } from '../settings/settings-store';
import { BackfillPlanner } from './backfill/backfill-planner';
import { BackfillWork } from './backfill/backfill-work';
import type { RunEntity } from './run.entity';
import { deleteRecords } from './run-records';
import { keepLease, leaseRuns, releaseRuns, updateFailed, updatePlanned } from './run-store';

const EVERY_MS = 1_000;

/** The lease went to another process, or this one stops: what it has in hand is left to the next. */
class LetGo extends Error {}

/**
 * Works on runs: plans, hands over, counts. All of it stands in the database, so a process that dies leaves nothing but a
 * lease, and the next goes on where it was; a plan is begun again.
 */
@Injectable()
export class RunDriver implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly process = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private readonly inHand = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(BackfillPlanner) private readonly planner: BackfillPlanner,
    @Inject(BackfillWork) private readonly backfill: BackfillWork,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
    await Promise.all(this.inHand.values());
    await releaseRuns(this.dataSource.manager, this.process).catch(() => undefined);
  }

  /** There may be something to do. */
  wake(): void {
    if (this.stopped) return;
    this.looking ??= this.look()
      .catch((err: unknown) => this.log.warn({ err }, 'could not look for runs; trying again'))
      .finally(() => {
        this.looking = undefined;
      });
  }

  /** Keeps the leases of what is in hand, and begins a step of each run that is not. */
  private async look(): Promise<void> {
    for (const run of await leaseRuns(this.dataSource.manager, this.process)) {
      if (this.inHand.has(run.id) || this.stopped) continue;
      const step = this.step(run)
        .catch((err: unknown) => {
          if (!(err instanceof LetGo)) this.log.warn({ err, run: run.id }, 'could not go on with a run; trying again');
        })
        .finally(() => this.inHand.delete(run.id));
      this.inHand.set(run.id, step);
    }
  }

  private async step(run: RunEntity): Promise<void> {
    if (run.state !== 'planning') return this.backfill.advance(run);
    const { manager } = this.dataSource;
    const { state } = await this.settings.load(run.tenant);
    await deleteRecords(manager, run.id);
    const outcome = await this.planner.plan(
      { run: run.id, tenant: run.tenant, spec: run.spec, settings: state },
      async () => {
        if (this.stopped || !(await keepLease(manager, run.id, this.process))) throw new LetGo();
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
