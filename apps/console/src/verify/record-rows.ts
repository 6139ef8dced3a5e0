import { Inject, Injectable } from '@nestjs/common';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { RecordState } from '@qbo-sync/contracts/sync/activity';
import { DataSource } from 'typeorm';

/** A log row of a record, as far as Verify looks at it. */
export interface RecordRow {
  readonly id: string;
  readonly ref: string;
  readonly state: RecordState;
  readonly reason: Reason | null;
  readonly waitsOn: string | null;
  readonly party: string | null;
  readonly revision: number;
}

/** How records stand in the log: what their owners and the gateway have said of them. */
@Injectable()
export class RecordRows {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** All rows of these refs, the newest arrival first. */
  of(tenant: string, refs: readonly string[]): Promise<RecordRow[]> {
    return this.dataSource.query(
      `select id, ref, state, reason, waits_on as "waitsOn", party, revision from log_row
        where tenant = $1 and ref = any($2) order by position desc`,
      [tenant, refs],
    );
  }

  /** Run a Call's ids of the invoices last heard of. */
  async recentInvoices(tenant: string, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `select record_id as id from log_row where tenant = $1 and entity = 'invoice'
        group by record_id order by max(position) desc limit $2`,
      [tenant, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Codes of what the newest row of each record warns of, where it warns. */
  async warnings(tenant: string, refs: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows: { ref: string; codes: string[] }[] = await this.dataSource.query(
      `select ref, array(select w ->> 'code' from jsonb_array_elements(warnings) as w) as codes
         from (select distinct on (ref) ref, warnings from log_row where tenant = $1 and ref = any($2)
                order by ref, position desc) as newest
        where jsonb_array_length(warnings) > 0`,
      [tenant, refs],
    );
    return new Map(rows.map(({ ref, codes }) => [ref, codes]));
  }
}
