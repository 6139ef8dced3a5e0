import type { Reason } from '@qbo-sync/contracts/reasons';
import type { DataSource } from 'typeorm';
import { csvLine } from '../http/csv';
import { codedOf } from '../log/row-view';
import type { RunEntity } from './run.entity';

const PAGE = 1_000;
const HEADER = [
  ...['record', 'date', 'number', 'customer', 'amount', 'finding', 'choice', 'state', 'reason', 'sentence'],
  ...['quickbooksId', 'quickbooksTotal'],
];

/** Every record of a run as it stands now, a page at a time: RFC 4180. */
export async function* resultCsv(dataSource: DataSource, run: RunEntity): AsyncGenerator<string> {
  yield csvLine(HEADER);
  for (let after = ''; ;) {
    const rows = await selectPage(dataSource, run, after);
    yield rows
      .map((row) =>
        csvLine([
          ...[row.ref, row.day, row.number, row.party, row.amount, row.finding, row.choice, row.state],
          ...[row.reason?.code ?? null, row.reason === null ? null : codedOf(row.reason).text],
          ...[row.quickbooks_id, row.quickbooks_total],
        ]),
      )
      .join('');
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.ref ?? after;
  }
}

type Row = Readonly<
  Record<'number' | 'party' | 'amount' | 'choice' | 'state' | 'quickbooks_id' | 'quickbooks_total', string | null> &
    Record<'ref' | 'day' | 'finding', string> & { reason: Reason | null }
>;

/** Of what was handed over the log says how it stands now; QuickBooks' total is its newest answer's. */
function selectPage(dataSource: DataSource, { id, tenant }: RunEntity, after: string): Promise<Row[]> {
  return dataSource.query(
    `select r.ref, r.day, r.number, r.party, r.amount::text, r.finding, r.choice,
            coalesce(l.state, 'left out') as state, 
            coalesce(l.reason, case when r.code is not null
                               then jsonb_build_object('code', r.code, 'params', coalesce(r.params, '{}')) end) as reason,
            l.quickbooks ->> 'id' as quickbooks_id, q.total::text as quickbooks_total
       from run_record r
       left join lateral (
         select state, reason, quickbooks from log_row
          where tenant = $2 and ref = r.ref and r.handed_at is not null order by revision desc, position desc limit 1) l on true
       left join lateral (
         select ((answer::json ->> 'record')::json ->> 'TotalAmt')::numeric as total from exchange
          where tenant = $2 and ref = r.ref and r.handed_at is not null and answer::json ->> 'record' is not null
          order by revision desc limit 1) q on true
      where r.run_id = $1 and r.ref > $3
      order by r.ref limit ${String(PAGE)}`,
    [id, tenant, after],
  );
}
