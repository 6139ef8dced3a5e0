import type { BackfillRecord } from '@qbo-sync/contracts/internal/backfill';
import { dayOf } from '@qbo-sync/money/zone';
import { decide } from './decide';
import type { StreamEvent } from './events';
import { isLeftOut } from './gate';
import type { Context, Rules } from './rules';
import type { State } from './stream-state';
import { viewOf } from './view';

/**
 * What a backfill would make of a record that go-live left out: its own decision, made now and thrown away. Undefined:
 * it is not left out.
 */
export function foresee<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  context: Context<Related>,
): BackfillRecord | undefined {
  const { latest, firstOccurredAt } = state;
  if (latest === undefined || context.settings === null || !isLeftOut(rules, state, context)) return undefined;
  const data = latest.data as Data;
  const taken = decide(
    rules,
    state,
    { kind: 'wanted', commandId: '', by: '', at: context.now, backfill: { run: '' } },
    context,
  );
  const { number, party, amount, currency } = rules.describe(viewOf<Data, Related>(state, context), context);
  const pays = rules.pays?.(data);
  return {
    ref: state.ref,
    date: rules.ownDate?.(data) ?? dayOf(firstOccurredAt ?? latest.event.occurredAt, context.settings.company.timeZone),
    ...(number === undefined ? {} : { number }),
    ...(party === undefined ? {} : { party }),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(pays === undefined ? {} : { pays }),
    ...whatComes(taken),
  };
}

const COMES = { Held: 'stop', Deferred: 'wait', Skipped: 'nothing' } as const;

function whatComes(events: readonly StreamEvent[]): Pick<BackfillRecord, 'comes' | 'code' | 'params'> {
  const stop = events.findLast(
    (event) => event.type === 'Held' || event.type === 'Deferred' || event.type === 'Skipped',
  );
  if (stop === undefined) return { comes: events.some(({ type }) => type === 'PushRequested') ? 'write' : 'nothing' };
  const { params } = stop.personal.reason;
  return { comes: COMES[stop.type], code: stop.data.code, ...(params === undefined ? {} : { params }) };
}
