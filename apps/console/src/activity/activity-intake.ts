import { Inject, Injectable } from '@nestjs/common';
import {
  isOperation,
  type Activity,
  type CompanyActivity,
  type ReadActivity,
  type RecordActivity,
} from '@qbo-sync/contracts/sync/activity';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import type { EntityManager } from 'typeorm';
import { LogWriter } from '../log/log-writer';
import { storeOperation } from '../operations/operations';
import { ChartReader } from '../quickbooks/chart-reader';
import type { SettingsCommand } from '../settings/settings-decide';
import { DefaultAccounts } from '../settings/default-accounts';
import { SettingsStore } from '../settings/settings-store';

/** Takes activity in: rows of the log, a company's condition, what its settings must know. */
@Injectable()
export class ActivityIntake {
  constructor(
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(LogWriter) private readonly rows: LogWriter,
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(DefaultAccounts) private readonly defaults: DefaultAccounts,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Settings commands are idempotent and have their own transaction, so they may be decided again with the batch. */
  async take(manager: EntityManager, messages: readonly ConsumedMessage[]): Promise<void> {
    const activities = messages.flatMap((message) => this.parse(message) ?? []);
    for (const activity of activities) {
      for (const command of settingsCommands(activity)) {
        if (activity.tenant !== null) await this.settings.decide(activity.tenant, command);
      }
      if (activity.kind === 'proposal' && activity.account !== undefined) this.charts.forget(activity.tenant);
      if (activity.kind === 'profile') void this.defaults.offer(activity.tenant);
      if (activity.kind === 'company') await storeCondition(manager, activity);
      if (activity.kind === 'read') await storeRead(manager, activity);
      if (activity.kind === 'operation') await storeOperation(manager, activity);
    }
    await this.rows.write(
      manager,
      activities.filter((activity): activity is RecordActivity => activity.kind === 'record'),
    );
  }

  private parse(message: ConsumedMessage): Activity | undefined {
    const { topic, partition, offset } = message;
    try {
      const activity: unknown = JSON.parse(message.value?.toString('utf8') ?? '');
      if (isActivity(activity)) return activity;
    } catch {
      // Falls through: not JSON is as unreadable as another shape.
    }
    this.log.warn({ topic, partition, offset, code: 'unreadable' }, 'activity cannot be read');
    return undefined;
  }
}

const KINDS: readonly unknown[] = [
  'record',
  'company',
  'read',
  'profile',
  'proposal',
  'operation',
] satisfies Activity['kind'][];

/** Our own services write this topic; the shape is checked as far as a row's identity and place need it. */
function isActivity(value: unknown): value is Activity {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !KINDS.includes(value.kind)) return false;
  if (value.kind === 'operation') return isOperation(value);
  if (value.kind !== 'record') return 'tenant' in value && typeof value.tenant === 'string';
  const { ref, revision, attempt, stage, at, state } = value as Partial<RecordActivity>;
  const texts = [ref, at, state].every((text) => typeof text === 'string');
  return texts && !Number.isNaN(Date.parse(at ?? '')) && [revision, attempt, stage].every(Number.isInteger);
}

/** What a company's settings learn from an activity. */
function settingsCommands(activity: Activity): readonly SettingsCommand[] {
  const { at } = activity;
  switch (activity.kind) {
    case 'record':
    case 'operation':
      return [];
    case 'read':
      return activity.service === 'items' ? [{ do: 'items-read', at, version: activity.settingsVersion }] : [];
    case 'company':
      return activity.books === null ? [] : [{ do: 'bind', at, books: activity.books }];
    case 'profile':
      return [{ do: 'profile', at, books: activity.books, profile: activity.profile }];
    case 'proposal': {
      const { books, rates, categories, account } = activity;
      return [
        ...(rates === undefined ? [] : [{ do: 'rates', at, books, rates } as const]),
        ...(categories === undefined ? [] : [{ do: 'categories', at, books, categories } as const]),
        ...(account === undefined ? [] : [{ do: 'account-made', at, books, ...account } as const]),
      ];
    }
  }
}

/** The latest condition wins, whatever the order of arrival. */
async function storeCondition(manager: EntityManager, activity: CompanyActivity): Promise<void> {
  await manager.query(
    `insert into company_condition as c (tenant, at, activity) values ($1, $2, $3)
     on conflict (tenant) do update set at = excluded.at, activity = excluded.activity where c.at <= excluded.at`,
    [activity.tenant, activity.at, JSON.stringify(activity)],
  );
}

async function storeRead(manager: EntityManager, { tenant, service, settingsVersion }: ReadActivity): Promise<void> {
  await manager.query(
    `insert into settings_read as r (tenant, service, version) values ($1, $2, $3)
     on conflict (tenant, service) do update set version = greatest(r.version, excluded.version)`,
    [tenant, service, settingsVersion],
  );
}
