import type { DriftRecord, DriftStream } from '@qbo-sync/contracts/internal/drift';
import { formatAmount, ZERO } from '@qbo-sync/money/decimal';
import { gateOf } from './gate';
import type { Context, Rules } from './rules';
import { linkKey, type State } from './stream-state';
import { viewOf } from './view';

/**
 * What of a stream should be in QuickBooks: every record it was last found right to have there, and, while it does not stand
 * as it should, how it stands and Run a Call's own figure. Undefined: nothing can be said of it (nobody told of it, its data
 * was erased, it is never posted, or not before it is paid, as the settings want it).
 */
export function driftOf<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  context: Context<Related>,
): DriftStream | undefined {
  if (rules.onlyShown === true) return undefined;
  const { latest } = state;
  const records = recordsOf(state, context.settings?.books ?? '');
  if ((latest === undefined || latest.erased) && records.length === 0) return undefined;
  const standing = standingOf(rules, state, context);
  if (records.length === 0 && standing.reason?.code === 'not_paid_yet') return undefined;
  const { number, amount } =
    latest === undefined || latest.erased
      ? state.summary
      : rules.describe(viewOf<Data, Related>(state, context), context);
  const data = (latest?.data ?? {}) as Said;
  const isVoid = state.facts.some(({ change }) => change === 'voided');
  const figure = isVoid && data.voidReason !== 'failed' && data.voidReason !== 'returned' ? formatAmount(ZERO) : amount;
  const date = latest === undefined || latest.erased ? undefined : rules.ownDate?.(latest.data as Data);
  return {
    ref: state.ref,
    nature: rules.nature,
    version: state.version,
    ...standing,
    ...optional('number', number),
    ...optional('amount', figure),
    ...optional('date', date),
    ...optional('customerId', data.customerId ?? data.payment?.customerId),
    ...(rules.entity === 'invoice' && !isVoid ? optional('balance', data.balance) : {}),
    ...(data.allocations === undefined ? {} : { pays: data.allocations.map(({ invoiceId }) => invoiceId) }),
    records,
  };
}

/** What documents of any entity may say. */
interface Said {
  readonly customerId?: string;
  readonly payment?: { readonly customerId: string };
  readonly balance?: string;
  readonly voidReason?: string;
  readonly allocations?: readonly { readonly invoiceId: string }[];
}

function standingOf<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  context: Context<Related>,
): Pick<DriftStream, 'standing' | 'reason'> {
  const gate = gateOf(rules, state, context);
  if (gate.gate !== 'open') return { standing: gate.gate === 'skip' ? 'skipped' : 'waiting', reason: gate.reason };
  const { stop, dismissed, unanswered, decided } = state;
  if (stop !== undefined) return { standing: stop.type === 'Held' ? 'held' : 'waiting', reason: stop.reason };
  if (dismissed !== undefined) return { standing: 'dismissed', reason: dismissed.reason };
  if (unanswered.length > 0) return { standing: 'waiting' };
  const skipped = decided?.reason;
  return skipped === undefined || skipped.code === 'unchanged'
    ? { standing: 'settled' }
    : { standing: 'skipped', reason: skipped };
}

/** By ref, what was last confirmed; what was only linked, or refused since, as it was asked for. */
function recordsOf({ asked, confirmed, links }: State, books: string): DriftRecord[] {
  return Object.keys({ ...asked, ...confirmed }).flatMap((ref) => {
    const quickbooksId = links[linkKey(books, ref)]?.id;
    const request = confirmed[ref] ?? asked[ref]?.request;
    if (quickbooksId === undefined || request === undefined || request.data.books !== books) return [];
    const { resource, kind } = request.data;
    const { body, expect } = request.personal;
    return { ref, resource, quickbooksId, removed: kind === 'remove', body, expect };
  });
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
