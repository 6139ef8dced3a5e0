import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { LogRowEntity } from './log-row.entity';

/** Whose rows: a company's, or those of no company that was made here. */
export type LogScope = { readonly tenant: string } | { readonly tenant: null };

export interface LogFilter {
  readonly states: readonly string[];
  readonly entities: readonly string[];
  readonly q: string | null;
  /** RFC 3339 or a day; on the event's time. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface LogPage {
  readonly rows: readonly LogRowEntity[];
  readonly next: string | null;
  /** Null when there are more than are worth counting. */
  readonly total: number | null;
}

export interface LogCounts {
  readonly byState: Readonly<Record<string, number>>;
  readonly byEntity: Readonly<Record<string, number>>;
  readonly byCause: Readonly<Record<string, number>>;
}

const MOST_COUNTED = 10_000;

/** Reads the log: newest arrival first, page by page from a position on. */
@Injectable()
export class LogQuery {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async page(scope: LogScope, filter: LogFilter, limit: number, before: string | null): Promise<LogPage> {
    const found = await this.select(scope, filter, before)
      .orderBy('row.position', 'DESC')
      .limit(limit + 1)
      .getMany();
    const rows = found.slice(0, limit);
    const next = found.length > limit ? (rows.at(-1)?.position ?? null) : null;
    return { rows, next, total: await this.total(scope, filter) };
  }

  /** Null: no such row of this company. */
  row(tenant: string, id: string): Promise<LogRowEntity | null> {
    return this.dataSource.getRepository(LogRowEntity).findOneBy({ tenant, id });
  }

  /** Other rows of the same record, the newest 50. */
  async related(row: LogRowEntity): Promise<readonly string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `select id from log_row where tenant = $1 and ref = $2 and id <> $3 order by position desc limit 50`,
      [row.tenant, row.ref, row.id],
    );
    return rows.map(({ id }) => id);
  }

  async counts(tenant: string): Promise<LogCounts> {
    const rows: { state: string; entity: string | null; cause: string | null; count: string }[] =
      await this.dataSource.query(
        `select state, entity, reason ->> 'code' as cause, count(*) as count
         from log_row where tenant = $1 group by 1, 2, 3`,
        [tenant],
      );
    const sum = (key: 'state' | 'entity' | 'cause'): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const row of rows) {
        const name = row[key];
        if (name !== null) counts[name] = (counts[name] ?? 0) + Number(row.count);
      }
      return counts;
    };
    return { byState: sum('state'), byEntity: sum('entity'), byCause: sum('cause') };
  }

  private async total(scope: LogScope, filter: LogFilter): Promise<number | null> {
    const some = this.select(scope, filter, null)
      .select('1')
      .limit(MOST_COUNTED + 1);
    const [text, params] = some.getQueryAndParameters();
    const [row] = (await this.dataSource.query(`select count(*) as count from (${text}) as found`, params)) as [
      { count: string },
    ];
    return Number(row.count) > MOST_COUNTED ? null : Number(row.count);
  }

  private select(scope: LogScope, filter: LogFilter, before: string | null): SelectQueryBuilder<LogRowEntity> {
    const query = this.dataSource.getRepository(LogRowEntity).createQueryBuilder('row');
    if (scope.tenant === null) query.where(NO_COMPANY);
    else query.where('row.tenant = :tenant', { tenant: scope.tenant });
    if (before !== null) query.andWhere('row.position < :before', { before });
    if (filter.states.length > 0) query.andWhere('row.state in (:...states)', { states: filter.states });
    if (filter.entities.length > 0) query.andWhere('row.entity in (:...entities)', { entities: filter.entities });
    if (filter.from !== null) query.andWhere('row.occurred_at >= :from', { from: filter.from });
    if (filter.to !== null) query.andWhere('row.occurred_at < :to', { to: filter.to });
    if (filter.q !== null) search(query, filter.q);
    return query;
  }
}

/** Rows of no tenant, and of tenants for whom no company was made. */
const NO_COMPANY = `(row.tenant is null or not exists (
  select from stream s where s.tenant = row.tenant and s.ref = 'settings:' || row.tenant and s.version > 0))`;

/** `#238` is a QuickBooks id; anything else an exact id, the start of a number, or part of a name. */
function search(query: SelectQueryBuilder<LogRowEntity>, q: string): void {
  if (q.startsWith('#')) {
    query.andWhere(`row.quickbooks ->> 'id' = :quickbooksId`, { quickbooksId: q.slice(1) });
    return;
  }
  const text = q.replace(/[\\%_]/g, '\\$&');
  query.andWhere(
    `(:q in (row.event_id, row.record_id, row.ref, row.id, substr(row.traceparent, 4, 32))
      or row.number ilike :start or row.party ilike :part)`,
    { q, start: `${text}%`, part: `%${text}%` },
  );
}
