import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { Answered, Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { RelatedTo } from '../entity-service/definition';
import { isSpokenFor, selectCandidates, type StandingCandidate, storeCandidates, unsettle } from './candidates';
import type { Matching, MatchStanding, OurRecord } from './definition';
import { type MatchList, type Place, selectList } from './lists';
import { listedRecord } from './listed-record';
import { matchOne, type MatchParts } from './match-one';
import { dropRecords, holdRecords, selectById, storeRecords } from './records';

/**
 * What Match says of the records that decisions are about, of one company, as `related` of their rules.
 *
 *   a change in QuickBooks                      open, while that record may be one of ours
 *   linked, or never read                       nothing: the record's own rules say
 *   read, not applied                           open
 *   answered and applied, or applied as it was  as it was answered
 *   anything else                               looked for now among what was read: what is beyond doubt is adopted by
 *                                               itself, and only what is likely or in conflict is asked about
 */
export async function matchRelated(
  client: Client,
  parts: MatchParts,
  to: readonly RelatedTo[],
): Promise<readonly MatchRelated[]> {
  const related = new Map<RelatedTo, MatchRelated>();
  for (const one of to) {
    const { trigger } = one;
    if (trigger.kind === 'theirs') related.set(one, await relatedToTheirs(client, parts, one, trigger));
  }
  await holdAnswered(client, parts, to);
  const others = to.filter(({ trigger }) => trigger.kind !== 'theirs');
  const found = await relatedTo(client, parts, others, true);
  others.forEach((one, index) => related.set(one, found[index] ?? NOTHING));
  return to.map((one) => related.get(one) ?? NOTHING);
}

/** The list that was read, with a record as it is now; undefined: QuickBooks has it no more. */
async function renew(
  client: Client,
  matching: Matching,
  place: Place,
  id: string,
  text: string | undefined,
): Promise<void> {
  const { readAt, readId } = await selectList(client, place);
  if (readAt === null) return;
  const { resource } = matching;
  if (text === undefined) await dropRecords(client, place, resource, [id]);
  else {
    const known = (await selectById(client, place, resource, [id])).get(id);
    // Read before the list was.
    if (known !== undefined && tokenOf(known.text) >= tokenOf(text)) return;
    await storeRecords(client, place, { resource, readId: readId ?? '', records: [listedRecord(matching, text)] });
  }
  await unsettle(client, place, id);
}

const tokenOf = (text: string): number => Number((readNumbersAsText(text) as TextObject)['SyncToken']);

const isOver = (gone: Extract<Trigger, { kind: 'theirs' }>['gone']): boolean => gone === 'deleted' || gone === 'merged';

/** Ours are linked now, by whatever requests: nobody else is matched with those records by itself. */
async function holdAnswered(client: Client, { matching }: MatchParts, to: readonly RelatedTo[]): Promise<void> {
  const linked = to.flatMap(({ tenant, ref, state, trigger }) => {
    const ours = trigger.kind === 'answered' ? linkedBy(matching, ref, state, trigger.answer) : undefined;
    return trigger.kind !== 'answered' || ours === undefined
      ? []
      : [{ place: { tenant, books: trigger.answer.books }, ours }];
  });
  for (const books of new Set(linked.map(({ place }) => place.books))) {
    const some = linked.filter(({ place }) => place.books === books);
    const [first] = some;
    if (first === undefined) continue;
    await holdRecords(
      client,
      first.place,
      matching.resource,
      some.map(({ ours }) => ours),
    );
  }
}

function linkedBy(matching: Matching, ref: string, state: unknown, answer: Answered): OurRecord | undefined {
  const { books, outcome, quickbooksId: id, ref: of } = answer;
  const ours = of === ref && entityOf(ref) === matching.entity ? matching.ours(state, [], books) : undefined;
  if (outcome !== 'synced' || id === undefined || ours === undefined || ours.linked !== undefined) return undefined;
  return { ...ours, linked: { id, as: 'adopted' } };
}

async function relatedToTheirs(
  client: Client,
  { matching }: MatchParts,
  { tenant }: RelatedTo,
  { books, resource, record, text, gone }: Extract<Trigger, { kind: 'theirs' }>,
): Promise<MatchRelated> {
  const place = { tenant, books };
  const id = String(record['Id']);
  if (resource === matching.resource) await renew(client, matching, place, id, isOver(gone) ? undefined : text);
  const isOpen = await isSpokenFor(client, place, resource, id);
  return isOpen ? { match: { is: 'open' } } : NOTHING;
}

/** The same of many records of one company, for looking ahead: nothing is kept. */
export function matchRelatedAhead(
  client: Client,
  parts: MatchParts,
  to: readonly RelatedTo[],
): Promise<readonly MatchRelated[]> {
  return relatedTo(client, parts, to, false);
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
  const { choice, group, appliedAt, why, candidates, shown, since } = row;
  if (appliedAt === null && since !== null && choice === null)
    return { is: 'ask', since, record: nameIn(shown, matching) };
  if (appliedAt === null) return choice === null ? undefined : { is: 'ask' };
  if (choice === 'leave') return { is: 'leave' };
  if (choice === 'create') return { is: 'create', beside: candidates.length > 0 && matching.sharesName(why) };
  const [only] = candidates;
  const id = choice === null ? only : choice.slice('link '.length);
  if (choice === null && group !== 'exact') return group === 'new' ? { is: 'create', beside: false } : undefined;
  return id === undefined ? undefined : linkTo(id, shown);
}

/** What a record of QuickBooks is called; empty: it is not there any more. */
function nameIn(shown: string | undefined, matching: Matching): string {
  return shown === undefined ? '' : (matching.sketchOfRecord(readNumbersAsText(shown) as TextObject)['name'] ?? '');
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
  const { match, near } = await matchOne(client, { matching, functions }, place, settings, ours);
  const { group, candidates } = match;
  const isClear = group === 'exact' || group === 'new';
  if (keeps)
    await storeCandidates(client, place, list.readId ?? '', [{ ref: ours.ref, match, isDone: isClear, version: null }]);
  const [id] = candidates;
  if (group === 'exact' && id !== undefined) {
    if (keeps) await holdRecords(client, place, matching.resource, [{ ...ours, linked: { id, as: 'adopted' } }]);
    return linkTo(id, near.find((record) => record.id === id)?.text);
  }
  return group === 'new' ? { is: 'create', beside: false } : { is: 'ask' };
}
