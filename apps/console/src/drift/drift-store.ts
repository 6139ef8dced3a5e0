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
  readonly code: string | null;
  readonly result: DriftResult;
}

export interface DriftRowPage {
  readonly rows: readonly DriftRow[];
  readonly next: string | null;
}

const NOTHING: DriftResult = { documents: 0, differing: 0, byCause: {}, accounts: [], reads: 0 };
const ROWS_AT_ONCE = 500;
/** Reports of a company that are kept with their rows. */
const KEPT = 35;
/** A report that says nothing for so long has died with its process. */
const SILENT_S = 120;

const COLUMNS = `id, tenant, books, asked_by as "askedBy", started_at as "startedAt", finished_at as "finishedAt",
                 state, code, result`;

/** Drift reports and their rows. */
@Injectable()
export class DriftStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** False: one of this company is under way, or the night's is there already. */
  async begin(
    report: Pick<DriftReport, 'id' | 'tenant' | 'books' | 'askedBy'>,
    night: string | null,
  ): Promise<boolean> {
    const { id, tenant, books, askedBy } = report;
    await this.dataSource.query(
      `update drift_report set state = 'failed', code = 'stopped', finished_at = clock_timestamp()
        where tenant = $1 and state = 'running' and beat_at < clock_timestamp() - make_interval(secs => $2)`,
      [tenant, SILENT_S],
    );
    const rows: unknown[] = await this.dataSource.query(
      `insert into drift_report (id, tenant, books, asked_by, night, started_at, beat_at, state, result)
       values ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp(), 'running', $6)
       on conflict do nothing returning id`,
      [id, tenant, books, askedBy, night, JSON.stringify(NOTHING)],
    );
    return rows.length === 1;
  }

  async beat(id: string): Promise<void> {
    await this.dataSource.query(`update drift_report set beat_at = clock_timestamp() where id = $1`, [id]);
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
         (select position from drift_report where tenant = $1 order by position desc offset $2 limit 1)`,
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

  private async end(id: string, state: DriftReport['state'], code: string | null, result: DriftResult): Promise<void> {
    await this.dataSource.query(
      `update drift_report set state = $2, code = $3, result = $4, finished_at = clock_timestamp() where id = $1`,
      [id, state, code, JSON.stringify(result)],
    );
  }
}
