import type { EntityManager } from 'typeorm';
import type { RunDto } from './run.dto';
import { selectCounts } from './run-records';
import { selectRuns } from './run-store';
import { runView } from './run-view';

/** Older ones have long ended. */
const NEWEST = 20;

/** What became of a company's runs since it was looked last: every one of the newest at first, then those that changed. */
export class RunChanges {
  private readonly told = new Map<string, string>();
  /** Nothing is left to be done of them, and that was told. */
  private readonly resting = new Set<string>();

  constructor(
    private readonly manager: EntityManager,
    private readonly tenant: string,
  ) {}

  async look(): Promise<RunDto[]> {
    const changed: RunDto[] = [];
    for (const run of await selectRuns(this.manager, this.tenant, null, NEWEST)) {
      if (run.working) this.resting.delete(run.id);
      if (this.resting.has(run.id) && this.told.get(run.id)?.startsWith(run.state) === true) continue;
      const view = runView(run, await selectCounts(this.manager, run.id), new Date());
      const text = `${run.state} ${JSON.stringify(view)}`;
      if (!run.working) this.resting.add(run.id);
      if (this.told.get(run.id) === text) continue;
      this.told.set(run.id, text);
      changed.push(view);
    }
    return changed.reverse();
  }
}
