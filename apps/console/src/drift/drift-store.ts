import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { DriftCause, FieldDifference } from './compare';
import type { AccountLine } from './ledger';

/** One difference: a document, an account, or what a customer owes. Amounts are decimal strings. */
export interface DriftRow {
  readonly kind: 'document' | 'account' | 'customer';
  readonly cause: DriftCause;
  /** The record's ref, `Invoice/238` of one that nobody here knows, an account's id, a customer's. */
  readonly ref: string;
  readonly name: string | null;
  readonly quickbooks: { readonly type: string; readonly id: string } | null;
  readonly expected: string;
  readonly found: string;
  readonly difference: string;
  readonly fields: readonly FieldDifference[];
  /** Code of the reason that a held, waiting or skipped record shows. */
  readonly reason: string | null;
  readonly warnings: readonly string[];
}

export interface DriftResult {
  readonly documents: number;
  readonly differing: number;
  readonly byCause: Readonly<Partial<Record<DriftCause, number>>>;
  readonly accounts: readonly (AccountLine & { readonly name: string })[];
  /** Reads of QuickBooks, which Intuit meters. */
  readonly reads: number;
}

export interface DriftReport {
  readonly id: string;
  readonly tenant: string;
  readonly books: string;
  readonly askedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly state: 'running' | 'done' | 'failed';
  /** Why it failed; `stopped`: its process ended. */
  readonly code: string | null;
  /** Which one of its night, from 1. */
  readonly try: number;
  /** When a night's failed one is tried again at the earliest; null: it is not. */
  readonly nextTryAt: Date | null;
  readonly result: DriftResult;
}

/** What a report begins with. */
export type Begun = Pick<DriftReport, 'id' | 'tenant' | 'books' | 'askedBy'>;

export interface DriftRowPage {
  readonly rows: readonly DriftRow[];
  readonly next: string | null;
}

const NOTHING: DriftResult = { documents: 0, differing: 0, byCause: {}, accounts: [], reads: 0 };
const ROWS_AT_ONCE = 500;
/** Reports of a company that are kept with their rows, and what failed between them. */
const KEPT = 35;
/** A report that says nothing for so long has died with its process. */
const SILENT_S = 120;
/** A night's report that failed is tried so often in all, a quarter of an hour later at first, then twice as long each time. */
const TRIES = 5;
const FIRST_WAIT_S = 15 * 60;
/** How long after a try the next one is due. */
const WAIT = `make_interval(secs => ${FIRST_WAIT_S} * power(2, try - 1))`;

const COLUMNS = `id, tenant, books, asked_by as "askedBy", started_at as "startedAt", finished_at as "finishedAt",
                 state, code, try, case when night is not null and state = 'failed' and try < ${TRIES}
                                        then finished_at + ${WAIT} end as "nextTryAt", result`;

/** Drift reports and their rows. */
@Injectable()
export class DriftStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** False: one of this company is under way. */
  async begin(report: Begun): Promise<boolean> {
    await this.stopSilent(report.tenant);
    const rows: unknown[] = await this.dataSource.query(
      `insert into drift_report (id, tenant, books, asked_by, started_at, beat_at, state, result)
       values ($1, $2, $3, $4, clock_timestamp(), clock_timestamp(), 'running', $5)
       on conflict do nothing returning id`,
      [report.id, report.tenant, report.books, report.askedBy, JSON.stringify(NOTHING)],
    );
    return rows.length === 1;
  }

  /**
   * The report of a night, `YYYY-MM-DD`. False: one of this company is under way, the night's is there already, or it failed and its
   * next try is not due. Of two processes at once one begins it.
   */
  async beginNight(report: Begun, night: string): Promise<boolean> {
    await this.stopSilent(report.tenant);
    const rows: unknown[] = await this.dataSource.query(
      `insert into drift_report (id, tenant, books, asked_by, night, try, started_at, beat_at, state, result)
       select $1, $2, $3, $4, $5, coalesce(max(try), 0) + 1, clock_timestamp(), clock_timestamp(), 'running', $6
         from drift_report where tenant = $2 and books = $3 and night = $5
       having count(*) = 0
           or bool_and(state = 'failed' and try < ${TRIES} and finished_at + ${WAIT} <= clock_timestamp())
       on conflict do nothing returning id`,
      [report.id, report.tenant, report.books, report.askedBy, night, JSON.stringify(NOTHING)],
    );
    return rows.length === 1;
  }

  /** Still at work. False: it was silent for so long that it was taken for ended. */
  async beat(id: string): Promise<boolean> {
    const [, beaten] = (await this.dataSource.query(
      `update drift_report set beat_at = clock_timestamp() where id = $1 and state = 'running'`,
      [id],
    )) as [unknown, number];
    return beaten === 1;
  }

  async addRows(id: string, rows: readonly DriftRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const some = rows.slice(at, at + ROWS_AT_ONCE);
      await this.dataSource.query(
        `insert into drift_row (report_id, kind, cause, row)
         select $1, r.row ->> 'kind', r.row ->> 'cause', r.row from jsonb_array_elements($2::jsonb) with ordinality as r (row, place)
          order by r.place`,
        [id, JSON.stringify(some)],
      );
    }
  }

  async finish(id: string, tenant: string, result: DriftResult): Promise<void> {
    await this.end(id, 'done', null, result);
    await this.dataSource.query(
      `delete from drift_report where tenant = $1 and position <=
         (select position from drift_report where tenant = $1 and state = 'done' order by position desc offset $2 limit 1)`,
      [tenant, KEPT],
    );
  }

  async fail(id: string, code: string): Promise<void> {
    await this.end(id, 'failed', code, NOTHING);
  }

  async newest(tenant: string, books: string): Promise<DriftReport | null> {
    const rows: DriftReport[] = await this.dataSource.query(
      `select ${COLUMNS} from drift_report where tenant = $1 and books = $2 order by position desc limit 1`,
      [tenant, books],
    );
    return rows[0] ?? null;
  }

  /** The newest of those that were done; null: none was. */
  async newestDone(tenant: string, books: string): Promise<DriftReport | null> {
    const rows: DriftReport[] = await this.dataSource.query(
      `select ${COLUMNS} from drift_report where tenant = $1 and books = $2 and state = 'done' order by position desc limit 1`,
      [tenant, books],
    );
    return rows[0] ?? null;
  }

  async byId(tenant: string, id: string): Promise<DriftReport | null> {
    const rows: DriftReport[] = await this.dataSource.query(
      `select ${COLUMNS} from drift_report where tenant = $1 and id = $2`,
      [tenant, id],
    );
    return rows[0] ?? null;
  }

  /** Rows of a report in the order they were found, after this position. */
  async rows(id: string, after: string | null, limit: number): Promise<DriftRowPage> {
    const found: { position: string; row: DriftRow }[] = await this.dataSource.query(
      `select position, row from drift_row where report_id = $1 and position > $2 order by position limit $3`,
      [id, after ?? '0', limit + 1],
    );
    const rows = found.slice(0, limit);
    return { rows: rows.map(({ row }) => row), next: found.length > limit ? (rows.at(-1)?.position ?? null) : null };
  }

  private async stopSilent(tenant: string): Promise<void> {
    await this.dataSource.query(
      `update drift_report set state = 'failed', code = 'stopped', finished_at = clock_timestamp()
        where tenant = $1 and state = 'running' and beat_at < clock_timestamp() - make_interval(secs => $2)`,
      [tenant, SILENT_S],
    );
  }

  private async end(id: string, state: DriftReport['state'], code: string | null, result: DriftResult): Promise<void> {
    await this.dataSource.query(
      `update drift_report set state = $2, code = $3, result = $4, finished_at = clock_timestamp()
        where id = $1 and state = 'running'`,
      [id, state, code, JSON.stringify(result)],
    );
  }
}
