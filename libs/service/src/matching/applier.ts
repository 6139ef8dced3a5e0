import { randomUUID } from 'node:crypto';
import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { MatchApplied, MatchLooked } from '@qbo-sync/contracts/internal/matches';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import { openStreams } from '@qbo-sync/eventstore/stream-lists';
import { loadEvents, streamId, type StoredEvent } from '@qbo-sync/eventstore/streams';
import type { Told } from '../entity-service/apart';
import type { EntityFunctions } from '../entity-service/definition';
import type { EntityRuntime } from '../entity-service/runtime';
import { takeOthers } from './candidates';
import {
  type DecidedLink,
  dropRows,
  lockLinks,
  markLinked,
  type NotLinked,
  selectDue,
  takeBack,
} from './decided-links';
import type { Match, Matching, OurRecord } from './definition';
import { checkLink, type LinkFacts } from './link-check';
import { markApplied, type Place, selectList } from './lists';
import { listedRecords } from './listed-record';
import { matchOne, type MatchParts } from './match-one';
import { dropRecords, holdRecords, selectById, storeRecords } from './records';

/** Links asked for at once, and streams decided again. */
const PAGE = 500;
/** Where Apply stands when every link is asked for, and what waited is decided again. */
const OPEN = 'open:';
const LINKS = 'links';

export interface ApplyPage {
  readonly by: string;
  /** Where the page before it ended; null: the first. */
  readonly next: string | null;
  /** Records the page before it asked to look at. */
  readonly looked: MatchLooked | undefined;
}

/**
 * Applies what was decided, page by page: links first, each after a look at what became of its records, then what waited
 * for Apply.
 *
 *   first ─▶ links: looked at, asked for or taken back ─▶ … ─▶ open: what waited is decided again ─▶ …
 */
export class Applier implements MatchParts {
  constructor(
    private readonly runtime: Pick<EntityRuntime, 'database' | 'tell'>,
    readonly functions: EntityFunctions,
    readonly matching: Matching,
  ) {}

  /** Undefined: it asked for a look at records, and they are not given. */
  async page(place: Place, settings: SyncSettings, { by, next, looked }: ApplyPage): Promise<MatchApplied | undefined> {
    if (next === LINKS && looked === undefined) return undefined;
    return next?.startsWith(OPEN) === true
      ? this.decideOpen(place, next.slice(OPEN.length))
      : this.links(place, settings, by, looked);
  }

  private async links(
    place: Place,
    settings: SyncSettings,
    by: string,
    looked: MatchLooked | undefined,
  ): Promise<MatchApplied> {
    const { resource } = this.matching;
    let page: MatchApplied = { applied: 0, next: OPEN };
    await this.runtime.tell(place.tenant, async (client) => {
      await markApplied(client, place);
      const { told, linked } =
        looked === undefined ? { told: [], linked: 0 } : await this.take(client, place, settings, by, looked);
      const ids = await selectDue(client, place, PAGE);
      page =
        ids.length > 0
          ? { applied: linked, next: LINKS, look: { resource, ids } }
          : { applied: linked + (await takeOthers(client, place)), next: OPEN };
      return told;
    });
    return page;
  }

  /** Asks for the links to the records looked at, and takes back those that cannot be made as they were decided. */
  private async take(
    client: Client,
    place: Place,
    settings: SyncSettings,
    by: string,
    { ids, pages }: MatchLooked,
  ): Promise<{ readonly told: readonly Told[]; readonly linked: number }> {
    const { matching } = this;
    const { resource } = matching;
    const { tenant } = place;
    const links = await lockLinks(client, place, resource, ids);
    const listed = await selectById(client, place, resource, ids);
    const now = pages.flatMap((page) => listedRecords(matching, resource, page));
    const found = new Map(now.map(({ id, record }) => [id, readNumbersAsText(record) as TextObject]));
    await dropRecords(
      client,
      place,
      resource,
      ids.filter((id) => !found.has(id)),
    );
    const { readId } = await selectList(client, place);
    const records = now.filter(({ id, record }) => listed.get(id)?.text !== record);
    await storeRecords(client, place, { resource, readId: readId ?? '', records });
    const streams = await loadEvents(
      client,
      links.map(({ ref }) => ({ tenant, ref })),
    );
    const linked: DecidedLink[] = [];
    const over: string[] = [];
    const back: NotLinked[] = [];
    for (const link of links) {
      const events = streams.get(streamId({ tenant, ref: link.ref })) ?? [];
      const facts: LinkFacts = {
        link,
        ours: this.oursOf(place, link, events),
        listed: listed.get(link.id),
        now: found.get(link.id),
        claims: links.filter(({ id }) => id === link.id).length,
      };
      const outcome = checkLink(matching, facts);
      if (outcome === 'over') over.push(link.ref);
      else if (outcome === 'as decided' || outcome === 'linked') linked.push(link);
      else if (outcome !== 'again') back.push({ ref: link.ref, match: asked(link, outcome), since: outcome });
      else {
        const again = facts.ours.now && (await matchOne(client, this, place, settings, facts.ours.now)).match;
        if (again?.group === 'exact' && again.candidates[0] === link.id) linked.push(link);
        else back.push({ ref: link.ref, ...doubted(link, again) });
      }
    }
    await markLinked(
      client,
      place,
      linked.map(({ ref }) => ref),
    );
    await takeBack(client, place, back);
    await dropRows(client, place, over);
    const held = linked.map(({ ref, id }) => ({ ref, data: {}, linked: { id, as: 'adopted' } as const }));
    await holdRecords(client, place, resource, held);
    const run = `match-${randomUUID()}`;
    const at = new Date().toISOString();
    return {
      linked: linked.length,
      told: [
        ...linked.map(({ ref }) => ({
          ...{ tenant, ref },
          trigger: { kind: 'wanted', commandId: `${run}/${ref}`, by, at, run, lane: 'backlog' } as const,
        })),
        ...back.map(({ ref }) => ({ tenant, ref, trigger: { kind: 'redecide', why: 'related' } as const })),
      ],
    };
  }

  private oursOf({ tenant, books }: Place, link: DecidedLink, events: readonly StoredEvent[]): LinkFacts['ours'] {
    const { seenVersion } = link;
    const fold = (of: readonly StoredEvent[]): OurRecord | undefined => {
      const state = of.reduce(
        (to, event) => this.functions.evolve(to, event),
        this.functions.initial(tenant, link.ref),
      );
      return this.matching.ours(state, of, books);
    };
    const now = fold(events);
    const isAsSeen = events.at(-1)?.version === seenVersion;
    const then = seenVersion === null ? undefined : events.filter(({ version }) => version <= seenVersion);
    return { now, then: isAsSeen ? now : then && fold(then) };
  }

  private async decideOpen({ tenant }: Place, after: string): Promise<MatchApplied> {
    const page = await openStreams(this.runtime.database, tenant, after, PAGE);
    await this.runtime.tell(tenant, async () =>
      page
        .filter(({ ref }) => entityOf(ref) === this.matching.entity)
        .map((key) => ({ ...key, trigger: { kind: 'redecide', why: 'related' } })),
    );
    const last = page[PAGE - 1];
    return { applied: 0, next: last === undefined ? null : `${OPEN}${last.ref}` };
  }
}

/** What a person is asked about a link that was not made. */
function asked({ id }: DecidedLink, since: NotLinked['since'] & string): Match {
  const why = since === 'taken' ? 'linked_elsewhere' : since;
  return { group: 'conflict', why, candidates: since === 'gone' ? [] : [id] };
}

/** What was beyond doubt and is not any more: the record it was, and what else it may be now. */
function doubted(link: DecidedLink, again: Match | undefined): Pick<NotLinked, 'match' | 'since'> {
  if (again === undefined || again.group === 'new' || again.group === 'exact') {
    const candidates = [...new Set([link.id, ...(again?.candidates ?? [])])];
    return { match: { ...asked(link, 'renamed'), candidates }, since: 'renamed' };
  }
  return { match: again, since: null };
}
