import type { BackfillRecord } from '@qbo-sync/contracts/internal/backfill';
import { STAGES, type RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { Database } from '@qbo-sync/eventstore/pool';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { DataSource } from 'typeorm';
import { LogWriter } from '../../log/log-writer';
import { RunEntity, type RunState } from '../run.entity';
import { RunRecordEntity } from '../run-record.entity';
import { type Counts, insertRecords, selectCounts } from '../run-records';
import { leaseRuns, selectRun, updateState } from '../run-store';
import { BackfillWork } from './backfill-work';
import type { MostUnderWay } from './pacing';
import { foundOf, type Planned } from './plan';

const PAGE = 1_000;

/** The console's own part in a backfill, over a database with its tables: statements, pacing, log. */
export class RunsRig {
  readonly #log = new LogWriter();
  readonly #work: BackfillWork;

  private constructor(
    readonly dataSource: DataSource,
    private readonly tenant: string,
    send: (messages: readonly OutgoingMessage[]) => Promise<void>,
  ) {
    this.#work = new BackfillWork(dataSource, { send, close: () => Promise.resolve() });
  }

  static async open(options: {
    databaseUrl: string;
    tenant: string;
    send: (messages: readonly OutgoingMessage[]) => Promise<void>;
  }): Promise<RunsRig> {
    const { databaseUrl: url, tenant, send } = options;
    const entities = [RunEntity, RunRecordEntity];
    const dataSource = new DataSource({ type: 'postgres', url, entities, poolSize: 4 });
    return new RunsRig(await dataSource.initialize(), tenant, send);
  }

  /** Its connections. */
  get pool(): Database {
    return (this.dataSource.driver as unknown as { readonly master: Database }).master;
  }

  /** A run whose plan found these invoices, and that was started. */
  async begin(id: string, invoices: readonly { readonly ref: string; readonly date: string }[]): Promise<void> {
    const { manager } = this.dataSource;
    const spec = { from: '2023-11-01', customers: false, items: false, invoices: true, payments: false };
    const run = manager.create(RunEntity, {
      ...{ id, tenant: this.tenant, kind: 'backfill', spec, state: 'ready', by: 'operator', why: null },
      ...{ madeAt: new Date(), plan: null, plannedOf: null, total: 0, startedAt: null, endedAt: null },
      ...{ result: null, fault: null, working: false },
    });
    await manager.insert(RunEntity, run);
    for (let at = 0; at < invoices.length; at += PAGE) {
      const planned = invoices.slice(at, at + PAGE).map((invoice): Planned => {
        const record: BackfillRecord = { ...invoice, comes: 'write' };
        return { kind: 'invoices', record, ...foundOf(record, undefined) };
      });
      await insertRecords(manager, id, planned);
    }
    await this.move(id, 'ready', 'running');
  }

  /** As a person does it. */
  async move(id: string, from: RunState, to: RunState): Promise<void> {
    if (!(await updateState(this.dataSource.manager, id, [from], to))) throw new Error(`${id} is not ${from}`);
  }

  /** A second of the driver's. `meanwhile` happens after it looked at its runs. */
  async step(underWay?: MostUnderWay, meanwhile?: () => Promise<void>): Promise<void> {
    const runs = await leaseRuns(this.dataSource.manager, 'rig');
    await meanwhile?.();
    for (const run of runs) await this.#work.advance(run, underWay);
  }

  async counts(id: string): Promise<Counts> {
    return selectCounts(this.dataSource.manager, id);
  }

  async run(id: string): Promise<RunEntity> {
    const run = await selectRun(this.dataSource.manager, this.tenant, id);
    if (run === null) throw new Error(`no run ${id}`);
    return run;
  }

  /** What the owning service says of records: left out as older than go-live, or in QuickBooks. */
  async say(refs: readonly string[], state: 'skipped' | 'synced'): Promise<void> {
    const at = new Date().toISOString();
    const said = refs.map((ref): RecordActivity => ({
      ...{ kind: 'record', tenant: this.tenant, ref, attempt: 1, stage: STAGES.settled, at, state, events: [] },
      ...(state === 'skipped' ? { revision: 1, reason: { code: 'before_cutover' } } : { revision: 2 }),
    }));
    for (let from = 0; from < said.length; from += PAGE) {
      await this.dataSource.transaction((manager) => this.#log.write(manager, said.slice(from, from + PAGE)));
    }
  }
}
