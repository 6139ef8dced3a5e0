import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import type { EntityFunctions } from '../entity-service/definition';
import type { HeldAs, Match, Matching, OurRecord } from './definition';
import type { Place } from './lists';
import { type HeldRecord, selectNear } from './records';

export interface MatchParts {
  readonly matching: Matching;
  readonly functions: EntityFunctions;
}

/** One of ours among what was read that shares a key with it. */
export async function matchOne(
  client: Client,
  parts: MatchParts,
  place: Place,
  settings: SyncSettings,
  ours: OurRecord,
): Promise<{ readonly match: Match; readonly near: readonly HeldRecord[] }> {
  const { matching } = parts;
  const keys = matching.keysOfOurs(ours.data);
  const near = await selectNear(client, place, [matching.resource], keys);
  const others = await selectNear(client, place, matching.others, keys);
  const held = near.flatMap(({ id, heldBy, heldAs }): [string, HeldAs][] =>
    heldAs === null || heldBy === ours.ref ? [] : [[id, heldAs]],
  );
  const beside = await recordsOf(client, parts, place, matching.besides(ours.data));
  const matches = matching.matchAll(
    [...beside, ours],
    { records: near.map(({ record }) => record), others: others.map(({ record }) => record), held: new Map(held) },
    settings,
  );
  const match = matches.get(ours.ref);
  if (match === undefined) throw new Error(`${ours.ref} was not matched`);
  return { match, near };
}

/** Other records of ours, as they are stored. */
async function recordsOf(
  client: Client,
  { matching, functions }: MatchParts,
  { tenant, books }: Place,
  refs: readonly string[],
): Promise<readonly OurRecord[]> {
  const streams = await loadEvents(
    client,
    refs.map((ref) => ({ tenant, ref })),
  );
  return refs.flatMap((ref) => {
    const events = streams.get(streamId({ tenant, ref })) ?? [];
    const state = events.reduce((to, event) => functions.evolve(to, event), functions.initial(tenant, ref));
    return matching.ours(state, events, books) ?? [];
  });
}
