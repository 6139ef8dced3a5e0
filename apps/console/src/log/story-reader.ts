import { Inject, Injectable } from '@nestjs/common';
import type { CompanyActivity, RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { traceIdOf } from '@qbo-sync/service/log';
import { DataSource } from 'typeorm';
import type { RawDto, StoryDto, TechnicalDto } from './log-dto';
import { LogQuery } from './log-query';
import type { LogRowEntity } from './log-row.entity';
import { rowView } from './row-view';
import { type Exchange, storyDiff, storySteps } from './story';

/** Everything the console knows of one row. */
@Injectable()
export class StoryReader {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(LogQuery) private readonly log: LogQuery,
  ) {}

  async story(row: LogRowEntity, condition: CompanyActivity | null): Promise<StoryDto> {
    const [messages, exchange, related] = await Promise.all([
      this.messages(row),
      this.exchange(row),
      this.log.related(row),
    ]);
    return {
      row: rowView(row, condition),
      steps: storySteps(messages),
      diff: storyDiff(exchange),
      related,
      technical: technical(row, exchange),
    };
  }

  async raw(row: LogRowEntity): Promise<RawDto> {
    const { request, answer } = await this.exchange(row);
    return { request, answer };
  }

  /** What was said of the row, and what the gateway said of its revisions. */
  private async messages(row: LogRowEntity): Promise<RecordActivity[]> {
    const messages: { message: RecordActivity }[] = await this.dataSource.query(
      `with own as (
         select revision, message from log_message
          where tenant = $1 and ref = $2 and $3 = any(string_to_array(said_of, ' ')))
       select message from own
       union all
       select message from log_message
        where tenant = $1 and ref = $2 and said_of = 'gateway' and revision in (select revision from own)`,
      [row.tenant, row.ref, row.id],
    );
    return messages.map(({ message }) => message);
  }

  private async exchange(row: LogRowEntity): Promise<Exchange> {
    const rows: Exchange[] = await this.dataSource.query(
      `select e.request, e.answer,
              (select b.answer from exchange b
                where b.tenant = e.tenant and b.ref = e.ref and b.revision < e.revision and b.answer is not null
                order by b.revision desc limit 1) as before
         from exchange e where e.tenant = $1 and e.ref = $2 and e.revision = $3`,
      [row.tenant, row.ref, row.registers.standing.place.revision],
    );
    return rows[0] ?? { request: null, answer: null, before: null };
  }
}

function technical(row: LogRowEntity, { answer }: Exchange): TechnicalDto {
  const traceId = traceIdOf(row.traceparent ?? undefined);
  const intuitTid = answer === null ? undefined : (JSON.parse(answer) as { intuitTid?: string }).intuitTid;
  const { event } = row.registers;
  return {
    ...(traceId === undefined ? {} : { traceId }),
    ...(intuitTid === undefined ? {} : { intuitTid }),
    ...(event === null ? {} : { topic: event.topic, partition: event.partition, offset: event.offset }),
    ...(row.settingsVersion === null ? {} : { settingsVersion: row.settingsVersion }),
  };
}
