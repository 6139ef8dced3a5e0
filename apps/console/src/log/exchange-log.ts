import { Inject, Injectable } from '@nestjs/common';
import { readNumbersAsText } from '@qbo-sync/contracts/exact-json';
import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import { QboRequest } from '@qbo-sync/contracts/sync/request';
import { check } from '@qbo-sync/contracts/validation';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import type { EntityManager } from 'typeorm';
import { ChartReader } from '../quickbooks/chart-reader';
import { SettingsStore } from '../settings/settings-store';

/** Entities of the family "To classify". */
const FAMILY: readonly string[] = ['tax-agency', 'tax-code'];

/** Keeps what was asked of QuickBooks and what it answered, for the story of a row. */
@Injectable()
export class ExchangeLog {
  constructor(
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async requests(manager: EntityManager, messages: readonly ConsumedMessage[]): Promise<void> {
    await store(manager, 'request', this.read(QboRequest, messages));
  }

  async answers(manager: EntityManager, messages: readonly ConsumedMessage[]): Promise<void> {
    const answers = this.read(QboAnswer, messages);
    await store(manager, 'answer', answers);
    for (const { value } of answers) {
      if (value.outcome !== 'synced') continue;
      if (entityOf(value.ref) === 'account') await this.accountMade(value);
      if (FAMILY.includes(entityOf(value.ref))) await this.toClassifyMade(value);
    }
  }

  private async toClassifyMade({ tenant, ref, books, at }: QboAnswer): Promise<void> {
    this.charts.forget(tenant);
    await this.settings.decide(tenant, { do: 'to-classify-made', at, books, ref });
  }

  private async accountMade({ tenant, ref, books, quickbooksId, record, at }: QboAnswer): Promise<void> {
    const shown = record === undefined ? {} : readNumbersAsText(record);
    const name = typeof shown === 'object' && shown !== null && 'Name' in shown ? shown['Name'] : undefined;
    if (quickbooksId === undefined || typeof name !== 'string') return;
    this.charts.forget(tenant);
    await this.settings.decide(tenant, {
      do: 'account-made',
      at,
      books,
      role: idOf(ref),
      choice: { id: quickbooksId, name },
    });
  }

  private read<T extends object>(dto: new () => T, messages: readonly ConsumedMessage[]): Said<T>[] {
    return messages.flatMap((message) => {
      const text = message.value?.toString('utf8') ?? '';
      const value = parse(dto, text);
      if (value !== undefined) return [{ value, text }];
      const { topic, partition, offset } = message;
      this.log.warn({ topic, partition, offset, code: 'unreadable' }, 'message cannot be read');
      return [];
    });
  }
}

interface Said<T> {
  readonly value: T;
  /** As it came: its numbers are never parsed. */
  readonly text: string;
}

function parse<T extends object>(dto: new () => T, text: string): T | undefined {
  try {
    const checked = check(dto, JSON.parse(text));
    return checked.ok ? checked.value : undefined;
  } catch {
    return undefined;
  }
}

/** The last of a batch counts: a later answer of a revision is a later attempt. */
async function store(
  manager: EntityManager,
  side: 'request' | 'answer',
  said: readonly Said<Pick<QboRequest, 'tenant' | 'ref' | 'revision'>>[],
): Promise<void> {
  const last = new Map(said.map((one) => [JSON.stringify([one.value.tenant, one.value.ref, one.value.revision]), one]));
  const rows = [...last.values()];
  await manager.query(
    `insert into exchange (tenant, ref, revision, ${side})
     select * from unnest($1::text[], $2::text[], $3::int[], $4::text[])
     on conflict (tenant, ref, revision) do update set ${side} = excluded.${side}`,
    [
      rows.map(({ value }) => value.tenant),
      rows.map(({ value }) => value.ref),
      rows.map(({ value }) => value.revision),
      rows.map(({ text }) => text),
    ],
  );
}
