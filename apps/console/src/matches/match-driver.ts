import { randomUUID } from 'node:crypto';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { MatchApplied, MatchBegun, MatchLooked } from '@qbo-sync/contracts/internal/matches';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { DataSource } from 'typeorm';
import { GatewayClient } from '../connection/gateway-client';
import { ServiceClient } from '../connection/service-client';
import { LeasedWork, LetGo } from '../leases/leased-work';
import {
  insertWork,
  leaseWork,
  type MatchWork,
  type NewWork,
  releaseWork,
  updateDone,
  updateEnded,
} from './match-work';

const PAGE_ROWS = 1000;
const IDS_AT_ONCE = 100;
/** Inactive ones too. */
const ALL = 'Active in (true, false)';
/** One page of a thousand records, or the matching of all of a company's. */
const LONG_MS = 60_000;

/** Ends work before its end; `code` is shown. */
class WorkFailed extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'WorkFailed';
  }
}

/**
 * Reads QuickBooks' lists for Match and applies what was decided. Where it stands is in the database: what a process leaves
 * behind, another begins again. Begun again, a reading replaces what was read of it, and an Apply goes on with what is not
 * applied yet.
 */
@Injectable()
export class MatchDriver implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly process = randomUUID();
  private readonly work: LeasedWork<MatchWork>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
    @Inject(ServiceClient) private readonly services: ServiceClient,
    @Inject(LOG) private readonly log: Log,
  ) {
    const { manager } = dataSource;
    const leases = {
      lease: () => leaseWork(manager, this.process),
      release: () => releaseWork(manager, this.process),
      step: (work: MatchWork) => this.step(work),
    };
    this.work = new LeasedWork('match', leases, log);
  }

  onApplicationBootstrap(): void {
    this.work.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.work.stop();
  }

  /** False: something is under way already. */
  async begin(work: Omit<NewWork, 'id'>): Promise<boolean> {
    const isBegun = await insertWork(this.dataSource.manager, { ...work, id: `match_${randomUUID()}` }, this.process);
    if (isBegun) this.work.wake();
    return isBegun;
  }

  /** All of it, to its end. */
  private async step(work: MatchWork): Promise<void> {
    const { manager } = this.dataSource;
    try {
      await (work.does === 'reading' ? this.read(work) : this.apply(work));
      await updateEnded(manager, work.id, this.process, null);
    } catch (err) {
      if (err instanceof LetGo) throw err;
      this.log.warn({ err, tenant: work.tenant, kind: work.kind, does: work.does }, 'ended early');
      await updateEnded(manager, work.id, this.process, err instanceof WorkFailed ? err.code : 'failed_here');
    }
  }

  private async read(work: MatchWork): Promise<void> {
    let done = 0;
    await this.keep(work, done);
    const { readId, resources } = await this.tell<MatchBegun>(work, '/begin', {});
    for (const resource of resources) {
      for (let start = 1, taken = PAGE_ROWS; taken === PAGE_ROWS; start += taken) {
        const page = await this.query(work, `${resource} where ${ALL}`, start);
        ({ taken } = await this.tell<{ taken: number }>(work, '/page', { readId, resource, page }));
        await this.keep(work, (done += taken));
      }
    }
    await this.tell(work, '/match', { readId });
  }

  private async apply(work: MatchWork): Promise<void> {
    const { by } = work;
    let { done } = work;
    await this.keep(work, done);
    let page = await this.tell<MatchApplied>(work, '/apply', { by });
    for (;;) {
      await this.keep(work, (done += page.applied));
      const { next, look } = page;
      if (next === null) return;
      const looked = look === undefined ? {} : { looked: await this.look(work, look) };
      page = await this.tell<MatchApplied>(work, '/apply', { by, next, ...looked });
    }
  }

  /** The records that links are to be made to, as they are now: what was decided on them was decided earlier. */
  private async look(work: MatchWork, { resource, ids }: NonNullable<MatchApplied['look']>): Promise<MatchLooked> {
    const pages: string[] = [];
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      const list = ids.slice(at, at + IDS_AT_ONCE).map((id) => `'${id.replace(/\W/g, '')}'`);
      pages.push(await this.query(work, `${resource} where Id in (${list.join(', ')}) and ${ALL}`, 1));
    }
    return { ids: [...ids], pages };
  }

  private async keep({ id }: MatchWork, done: number): Promise<void> {
    if (this.work.stopped || !(await updateDone(this.dataSource.manager, id, this.process, done))) throw new LetGo();
  }

  private async query({ tenant }: MatchWork, from: string, start: number): Promise<string> {
    const statement = `select * from ${from} startposition ${start} maxresults ${PAGE_ROWS}`;
    const answer = await this.gateway.query(tenant, statement);
    if (!answer.ok) throw new WorkFailed(answer.code);
    return answer.value;
  }

  private async tell<Value>({ tenant, kind }: MatchWork, path: string, body: object): Promise<Value> {
    const call = { method: 'POST', path: `/matches${path}`, body, timeoutMs: LONG_MS } as const;
    const answer = await this.services.call<Value>(kind, tenant, call);
    if (!answer.ok) throw new WorkFailed(answer.code);
    return answer.value;
  }
}
