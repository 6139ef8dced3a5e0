import type { EntityManager } from 'typeorm';
import type { MatchKind } from './matches.dto';

/** Statements on readings and applies of Match: one at a time of each company and kind. */

/** Renewed every second. */
const LEASE = `clock_timestamp() + interval '10 seconds'`;

export interface NewWork {
  readonly id: string;
  readonly tenant: string;
  readonly kind: MatchKind;
  readonly does: 'reading' | 'applying';
  /** The person who asked for it. */
  readonly by: string;
}

/** `stopped`: nobody does it; whichever process looks next goes on with it. */
export interface MatchWork extends NewWork {
  readonly state: 'under way' | 'stopped' | 'done' | 'failed';
  /** Records of QuickBooks read, or of ours applied. */
  readonly done: number;
  /** Why it failed. */
  readonly failed: string | null;
}

const COLUMNS = `id, tenant, kind, does, by, done, failed,
  case when ended is not null then ended when leased_until > clock_timestamp() then 'under way' else 'stopped' end as state`;

/** False: one is under way. One that nobody does any more is replaced. */
export async function insertWork(manager: EntityManager, work: NewWork, process: string): Promise<boolean> {
  const begun: unknown[] = await manager.query(
    `insert into match_work as w (tenant, kind, id, does, by, begun_at, leased_by, leased_until)
     values ($1, $2, $3, $4, $5, clock_timestamp(), $6, ${LEASE})
     on conflict (tenant, kind) do update set
       id = excluded.id, does = excluded.does, by = excluded.by, done = 0, ended = null, failed = null,
       begun_at = excluded.begun_at, leased_by = excluded.leased_by, leased_until = excluded.leased_until
     where w.ended is not null or w.leased_until < clock_timestamp()
     returning id`,
    [work.tenant, work.kind, work.id, work.does, work.by, process],
  );
  return begun.length === 1;
}

/** What was begun last, of each kind of a company. */
export function selectWork(manager: EntityManager, tenant: string): Promise<readonly MatchWork[]> {
  return manager.query(`select ${COLUMNS} from match_work where tenant = $1 order by kind`, [tenant]);
}

/** Work that is not ended, now this process's for ten seconds more; another's is skipped. */
export async function leaseWork(manager: EntityManager, process: string): Promise<readonly MatchWork[]> {
  const [rows] = (await manager.query(
    `update match_work set leased_by = $1, leased_until = ${LEASE}
      where id in (select id from match_work
                    where ended is null and (leased_by = $1 or leased_until < clock_timestamp())
                      for update skip locked)
      returning ${COLUMNS}`,
    [process],
  )) as [MatchWork[], number];
  return rows;
}

/** Says how much is done by now. False: it is another process's, or another was begun. */
export async function updateDone(manager: EntityManager, id: string, process: string, done: number): Promise<boolean> {
  const [, kept] = (await manager.query(
    `update match_work set done = $3, leased_until = ${LEASE} where id = $1 and leased_by = $2 and ended is null`,
    [id, process, done],
  )) as [unknown, number];
  return kept === 1;
}

/** `failed`: why it ended early; null: it is whole. */
export async function updateEnded(
  manager: EntityManager,
  id: string,
  process: string,
  failed: string | null,
): Promise<void> {
  await manager.query(
    `update match_work set ended = case when $3::text is null then 'done' else 'failed' end, failed = $3
      where id = $1 and leased_by = $2 and ended is null`,
    [id, process, failed],
  );
}

/** Gives up what this process has: another goes on at once. */
export async function releaseWork(manager: EntityManager, process: string): Promise<void> {
  await manager.query(`update match_work set leased_until = clock_timestamp() where leased_by = $1 and ended is null`, [
    process,
  ]);
}
