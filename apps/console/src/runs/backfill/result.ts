import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import type { EntityManager } from 'typeorm';
import type { RunEntity } from '../run.entity';
import type { BackfillResult } from './plan';

/** What came of a run, as its records stand now. */
export async function resultOf(manager: EntityManager, run: RunEntity): Promise<BackfillResult> {
  const states: { state: string; count: string }[] = await manager.query(
    `select coalesce(ended, case when handed_at is null then 'left out' else 'under way' end) as state, count(*) as count
       from run_record where run_id = $1 group by 1 order by 1`,
    [run.id],
  );
  // QuickBooks' own total, as its newest answer shows it.
  const totals: { ours: string; theirs: string }[] = await manager.query(
    `select coalesce(sum(r.amount), 0)::text as ours, coalesce(sum(q.total), 0)::text as theirs
       from run_record r
       cross join lateral (
         select ((answer::json ->> 'record')::json ->> 'TotalAmt')::numeric as total from exchange
          where tenant = $2 and ref = r.ref and answer::json ->> 'record' is not null
          order by revision desc limit 1) q
      where r.run_id = $1 and r.ref like 'invoice:%' and r.ended in ('synced', 'synced with warnings')`,
    [run.id, run.tenant],
  );
  const currency = Object.values(run.plan?.totals ?? {})[0]?.currency ?? '';
  const money = (amount = '0'): BackfillResult['total'] => ({ amount: formatAmount(parseDecimal(amount)), currency });
  return {
    byState: Object.fromEntries(states.map(({ state, count }) => [state, Number(count)])),
    total: money(totals[0]?.ours),
    quickbooksTotal: money(totals[0]?.theirs),
  };
}
