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
    ...{ finding, choice, candidates, code: record.code, params: record.params },
  }));
  await manager.query(
    `insert into run_record (run_id, ref, rank, day, number, party, amount, finding, code, params, candidates, choice)
     select $1, ref, rank, day, number, party, amount, finding, code, params, candidates, choice
       from jsonb_to_recordset($2::jsonb) as r (
         ref text, rank int, day text, number text, party text, amount numeric, finding text, code text,
         params jsonb, candidates jsonb, choice text)
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
