import type { EntityManager } from 'typeorm';
import type { Choice } from './backfill/plan';

/** Statements on the records of a run from their handing over to their end. */

export interface NextRecord {
  readonly ref: string;
  readonly rank: number;
  readonly choice: Choice;
  readonly quickbooksId: string | null;
}

const NEXT = `ref, rank, choice, candidates ->> 0 as "quickbooksId"`;

/** The next ones to hand over, in their order. */
export async function selectNext(manager: EntityManager, run: string, limit: number): Promise<readonly NextRecord[]> {
  return manager.query(
    `select ${NEXT} from run_record
      where run_id = $1 and handed_at is null and choice in ('take', 'link')
      order by rank, day, ref limit $2`,
    [run, limit],
  );
}

/** Which of these are handed over now: none once the run was paused or cancelled. */
export async function updateHanded(
  manager: EntityManager,
  run: string,
  refs: readonly string[],
): Promise<ReadonlySet<string>> {
  const [handed] = (await manager.query(
    `with going as (select from run where id = $1 and state = 'running' for share)
     update run_record set handed_at = clock_timestamp()
      where run_id = $1 and ref = any($2::text[]) and handed_at is null and exists (select from going)
      returning ref`,
    [run, refs],
  )) as [{ ref: string }[], number];
  return new Set(handed.map(({ ref }) => ref));
}

/** Handed over by a process that ended before it noted their commands as sent: they may be, or not. */
export async function selectUnsent(manager: EntityManager, run: string, limit: number): Promise<readonly NextRecord[]> {
  return manager.query(
    `select ${NEXT} from run_record
      where run_id = $1 and handed_at is not null and sent_at is null and ended is null order by ref limit $2`,
    [run, limit],
  );
}

export async function updateSent(manager: EntityManager, run: string, refs: readonly string[]): Promise<void> {
  await manager.query(`update run_record set sent_at = clock_timestamp() where run_id = $1 and ref = any($2::text[])`, [
    run,
    refs,
  ]);
}

/** Open ones by their rank. */
export async function selectOpen(manager: EntityManager, run: string): Promise<ReadonlyMap<number, number>> {
  const rows: { rank: number; open: string }[] = await manager.query(
    `select rank, count(*) as open from run_record where run_id = $1 and handed_at is not null and ended is null group by rank`,
    [run],
  );
  return new Map(rows.map(({ rank, open }) => [rank, Number(open)]));
}

/**
 * Ends what was handed over and has come to rest, as the newest row of its ref says:
 *
 *   synced, with warnings, needs attention, dismissed, skipped   as it says
 *   skipped before_cutover                                       not taken in yet; given up 15 minutes after its command
 *   waiting for a setting, or for one that rests unposted        `waiting`: it goes by itself when that is mended
 *   waiting for one that this run leaves out                     `waiting`
 */
export async function endRecords(manager: EntityManager, tenant: string, run: string): Promise<number> {
  const [, ended] = (await manager.query(
    `update run_record r set ended = e.ended, ended_at = clock_timestamp()
       from (
         select o.ref,
                case
                  when l.state = 'skipped' and l.reason ->> 'code' = 'before_cutover' then
                    case when o.sent_at < clock_timestamp() - interval '15 minutes' then 'not taken in' end
                  when l.state in ('synced', 'synced with warnings', 'needs attention', 'dismissed', 'skipped') then l.state
                  when l.state = 'waiting' and l.reason ->> 'code' = 'setting_off' then 'waiting'
                  when l.state = 'waiting' and exists (
                    select from log_row p
                     where p.tenant = $2 and p.ref = l.waits_on
                       and (p.state in ('needs attention', 'dismissed')
                         or p.state = 'skipped' and not exists (
                           select from run_record w
                            where w.run_id = $1 and w.ref = p.ref and w.choice in ('take', 'link') and w.ended is null)
                         or p.state = 'waiting' and p.reason ->> 'code' = 'setting_off')) then 'waiting'
                end as ended
           from run_record o
           cross join lateral (
             select state, reason, waits_on from log_row
              where tenant = $2 and ref = o.ref order by revision desc, position desc limit 1) l
          where o.run_id = $1 and o.handed_at is not null and o.ended is null) e
      where r.run_id = $1 and r.ref = e.ref and e.ended is not null`,
    [run, tenant],
  )) as [unknown, number];
  return ended;
}
