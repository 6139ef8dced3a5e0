import type { How } from '@qbo-sync/contracts/sync/request';
import { DEPOSIT_HOW } from '@qbo-sync/mapping/payout-deposit';
import { isHold, type Mapped, type MappedRecord } from '@qbo-sync/mapping/document';
import { pushOf } from '../sync/plans';
import type { Made, Plan, Push, View } from '../sync/rules';

/** What a request of a payout was made as; all of them, so that a part of them never passes for the whole. */
interface Basis {
  /** Of a record that a person had entered. */
  readonly kind?: 'link';
  readonly resource: string;
  readonly how: How;
  readonly expect: Readonly<Record<string, string>>;
  readonly refs: readonly string[];
}

/** All of it is in QuickBooks: it stands, whatever the settings or its parts say now. */
export function standing(view: Pick<View, 'ref' | 'made'>): Extract<Plan, { do: 'push' }> | undefined {
  const basis = view.made[view.ref]?.basis as unknown as Basis | undefined;
  const kept = (basis?.refs ?? []).map((ref) => keptPush(ref, view.made[ref]));
  const pushes = kept.filter((each) => each !== undefined);
  return basis === undefined || pushes.length < kept.length ? undefined : { do: 'push', pushes, warnings: [] };
}

/** What was asked for and is in QuickBooks, as it was asked for. */
export function keptPush(ref: string, made: Made | undefined): Push | undefined {
  const basis = made?.basis as unknown as Basis | undefined;
  if (made === undefined || basis === undefined || !made.linked || made.removed) return undefined;
  const { kind = 'put', resource, how, expect } = basis;
  return { ref, kind, resource, how, body: made.body, expect, basis: { ...basis } };
}

/** One request per record; those that are in QuickBooks already as they are there. */
export function posted(view: Pick<View, 'made'>, records: readonly (readonly [id: string, mapped: Mapped])[]): Plan {
  const made: { ref: string; record: MappedRecord }[] = [];
  for (const [id, mapped] of records) {
    if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
    made.push({ ref: `payout:${id}`, record: mapped });
  }
  const refs = made.map(({ ref }) => ref);
  return {
    do: 'push',
    pushes: made.map(({ ref, record }) => keptPush(ref, view.made[ref]) ?? putOf(ref, record, refs)),
    warnings: made.flatMap(({ record }) => record.warnings),
  };
}

export function putOf(ref: string, record: MappedRecord, refs: readonly string[]): Push {
  const { resource, how, expect } = record;
  const basis: Basis = { resource, how, expect, refs };
  return { ...pushOf(ref, 'put', record), basis: { ...basis } };
}

/** A deposit that a person had entered becomes the payout's. */
export function linkOf(ref: string, id: string, expect: Readonly<Record<string, string>>): Push {
  const basis: Basis = { kind: 'link', resource: 'Deposit', how: DEPOSIT_HOW, expect, refs: [ref] };
  const { kind = 'link', resource, how } = basis;
  return { ref, kind, resource, how, body: linkBody(id), expect, basis: { ...basis } };
}

/** It was made by a link, to that record where one is named. */
export function isLinkOf({ body, basis }: Made, id?: string): boolean {
  return (basis as unknown as Basis | undefined)?.kind === 'link' && (id === undefined || body === linkBody(id));
}

const linkBody = (id: string): string => JSON.stringify({ Id: id });
