import type { EntityManager } from 'typeorm';
import { type MatchWork, selectWork } from './match-work';

/** What the stream tells of a reading or an Apply; counts are read when it is done. */
export type MatchProgress = Pick<MatchWork, 'id' | 'kind' | 'does' | 'state' | 'done' | 'failed'>;

/** What became of a company's readings and applies since it was looked last: the last of each kind at first. */
export class MatchChanges {
  private told = new Map<string, string>();

  constructor(
    private readonly manager: EntityManager,
    private readonly tenant: string,
  ) {}

  async look(): Promise<MatchProgress[]> {
    const now = (await selectWork(this.manager, this.tenant)).map(
      ({ id, kind, does, state, done, failed }): MatchProgress => ({ id, kind, does, state, done, failed }),
    );
    const changed = now.filter((one) => this.told.get(one.kind) !== JSON.stringify(one));
    this.told = new Map(now.map((one) => [one.kind, JSON.stringify(one)]));
    return changed;
  }
}
