import type { ReasonCode } from '@qbo-sync/contracts/reasons';
import { reasonView } from '../log/row-view';
import type { RunDto, RunRecordDto } from './run.dto';
import type { RunEntity } from './run.entity';
import type { RunRecordEntity } from './run-record.entity';
import type { Counts } from './run-records';

/** Below this a rate says nothing: "working it out" (console.md §4). */
const SEEN_MS = 10_000;

export function runView(run: RunEntity, counts: Counts, now: Date): RunDto {
  const { result, fault, why, startedAt, endedAt } = run;
  const total = run.startedAt === null ? counts.total : run.total;
  const stopping = counts.open > 0 && (run.state === 'paused' || run.state === 'cancelled');
  const left = stopping ? counts.open : run.state === 'running' ? total - counts.ended : undefined;
  const eta = left === undefined ? undefined : etaSeconds(run, left, counts.lately, now);
  return {
    ...{ id: run.id, kind: run.kind, state: run.state, spec: run.spec, plan: run.plan, undecided: counts.undecided },
    ...{ done: counts.ended, underWay: counts.open, stopping, total, perMinute: run.working ? counts.lately : 0 },
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

/** Of so many records, at the pace of the last minute. */
function etaSeconds({ startedAt }: RunEntity, left: number, lately: number, now: Date): number | undefined {
  if (startedAt === null || lately === 0) return undefined;
  const runs = now.getTime() - startedAt.getTime();
  if (runs < SEEN_MS) return undefined;
  const perMs = lately / Math.min(runs, 60_000);
  return Math.ceil(left / perMs / 1_000);
}

export function recordView(record: RunRecordEntity, currency: string): RunRecordDto {
  const { ref, day, number, party, amount, finding, code, params, candidates, choice, ended } = record;
  return {
    ...{ ref, day, finding, candidates, choice },
    ...(number === null ? {} : { number }),
    ...(party === null ? {} : { party }),
    ...(amount === null ? {} : { amount: { amount, currency } }),
    ...(code === null ? {} : { reason: reasonView({ code: code as ReasonCode, params: params ?? {} }) }),
    ...(ended === null ? {} : { ended }),
  };
}
