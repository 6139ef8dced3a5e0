import type { ExpectedBooks } from '@qbo-sync/sandbox/books/model';
import type { Prediction } from '@qbo-sync/sandbox/books/predictions';
import type { LogRow } from './console-api';
import { DayStopped } from './stopped';
import type { ConnectedCompany, World } from './world';

/** Rows that all rest, though not as predicted, may still be on their way to it: looked at this long without a change. */
const CALM_MS = 5_000;
/** Nothing moves any more: what is not at rest by now is named. */
const STUCK_MS = 120_000;
const POLL_MS = 700;
const MOST_NAMED = 20;

/** One event's row beside what the model says of it. */
export interface SettledEvent {
  readonly tenant: string;
  readonly eventId: string;
  readonly prediction: Prediction;
  readonly row: LogRow | undefined;
}

export type Standing = 'as predicted' | 'moving' | 'differs';

/** Waits, by the log alone, until every event of the expected books has come to rest. */
export async function settle(
  world: World,
  companies: readonly ConnectedCompany[],
  expected: readonly ExpectedBooks[],
  options: { readonly stuckMs?: number } = {},
): Promise<SettledEvent[]> {
  let before = '';
  let changedAt = Date.now();
  for (;;) {
    const events = await readStandings(companies, expected);
    const picture = JSON.stringify(events.map(({ row }) => [row?.state, row?.reason?.code]));
    if (picture !== before) changedAt = Date.now();
    before = picture;
    const count = (standing: Standing): number => events.filter((event) => standingOf(event) === standing).length;
    const [moving, differing] = [count('moving'), count('differs')];
    world.progress.live(`Settling: ${events.length - moving} of ${events.length} events at rest`);
    const calmMs = Date.now() - changedAt;
    if (moving === 0 && (differing === 0 || calmMs > CALM_MS)) return events;
    if (calmMs > (options.stuckMs ?? STUCK_MS)) throw new DayStopped(stuck(events));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Every expected event and its row as the log has it now. */
export async function readStandings(
  companies: readonly ConnectedCompany[],
  expected: readonly ExpectedBooks[],
): Promise<SettledEvent[]> {
  const events: SettledEvent[] = [];
  for (const { company, api } of companies) {
    const predictions =
      expected.find(({ tenant }) => tenant === company.id)?.predictions ?? new Map<string, Prediction>();
    const rows = new Map((await api.log(company.id)).map((row) => [row.eventId, row]));
    for (const [eventId, prediction] of predictions)
      events.push({ tenant: company.id, eventId, prediction, row: rows.get(eventId) });
  }
  return events;
}

export function standingOf({ prediction, row }: SettledEvent): Standing {
  if (row === undefined || row.state === 'sending') return 'moving';
  const reason = row.reason?.code;
  if (row.state === 'waiting')
    return prediction.state === 'waiting' && reason === prediction.reason ? 'as predicted' : 'moving';
  if (row.state === 'skipped' && prediction.orReplaced && reason === 'replaced') return 'as predicted';
  if (row.state === 'skipped' && prediction.orSkipped) return 'as predicted';
  if (row.state === prediction.orSynced) return 'as predicted';
  const withReason = prediction.state === 'skipped' || prediction.state === 'needs attention';
  return row.state === prediction.state && (!withReason || reason === prediction.reason) ? 'as predicted' : 'differs';
}

function stuck(events: readonly SettledEvent[]): string {
  const moving = events.filter((event) => standingOf(event) === 'moving');
  const named = moving.slice(0, MOST_NAMED).map(describe);
  return `Nothing moves any more, and ${moving.length} of ${events.length} events are not at rest:\n  ${named.join('\n  ')}`;
}

export function describe({ tenant, eventId, prediction, row }: SettledEvent): string {
  const found =
    row === undefined
      ? 'not in the log'
      : `${row.state}${row.reason === undefined ? '' : ` (${row.reason.code}: ${row.reason.text})`}`;
  const reason = prediction.reason === undefined ? '' : ` (${prediction.reason})`;
  return `${tenant} ${eventId} ${prediction.ref} ${row?.change ?? ''}: ${found}; predicted ${prediction.state}${reason}`;
}
