import type { EntityManager } from 'typeorm';
import type { BackfillPlan, BackfillResult } from './backfill/plan';
import { RunEntity, type RunState } from './run.entity';

/** Statements on runs. */

/** Null: no such run of this company. */
export function selectRun(manager: EntityManager, tenant: string, id: string): Promise<RunEntity | null> {
  return manager.getRepository(RunEntity).findOneBy({ tenant, id });
}

/** The newest first, below a position. */
export function selectRuns(
  manager: EntityManager,
  tenant: string,
  before: string | null,
  limit: number,
): Promise<RunEntity[]> {
  const runs = manager.getRepository(RunEntity).createQueryBuilder('run').where('run.tenant = :tenant', { tenant });
  if (before !== null) runs.andWhere('run.position < :before', { before });
  return runs.orderBy('run.position', 'DESC').limit(limit).getMany();
}

/** Runs something is left to be done of, now this process's for half a minute more; another's are skipped. */
export async function leaseRuns(manager: EntityManager, process: string): Promise<readonly RunEntity[]> {
  const [rows] = (await manager.query(
    `update run set leased_by = $1, leased_until = clock_timestamp() + interval '30 seconds'
      where id in (select id from run
                    where working and (leased_by = $1 or leased_until is null or leased_until < clock_timestamp())
                      for update skip locked)
      returning id`,
    [process],
  )) as [{ id: string }[], number];
  const ids = rows.map(({ id }) => id);
  return ids.length === 0
    ? []
    : manager.getRepository(RunEntity).createQueryBuilder('run').whereInIds(ids).orderBy('run.position').getMany();
}

/** Gives up what this process has: another goes on at once. */
export async function releaseRuns(manager: EntityManager, process: string): Promise<void> {
  await manager.query(`update run set leased_until = null where leased_by = $1`, [process]);
}

/** False: it is another process's by now, or it is not there any more. */
export async function keepLease(manager: EntityManager, id: string, process: string): Promise<boolean> {
  const [, kept] = (await manager.query(
    `update run set leased_until = clock_timestamp() + interval '30 seconds' where id = $1 and leased_by = $2`,
    [id, process],
  )) as [unknown, number];
  return kept === 1;
}

export async function updatePlanned(
  manager: EntityManager,
  id: string,
  plan: BackfillPlan,
  plannedOf: string,
): Promise<void> {
  await manager.query(
    `update run set state = 'ready', plan = $2, planned_of = $3, working = false where id = $1 and state = 'planning'`,
    [id, JSON.stringify(plan), plannedOf],
  );
}

export async function updateFailed(manager: EntityManager, id: string, fault: object): Promise<void> {
  await manager.query(
    `update run set state = 'failed', fault = $2, working = false, ended_at = clock_timestamp()
      where id = $1 and state = 'planning'`,
    [id, JSON.stringify(fault)],
  );
}

/** False: it was in another state meanwhile. */
export async function updateState(
  manager: EntityManager,
  id: string,
  from: readonly RunState[],
  to: RunState,
): Promise<boolean> {
  const [, moved] = (await manager.query(
    `update run set state = $3, working = true,
            started_at = case when $3 = 'running' then coalesce(started_at, clock_timestamp()) else started_at end,
            total = (select count(*) from run_record where run_id = $1 and choice in ('take', 'link'))
      where id = $1 and state = any($2::text[])`,
    [id, from, to],
  )) as [unknown, number];
  return moved === 1;
}

/** Nothing is left of it: what came of it is kept as it stands now. */
export async function updateOver(manager: EntityManager, id: string, result: BackfillResult): Promise<void> {
  await manager.query(
    `update run set state = case when state = 'running' then 'done' else state end,
            working = false, ended_at = clock_timestamp(), result = $2
      where id = $1 and state in ('running', 'cancelled')`,
    [id, JSON.stringify(result)],
  );
}

/** All that was handed over has ended: nothing to look for until it goes on. */
export async function updateResting(manager: EntityManager, id: string): Promise<void> {
  await manager.query(`update run set working = false where id = $1 and state = 'paused'`, [id]);
}
