import { entityOf } from '@qbo-sync/contracts/refs';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import type { EntityFunctions, RelatedTo, Trigger } from '../entity-service/definition';
import { isSpokenFor, selectCandidates, type StandingCandidate, storeCandidates } from './candidates';
import type { HeldAs, Matching, MatchStanding, OurRecord } from './definition';
import { type MatchList, type Place, selectList } from './lists';
import { holdRecords, selectNear } from './records';

/**
 * What Match says of the record a decision is about, as `related` of its rules.
 *
 *   a change in QuickBooks                      open, while that record may be one of ours
 *   linked, or never read                       nothing: the record's own rules say
 *   read, not applied                           open
 *   answered and applied, or applied as it was  as it was answered
 *   anything else                               looked for now among what was read: what is beyond doubt is adopted by
 *                                               itself, and only what is likely or in conflict is asked about
 */
export async function matchRelated(client: Client, parts: MatchParts, to: RelatedTo): Promise<MatchRelated> {
  if (to.trigger.kind === 'theirs') return relatedToTheirs(client, to, to.trigger);
  const [related] = await relatedTo(client, parts, [to], true);
  return related ?? NOTHING;
}

async function relatedToTheirs(
  client: Client,
  { tenant }: RelatedTo,
  { books, resource, record }: Extract<Trigger, { kind: 'theirs' }>,
): Promise<MatchRelated> {
  const isOpen = await isSpokenFor(client, { tenant, books }, resource, String(record['Id']));
  return isOpen ? { match: { is: 'open' } } : NOTHING;
}

/** The same of many records of one company, for looking ahead: nothing is kept. */
export function matchRelatedToAll(
  client: Client,
  parts: MatchParts,
  to: readonly RelatedTo[],
): Promise<readonly MatchRelated[]> {
  return relatedTo(client, parts, to, false);
}

export interface MatchParts {
  readonly matching: Matching;
  readonly functions: EntityFunctions;
}

interface MatchRelated {
  readonly match: MatchStanding | undefined;
}

const NOTHING: MatchRelated = { match: undefined };

async function relatedTo(
  client: Client,
  parts: MatchParts,
  to: readonly RelatedTo[],
  keeps: boolean,
): Promise<readonly MatchRelated[]> {
  const { matching } = parts;
  const [first] = to;
  const settings = first?.settings;
  const books = settings?.books;
  if (first === undefined || settings === null || settings === undefined || !books) return to.map(() => NOTHING);
  const ours = to.map((one) => (entityOf(one.ref) === matching.entity ? oursOf(matching, one, books) : undefined));
  const open = ours.map((one) => (one?.linked === undefined ? one : undefined));
  if (open.every((one) => one === undefined)) return to.map(() => NOTHING);
  const place = { tenant: first.tenant, books };
  const list = await selectList(client, place);
  if (list.readAt === null) return to.map(() => NOTHING);
  if (list.appliedAt === null) return open.map((one) => (one === undefined ? NOTHING : { match: { is: 'open' } }));
  const known = await selectCandidates(
    client,
    place,
    matching.resource,
    open.flatMap((one) => one?.ref ?? []),
  );
  const each: MatchRelated[] = [];
  for (const one of open) {
    if (one === undefined) each.push(NOTHING);
    else {
      const looking = { ours: one, list, settings, keeps };
      each.push({ match: answered(known.get(one.ref), matching) ?? (await lookedFor(client, parts, place, looking)) });
    }
  }
  return each;
}

/** The record as it is after the trigger: its state has not taken a change in yet. */
function oursOf(matching: Matching, { ref, state, trigger }: RelatedTo, books: string): OurRecord | undefined {
  const known = matching.ours(state, [], books);
  if (trigger.kind !== 'changed') return known;
  return trigger.data['active'] === false ? undefined : { ref, data: trigger.data, linked: known?.linked };
}

/** Undefined: nobody answered, and nothing was beyond doubt. */
function answered(row: StandingCandidate | undefined, matching: Matching): MatchStanding | undefined {
  if (row === undefined) return undefined;
  const { choice, group, appliedAt, why, candidates, shown } = row;
  if (appliedAt === null) return choice === null ? undefined : { is: 'ask' };
  if (choice === 'leave') return { is: 'leave' };
  if (choice === 'create') return { is: 'create', beside: candidates.length > 0 && matching.sharesName(why) };
  const [only] = candidates;
  const id = choice === null ? only : choice.slice('link '.length);
  if (choice === null && group !== 'exact') return group === 'new' ? { is: 'create', beside: false } : undefined;
  return id === undefined ? undefined : linkTo(id, shown);
}

function linkTo(id: string, shown: string | undefined): MatchStanding {
  return { is: 'link', id, ...(shown === undefined ? {} : { shown }) };
}

async function lookedFor(
  client: Client,
  { matching, functions }: MatchParts,
  place: Place,
  { ours, list, settings, keeps }: { ours: OurRecord; list: MatchList; settings: SyncSettings; keeps: boolean },
): Promise<MatchStanding> {
  const keys = matching.keysOfOurs(ours.data);
  const near = await selectNear(client, place, [matching.resource], keys);
  const others = await selectNear(client, place, matching.others, keys);
  const held = near.flatMap(({ id, heldBy, heldAs }): [string, HeldAs][] =>
    heldAs === null || heldBy === ours.ref ? [] : [[id, heldAs]],
  );
  const beside = await recordsOf(client, { matching, functions }, place, matching.besides(ours.data));
  const matches = matching.matchAll(
    [...beside, ours],
    { records: near.map(({ record }) => record), others: others.map(({ record }) => record), held: new Map(held) },
    settings,
  );
  const match = matches.get(ours.ref);
  if (match === undefined) throw new Error(`${ours.ref} was not matched`);
  const { group, candidates } = match;
  const isClear = group === 'exact' || group === 'new';
  if (keeps) await storeCandidates(client, place, list.readId ?? '', [[ours.ref, match, isClear]]);
  const [id] = candidates;
  if (group === 'exact' && id !== undefined) {
    if (keeps) await holdRecords(client, place, matching.resource, [{ ...ours, linked: { id, as: 'adopted' } }]);
    return linkTo(id, near.find((record) => record.id === id)?.text);
  }
  return group === 'new' ? { is: 'create', beside: false } : { is: 'ask' };
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
