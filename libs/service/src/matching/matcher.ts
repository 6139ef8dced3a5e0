import { randomUUID } from 'node:crypto';
import { isObject, parseExact, printExact, readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { MatchApplied, MatchBegun, MatchPageBody } from '@qbo-sync/contracts/internal/matches';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { readSettings } from '@qbo-sync/eventstore/settings';
import { allStreams, openStreams } from '@qbo-sync/eventstore/stream-lists';
import { loadEvents, streamId, type StoredEvent, type StreamKey } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { EntityService } from '../entity-service/definition';
import type { EntityRuntime } from '../entity-service/runtime';
import { dropOthers, storeCandidates, takeLinks, takeOthers } from './candidates';
import type { HeldAs, Match, Matching, OurRecord } from './definition';
import { analyze, beginReading, endReading, goOnReading, markApplied, type Place } from './lists';
import { dropOlder, holdRecords, type ListedRecord, selectRecords, storeRecords } from './records';

/** Streams folded, rows stored and links asked for at once. */
const PAGE = 500;
/** Where Apply stands when every link is asked for, and what waited is decided again. */
const OPEN = 'open:';
const LINKS = 'links';

/**
 * Reads what is in QuickBooks already, says where each of ours stands, and applies what was decided (postings.md §12).
 *
 *   begin ─▶ take, page by page ─▶ match ─▶ (a person decides) ─▶ apply, page by page
 */
export class Matcher {
  constructor(
    readonly runtime: Pick<EntityRuntime, 'database' | 'tell'>,
    private readonly service: EntityService,
    readonly matching: Matching,
  ) {}

  /** The company's settings, or undefined while it has no books. */
  async settingsOf(tenant: string): Promise<(SyncSettings & { readonly books: string }) | undefined> {
    const stored = (await readSettings(this.runtime.database, [tenant])).get(tenant);
    const settings = stored?.document as SyncSettings | undefined;
    return settings?.books ? { ...settings, books: settings.books } : undefined;
  }

  /** The id of a reading that has begun, and the resources it is of. */
  async begin(place: Place): Promise<MatchBegun> {
    const readId = randomUUID();
    await beginReading(this.runtime.database, place, readId);
    return { readId, resources: [this.matching.resource, ...this.matching.others] };
  }

  /** Takes one page, QuickBooks' answer as text; how many records were in it. Undefined: another reading has begun. */
  take(place: Place, { readId, resource, page }: MatchPageBody): Promise<number | undefined> {
    const records = recordsIn(page, resource).map((text) => this.listed(text));
    return inTransaction(this.runtime.database, async (client) => {
      if (!(await goOnReading(client, place, readId))) return undefined;
      await storeRecords(client, place, { resource, readId, records });
      return records.length;
    });
  }

  /** Where each of ours stands, once every page was taken. False: another reading has begun. */
  async match(place: Place, readId: string, settings: SyncSettings): Promise<boolean> {
    const { database } = this.runtime;
    const { resource, others } = this.matching;
    if (!(await goOnReading(database, place, readId))) return false;
    await dropOlder(database, place, readId);
    const ours = await this.ours(place);
    const records = await selectRecords(database, place, [resource]);
    const names = others.length === 0 ? [] : await selectRecords(database, place, others);
    const held = new Map<string, HeldAs>();
    const books = { records: records.map(({ record }) => record), others: names.map(({ record }) => record), held };
    const matches = [...this.matching.matchAll(ours, books, settings)];
    const isStored = await inTransaction(database, async (client) => {
      if (!(await goOnReading(client, place, readId))) return false;
      for (const page of pagesOf(matches)) await storeCandidates(client, place, readId, page.map(asRow));
      await dropOthers(client, place, readId);
      await holdRecords(client, place, resource, ours);
      await endReading(client, place);
      return true;
    });
    if (isStored) await analyze(database);
    return isStored;
  }

  /** One page of Apply, from where the one before it ended: links first, then what waited for Apply. */
  apply(place: Place, by: string, next: string | null): Promise<MatchApplied> {
    return next?.startsWith(OPEN) === true
      ? this.decideOpen(place, next.slice(OPEN.length))
      : this.applyLinks(place, by);
  }

  private async applyLinks(place: Place, by: string): Promise<MatchApplied> {
    const { tenant } = place;
    const run = `match-${randomUUID()}`;
    const at = new Date().toISOString();
    let page: MatchApplied = { applied: 0, next: OPEN };
    await this.runtime.tell(tenant, async (client) => {
      await markApplied(client, place);
      const links = await takeLinks(client, place, PAGE);
      const linked = links.map(({ ref, id }) => ({ ref, data: {}, linked: { id, as: 'adopted' } as const }));
      await holdRecords(client, place, this.matching.resource, linked);
      const others = links.length < PAGE ? await takeOthers(client, place) : 0;
      page = { applied: links.length + others, next: links.length < PAGE ? OPEN : LINKS };
      return links.map(({ ref }) => ({
        ...{ tenant, ref },
        trigger: { kind: 'wanted', commandId: `${run}/${ref}`, by, at, run, lane: 'backlog' },
      }));
    });
    return page;
  }

  private async decideOpen({ tenant }: Place, after: string): Promise<MatchApplied> {
    const page = await openStreams(this.runtime.database, tenant, after, PAGE);
    await this.runtime.tell(tenant, async () =>
      page.filter((key) => this.isOurs(key)).map((key) => ({ ...key, trigger: { kind: 'redecide', why: 'related' } })),
    );
    const last = page[PAGE - 1];
    return { applied: 0, next: last === undefined ? null : `${OPEN}${last.ref}` };
  }

  private isOurs({ ref }: StreamKey): boolean {
    return entityOf(ref) === this.matching.entity;
  }

  /** All of ours, folded page by page. */
  private async ours({ tenant, books }: Place): Promise<readonly OurRecord[]> {
    const { database } = this.runtime;
    const all: OurRecord[] = [];
    for (let after: string | null = null; ;) {
      const page: readonly StreamKey[] = await allStreams(database, tenant, after, PAGE);
      const keys = page.filter((key) => this.isOurs(key));
      const streams = await loadEvents(database, keys);
      for (const key of keys) all.push(...[this.oursIn(key, streams.get(streamId(key)) ?? [], books) ?? []].flat());
      after = page[PAGE - 1]?.ref ?? null;
      if (after === null) return all;
    }
  }

  /** One of ours as its stream tells it. */
  dataOf(key: StreamKey, events: readonly StoredEvent[], books: string): OurRecord['data'] | undefined {
    return this.oursIn(key, events, books)?.data;
  }

  private oursIn({ tenant, ref }: StreamKey, events: readonly StoredEvent[], books: string): OurRecord | undefined {
    const { functions } = this.service;
    const state = events.reduce((to, event) => functions.evolve(to, event), functions.initial(tenant, ref));
    return this.matching.ours(state, events, books);
  }

  private listed(text: string): ListedRecord {
    const record = readNumbersAsText(text) as TextObject;
    return {
      id: String(record['Id']),
      keys: this.matching.keysOfRecord(record).map((key) => key.replaceAll('\n', ' ')),
      record: text,
    };
  }
}

/** Linked already: nothing is to be applied. */
function asRow([ref, match]: readonly [string, Match]): readonly [string, Match, boolean] {
  return [ref, match, match.why === 'linked'];
}

function pagesOf<One>(all: readonly One[]): readonly (readonly One[])[] {
  return Array.from({ length: Math.ceil(all.length / PAGE) }, (_, page) => all.slice(page * PAGE, (page + 1) * PAGE));
}

/** The records of a page, each as QuickBooks spelt it. */
function recordsIn(page: string, resource: string): readonly string[] {
  const answer = parseExact(page);
  const response = isObject(answer) ? answer['QueryResponse'] : undefined;
  const records = isObject(response) ? response[resource] : undefined;
  return Array.isArray(records) ? records.map(printExact) : [];
}
