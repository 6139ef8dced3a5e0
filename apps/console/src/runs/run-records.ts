import type { EntityManager } from 'typeorm';
import { RunRecordEntity } from './run-record.entity';
import { type Choice, ORDER, type Planned } from './backfill/plan';

/** Statements on the records of a run. */

export async function insertRecords(manager: EntityManager, run: string, planned: readonly Planned[]): Promise<void> {
  const rows = planned.map(({ kind, record, finding, choice, candidates }) => ({
    ...{
      ref: record.ref,
      rank: ORDER.indexOf(kind),
      day: record.date,
      number: record.number,
      party: record.party,
      amount: record.amount,
    },
    ...{ finding, choice, candidates, code: record.code },
  }));
  await manager.query(
    `insert into run_record (run_id, ref, rank, day, number, party, amount, finding, code, candidates, choice)
     select $1, ref, rank, day, number, party, amount, finding, code, candidates, choice
       from jsonb_to_recordset($2::jsonb) as r (
         ref text, rank int, day text, number text, party text, amount numeric, finding text, code text,
         candidates jsonb, choice text)
     on conflict (run_id, ref) do nothing`,
    [run, JSON.stringify(rows)],
  );
}

export interface RecordsPage {
  /** Empty: all of them. */
  readonly findings: readonly string[];
  /** The ref to go on after. */
  readonly after: string | null;
  readonly limit: number;
}

export function selectRecords(
  manager: EntityManager,
  run: string,
  { findings, after, limit }: RecordsPage,
): Promise<RunRecordEntity[]> {
  const records = manager
    .getRepository(RunRecordEntity)
    .createQueryBuilder('record')
    .where('record.run_id = :run', { run });
  if (findings.length > 0) records.andWhere('record.finding in (:...findings)', { findings });
  if (after !== null) records.andWhere('record.ref > :after', { after });
  return records.orderBy('record.ref').limit(limit).getMany();
}

export async function deleteRecords(manager: EntityManager, run: string): Promise<void> {
  await manager.query(`delete from run_record where run_id = $1`, [run]);
}

export interface Word {
  readonly choice: Exclude<Choice, 'take'>;
  /** Null: all of which number, customer and total agree. */
  readonly refs: readonly string[] | null;
  /** Which of several it is. */
  readonly quickbooksId: string | null;
}

/** A person's word on records QuickBooks may have; one with several candidates is linked only with one that is named. */
export async function updateChoices(manager: EntityManager, run: string, word: Word): Promise<number> {
  const { choice, refs, quickbooksId } = word;
  const [, changed] = (await manager.query(
    `update run_record
        set choice = $2, candidates = case when $4::text is null then candidates else jsonb_build_array($4) end
      where run_id = $1
        and case when $3::text[] is null then finding = 'duplicate'
                 else finding in ('duplicate', 'differs') and ref = any($3::text[]) end
        and ($2 = 'leave' or (case when $4::text is null then jsonb_array_length(candidates) = 1 else candidates ? $4 end))`,
    [run, choice, refs, quickbooksId],
  )) as [unknown, number];
  return changed;
}

export interface Counts {
  /** To be taken in, or linked. */
  readonly total: number;
  readonly undecided: number;
  readonly handed: number;
  readonly open: number;
  readonly ended: number;
  /** Ended within the last minute. */
  readonly lately: number;
}

export async function selectCounts(manager: EntityManager, run: string): Promise<Counts> {
  const rows: Record<keyof Counts, string>[] = await manager.query(
    `select count(*) filter (where choice in ('take', 'link')) as total,
            count(*) filter (where choice is null) as undecided,
            count(*) filter (where handed_at is not null) as handed,
            count(*) filter (where handed_at is not null and ended is null) as open,
            count(*) filter (where ended is not null) as ended,
            count(*) filter (where ended_at > clock_timestamp() - interval '1 minute') as lately
       from run_record where run_id = $1`,
    [run],
  );
  const [row] = rows;
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]),
  ) as unknown as Counts;
}

export interface NextRecord {
  readonly ref: string;
  readonly rank: number;
  readonly choice: Choice;
  readonly quickbooksId: string | null;
}

/** The next ones to hand over, in their order. */
export async function selectNext(manager: EntityManager, run: string, limit: number): Promise<readonly NextRecord[]> {
  return manager.query(
    `select ref, rank, choice, candidates ->> 0 as "quickbooksId" from run_record
      where run_id = $1 and handed_at is null and choice in ('take', 'link')
      order by rank, day, ref limit $2`,
    [run, limit],
  );
}

export async function updateHanded(manager: EntityManager, run: string, refs: readonly string[]): Promise<void> {
  await manager.query(
    `update run_record set handed_at = clock_timestamp() where run_id = $1 and ref = any($2::text[])`,
    [run, refs],
  );
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
 *   skipped before_cutover                                       not taken in yet; given up after 15 minutes
 *   waiting for a setting, or for one that rests unposted        `waiting`: it goes by itself when that is mended
 */
export async function endRecords(manager: EntityManager, tenant: string, run: string): Promise<number> {
  const [, ended] = (await manager.query(
    `update run_record r set ended = e.ended, ended_at = clock_timestamp()
       from (
         select o.ref,
                case
                  when l.state = 'skipped' and l.reason ->> 'code' = 'before_cutover' then
                    case when o.handed_at < clock_timestamp() - interval '15 minutes' then 'not taken in' end
                  when l.state in ('synced', 'synced with warnings', 'needs attention', 'dismissed', 'skipped') then l.state
                  when l.state = 'waiting' and l.reason ->> 'code' = 'setting_off' then 'waiting'
                  when l.state = 'waiting' and exists (
                    select from log_row p
                     where p.tenant = $2 and p.ref = l.waits_on
                       and (p.state in ('needs attention', 'dismissed')
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
