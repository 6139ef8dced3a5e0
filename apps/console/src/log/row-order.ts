import type { EventInfo, RecordActivity, RecordState } from '@qbo-sync/contracts/sync/activity';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { sameJson, canonical } from '../same-json';
import type { RowKey } from './row-key';

/**
 * How the messages about one row become what it shows, whatever the order in which they arrive.
 *
 *   own       what the owning service said: for each field the value of the greatest (revision, attempt, stage)
 *   gateway   stages 2–4 of the same ref and revision: shown when greater than the service's own
 *   settled   the greatest synced revision of the ref: an unfinished row below it is `skipped: replaced`
 */
export interface Place {
  readonly revision: number;
  readonly attempt: number;
  readonly stage: number;
  /** Two messages of one place (waiting for this, then for that): the later counts. */
  readonly at: string;
}

export interface Standing {
  readonly state: RecordState;
  readonly reason: Reason | null;
  readonly warnings: readonly Reason[];
  readonly waitsOn: string | null;
  readonly retryAt: string | null;
}

interface Register<Value> {
  readonly place: Place;
  readonly value: Value;
}

const NAMED = [
  'number',
  'party',
  'amount',
  'currency',
  'quickbooks',
  'settingsVersion',
  'traceparent',
  'entity',
  'change',
] as const;
type Named = { readonly [K in (typeof NAMED)[number]]?: Register<NonNullable<RecordActivity[K]>> };

/** Everything an owning service said of one row. */
export interface Row {
  readonly id: string;
  readonly kind: RowKey['kind'];
  readonly tenant: string | null;
  readonly event: EventInfo | null;
  readonly ref: Register<string>;
  readonly standing: Register<Standing>;
  readonly named: Named;
  /** Earliest message: the time of a row without an event. */
  readonly firstAt: string;
}

/** What is known of a ref beside the row itself. */
export interface Around {
  /** The gateway's greatest message of the row's revision. */
  readonly gateway: Register<Standing> | null;
  /** The greatest revision of the ref that was synced. */
  readonly settled: Place | null;
}

export interface Shown extends Standing {
  readonly revision: number;
  readonly attempts: number;
  readonly settledAt: string | null;
}

/** Negative when `left` stands before `right`. */
export function comparePlaces(left: Place, right: Place): number {
  return (
    left.revision - right.revision ||
    left.attempt - right.attempt ||
    left.stage - right.stage ||
    Date.parse(left.at) - Date.parse(right.at)
  );
}

export function placeOf({ revision, attempt, stage, at }: RecordActivity): Place {
  return { revision, attempt, stage, at };
}

export function standingOf(activity: RecordActivity): Register<Standing> {
  return {
    place: placeOf(activity),
    value: {
      state: activity.state,
      reason: activity.reason ?? null,
      warnings: activity.warnings ?? [],
      waitsOn: activity.waitsOn ?? null,
      retryAt: activity.retryAt ?? null,
    },
  };
}

/** The row of one message. */
export function rowOf(key: RowKey, activity: RecordActivity): Row {
  const place = placeOf(activity);
  const named = Object.fromEntries(
    NAMED.filter((field) => activity[field] !== undefined).map((field) => [field, { place, value: activity[field] }]),
  ) as Named;
  return {
    id: key.id,
    kind: key.kind,
    tenant: activity.tenant,
    event: key.event,
    ref: { place, value: activity.ref },
    standing: standingOf(activity),
    named,
    firstAt: activity.at,
  };
}

/** Two rows of one id become one: commutative, associative, and the same twice is the same. */
export function mergeRows(left: Row, right: Row): Row {
  const named: Record<string, unknown> = { ...left.named };
  for (const field of NAMED) {
    const merged = later<unknown>(left.named[field], right.named[field]);
    if (merged !== undefined) named[field] = merged;
  }
  return {
    id: left.id,
    kind: left.kind,
    tenant: left.tenant,
    event: firstEvent(left.event, right.event),
    ref: later(left.ref, right.ref) ?? left.ref,
    standing: later(left.standing, right.standing) ?? left.standing,
    named: named as Named,
    firstAt: Date.parse(left.firstAt) <= Date.parse(right.firstAt) ? left.firstAt : right.firstAt,
  };
}

/** The greater of two registers; at one place the greater text, so that the order of arrival never matters. */
export function later<Value>(
  left: Register<Value> | undefined,
  right: Register<Value> | undefined,
): Register<Value> | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const order = comparePlaces(left.place, right.place);
  if (order !== 0) return order > 0 ? left : right;
  return sameJson(left.value, right.value) || canonical(left.value) > canonical(right.value) ? left : right;
}

const UNFINISHED: readonly RecordState[] = ['waiting', 'sending', 'needs attention'];

/** What the row shows. */
export function show(row: Row, { gateway, settled }: Around): Shown {
  const own = row.standing;
  const { place, value } = gateway !== null && comparePlaces(gateway.place, own.place) > 0 ? gateway : own;
  const replaced = UNFINISHED.includes(value.state) && settled !== null && settled.revision > place.revision;
  const standing: Standing = replaced
    ? { state: 'skipped', reason: { code: 'replaced' }, warnings: [], waitsOn: null, retryAt: null }
    : value;
  const settledAt = UNFINISHED.includes(standing.state) ? null : replaced ? settled.at : place.at;
  return { ...standing, revision: place.revision, attempts: place.attempt, settledAt };
}

function firstEvent(left: EventInfo | null, right: EventInfo | null): EventInfo | null {
  if (left === null || right === null) return left ?? right;
  return canonical(left) <= canonical(right) ? left : right;
}
