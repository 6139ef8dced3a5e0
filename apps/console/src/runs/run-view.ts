import type { ReasonCode } from '@qbo-sync/contracts/reasons';
import { codedOf } from '../log/row-view';
import type { RunDto, RunRecordDto } from './run.dto';
import type { RunEntity } from './run.entity';
import type { RunRecordEntity } from './run-record.entity';
import type { Counts } from './run-records';

/** Below this a rate says nothing: "working it out" (console.md §4). */
const SEEN_MS = 10_000;

export function runView(run: RunEntity, counts: Counts, now: Date): RunDto {
  const { result, fault, why, startedAt, endedAt } = run;
  const total = run.startedAt === null ? counts.total : run.total;
  const eta = etaSeconds(run, counts, total, now);
  return {
    ...{ id: run.id, kind: run.kind, state: run.state, spec: run.spec, plan: run.plan, undecided: counts.undecided },
    ...{ done: counts.ended, total, perMinute: counts.lately },
    ...(eta === undefined ? {} : { etaSeconds: eta }),
    ...(result === null ? {} : { result }),
    ...(fault === null ? {} : { fault }),
    by: run.by,
    ...(why === null ? {} : { why }),
    madeAt: run.madeAt.toISOString(),
    ...(startedAt === null ? {} : { startedAt: startedAt.toISOString() }),
    ...(endedAt === null ? {} : { endedAt: endedAt.toISOString() }),
  };
}

function etaSeconds(run: RunEntity, { ended, lately }: Counts, total: number, now: Date): number | undefined {
  if (run.state !== 'running' || run.startedAt === null || lately === 0) return undefined;
  const runs = now.getTime() - run.startedAt.getTime();
  if (runs < SEEN_MS) return undefined;
  const perMs = lately / Math.min(runs, 60_000);
  return Math.ceil((total - ended) / perMs / 1_000);
}

export function recordView(record: RunRecordEntity, currency: string): RunRecordDto {
  const { ref, day, number, party, amount, finding, code, candidates, choice, ended } = record;
  return {
    ...{ ref, day, finding, candidates, choice },
    ...(number === null ? {} : { number }),
    ...(party === null ? {} : { party }),
    ...(amount === null ? {} : { amount: { amount, currency } }),
    ...(code === null ? {} : { reason: codedOf({ code: code as ReasonCode }) }),
    ...(ended === null ? {} : { ended }),
  };
}
