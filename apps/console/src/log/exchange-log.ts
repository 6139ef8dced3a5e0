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

/** Keeps what was asked of QuickBooks and what it answered, for the story of a row. */
@Injectable()
export class ExchangeLog {
  constructor(
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async requests(manager: EntityManager, messages: readonly ConsumedMessage[]): Promise<void> {
    for (const message of messages) {
      const request = this.parse(QboRequest, message);
      if (request === undefined) continue;
      await manager.query(
        `insert into exchange (tenant, ref, revision, request) values ($1, $2, $3, $4)
         on conflict (tenant, ref, revision) do update set request = excluded.request`,
        [request.tenant, request.ref, request.revision, textOf(message)],
      );
    }
  }

  async answers(manager: EntityManager, messages: readonly ConsumedMessage[]): Promise<void> {
    for (const message of messages) {
      const answer = this.parse(QboAnswer, message);
      if (answer === undefined) continue;
      await manager.query(
        `insert into exchange (tenant, ref, revision, answer) values ($1, $2, $3, $4)
         on conflict (tenant, ref, revision) do update set answer = excluded.answer`,
        [answer.tenant, answer.ref, answer.revision, textOf(message)],
      );
      if (entityOf(answer.ref) === 'account' && answer.outcome === 'synced') await this.accountMade(answer);
    }
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

  private parse<T extends object>(dto: new () => T, message: ConsumedMessage): T | undefined {
    const { topic, partition, offset } = message;
    try {
      const checked = check(dto, JSON.parse(textOf(message)));
      if (checked.ok) return checked.value;
    } catch {
      // Falls through: not JSON is as unreadable as another shape.
    }
    this.log.warn({ topic, partition, offset, code: 'unreadable' }, 'message cannot be read');
    return undefined;
  }
}

const textOf = (message: ConsumedMessage): string => message.value?.toString('utf8') ?? '';
