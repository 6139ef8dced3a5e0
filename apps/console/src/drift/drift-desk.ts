import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { Problem } from '../http/problem';
import { SettingsStore } from '../settings/settings-store';
import { type Begun, type DriftReport, type DriftRowPage, DriftStore } from './drift-store';
import { DriftRun } from './drift-run';

/** Drift reports as a person or the night asks for them. */
@Injectable()
export class DriftDesk implements OnApplicationShutdown {
  private readonly running = new Set<Promise<void>>();

  constructor(
    @Inject(DriftStore) private readonly store: DriftStore,
    @Inject(DriftRun) private readonly runs: DriftRun,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.ended();
  }

  /** What this process has begun has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.running);
  }

  /** Null: none was made in these books yet. */
  async newest(tenant: string): Promise<DriftReport | null> {
    const { books } = (await this.settings.load(tenant)).state;
    return books === null ? null : this.store.newest(tenant, books);
  }

  /** The newest that was done; null: none was in these books. */
  async newestDone(tenant: string): Promise<DriftReport | null> {
    const { books } = (await this.settings.load(tenant)).state;
    return books === null ? null : this.store.newestDone(tenant, books);
  }

  /** Begins one, unless one is under way: then that. */
  async start(tenant: string, by: string): Promise<DriftReport | null> {
    return this.begun(tenant, by, (report) => this.store.begin(report));
  }

  /** Begins that of a night (`YYYY-MM-DD`), if it is due. */
  async startNight(tenant: string, night: string): Promise<void> {
    await this.begun(tenant, 'night', (report) => this.store.beginNight(report, night));
  }

  /** Rows of one report; without its id, of the newest that was done, else of the newest. */
  async rows(tenant: string, id: string | undefined, after: string | null, limit: number): Promise<DriftRowPage> {
    const report =
      id === undefined
        ? ((await this.newestDone(tenant)) ?? (await this.newest(tenant)))
        : await this.store.byId(tenant, id);
    if (report === null) throw new Problem('not_found');
    return this.store.rows(report.id, after, limit);
  }

  private async begun(
    tenant: string,
    askedBy: string,
    begin: (report: Begun) => Promise<boolean>,
  ): Promise<DriftReport | null> {
    const { state } = await this.settings.load(tenant);
    const { books, profile } = state;
    if (books === null || profile === null) throw new Problem('not_connected');
    const id = randomUUID();
    if (await begin({ id, tenant, books, askedBy })) {
      const run: Promise<void> = this.runs
        .run(id, tenant, state)
        .catch((err: unknown) => this.log.error({ err, tenant }, 'could not report the drift'))
        .finally(() => this.running.delete(run));
      this.running.add(run);
    }
    return this.store.newest(tenant, books);
  }
}
