import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { dayOf } from '@qbo-sync/money/zone';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { DataSource } from 'typeorm';
import { SettingsStore } from '../settings/settings-store';
import { DriftDesk } from './drift-desk';

const LOOK_EVERY_MS = 10 * 60_000;
/** A company's night report is made from this time of its own day on. */
const AFTER_MIDNIGHT_MS = 2 * 60 * 60_000;

/** The day whose night report is due at this moment; before two in the morning that of the day before. */
export function nightOf(now: Date, timeZone: string): string {
  return dayOf(new Date(now.getTime() - AFTER_MIDNIGHT_MS).toISOString(), timeZone);
}

/**
 * A report of every company that has gone live, once a night in its own zone, one after the other. One that failed, or ended with its
 * process, is tried again the same night, by whichever process looks.
 */
@Injectable()
export class DriftNight implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(DriftDesk) private readonly desk: DriftDesk,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => {
      this.look(new Date())
        .catch((err: unknown) => this.log.warn({ err }, 'could not look for drift; trying again'))
        .finally(() => this.timer !== undefined && this.onApplicationBootstrap());
    }, LOOK_EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Begins what is due; a company whose report of the night is there already is passed over, or has its next try yet to come. */
  async look(now: Date): Promise<void> {
    const companies: { tenant: string }[] = await this.dataSource.query(
      `select tenant from stream where ref = 'settings:' || tenant and version > 0 order by tenant`,
    );
    for (const { tenant } of companies) {
      const { state } = await this.settings.load(tenant);
      if (state.books === null || state.profile === null || state.company === null || state.goLiveAt === null) continue;
      const night = nightOf(now, state.company.timeZone);
      // On its first day there is nothing to look back on.
      if (night <= dayOf(state.goLiveAt, state.company.timeZone)) continue;
      await this.desk.startNight(tenant, night);
      await this.desk.ended();
    }
  }
}
