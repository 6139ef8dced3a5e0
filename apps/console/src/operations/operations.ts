import { Inject, Injectable } from '@nestjs/common';
import type {
  OperationActivity,
  RedecideActivity,
  ReplayActivity,
  WouldChange,
} from '@qbo-sync/contracts/sync/activity';
import { DataSource, type EntityManager } from 'typeorm';

/** An operator's command in one service, as it stands. */
export type Operation = (Omit<ReplayActivity, 'kind' | 'wouldChange'> | Omit<RedecideActivity, 'kind'>) & {
  /** Dry runs: how many streams would change. */
  readonly wouldChangeCount: number;
};

const MOST = 100;

/** What operators' commands have come to. */
@Injectable()
export class Operations {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** The newest of one kind, in every service each. */
  async list(operation: OperationActivity['operation']): Promise<Operation[]> {
    const rows: { activity: OperationActivity; count: number }[] = await this.dataSource.query(
      `select activity, jsonb_array_length(would_change) as count from operation
        where activity ->> 'operation' = $2 order by at desc, service limit $1`,
      [MOST, operation],
    );
    return rows.map(({ activity, count }) => operationOf(activity, count));
  }

  /** One command with what a dry run would change; empty: there is none. */
  async of(commandId: string): Promise<(Operation & { readonly wouldChange: readonly WouldChange[] })[]> {
    const rows: { activity: OperationActivity; would: WouldChange[] }[] = await this.dataSource.query(
      `select activity, would_change as would from operation where command_id = $1 order by service`,
      [commandId],
    );
    return rows.map(({ activity, would }) => ({ ...operationOf(activity, would.length), wouldChange: would }));
  }
}

/** Each message says the whole so far but what would change: that is told once. */
export async function storeOperation(manager: EntityManager, activity: OperationActivity): Promise<void> {
  const { wouldChange = [], ...rest } = { wouldChange: undefined, ...activity };
  await manager.query(
    `insert into operation as o (command_id, service, tenant, at, activity, would_change) values ($1, $2, $3, $4, $5, $6)
     on conflict (command_id, service) do update
        set at = greatest(o.at, excluded.at), would_change = o.would_change || excluded.would_change,
            activity = case when o.at <= excluded.at then excluded.activity else o.activity end`,
    [rest.commandId, rest.service, rest.tenant, rest.at, JSON.stringify(rest), JSON.stringify(wouldChange)],
  );
}

function operationOf({ kind: _kind, ...activity }: OperationActivity, wouldChangeCount: number): Operation {
  return { ...activity, wouldChangeCount };
}
