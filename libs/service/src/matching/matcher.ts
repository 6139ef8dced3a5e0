import { randomUUID } from 'node:crypto';
import type { MatchBegun, MatchPageBody } from '@qbo-sync/contracts/internal/matches';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { readSettings } from '@qbo-sync/eventstore/settings';
import { allStreams } from '@qbo-sync/eventstore/stream-lists';
import { loadEvents, streamId, type StoredEvent, type StreamKey } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { EntityService } from '../entity-service/definition';
import type { EntityRuntime } from '../entity-service/runtime';
import { Applier } from './applier';
import { dropOthers, storeCandidates } from './candidates';
import type { HeldAs, Matching, OurRecord } from './definition';
import { listedRecords } from './listed-record';
import { analyze, beginReading, endReading, goOnReading, type Place } from './lists';
import { dropOlder, holdRecords, selectRecords, storeRecords } from './records';

/** Streams folded and rows stored at once. */
const PAGE = 500;

/**
 * Reads what is in QuickBooks already, and says where each of ours stands (postings.md §12).
 *
 *   begin ─▶ take, page by page ─▶ match ─▶ (a person decides) ─▶ apply, page by page (applier.ts)
 */
export class Matcher {
  readonly applier: Applier;

  constructor(
    readonly runtime: Pick<EntityRuntime, 'database' | 'tell'>,
    private readonly service: EntityService,
    readonly matching: Matching,
  ) {
    this.applier = new Applier(runtime, service.functions, matching);
  }

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
    const records = listedRecords(this.matching, resource, page);
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
    const streams = await this.streams(place);
    const ours = streams.map((stream) => stream.ours);
    const records = await selectRecords(database, place, [resource]);
    const names = others.length === 0 ? [] : await selectRecords(database, place, others);
    const held = new Map<string, HeldAs>();
    const books = { records: records.map(({ record }) => record), others: names.map(({ record }) => record), held };
    const versions = new Map(streams.map(({ ours: { ref }, version }) => [ref, version]));
    // Linked already: nothing is to be applied.
    const matches = [...this.matching.matchAll(ours, books, settings)].map(([ref, match]) => ({
      ...{ ref, match, isDone: match.why === 'linked', version: versions.get(ref) ?? null },
    }));
    const isStored = await inTransaction(database, async (client) => {
      if (!(await goOnReading(client, place, readId))) return false;
      for (const page of pagesOf(matches)) await storeCandidates(client, place, readId, page);
      await dropOthers(client, place, readId);
      await holdRecords(client, place, resource, ours);
      await endReading(client, place);
      return true;
    });
    if (isStored) await analyze(database);
    return isStored;
  }

  private isOurs({ ref }: StreamKey): boolean {
    return entityOf(ref) === this.matching.entity;
  }

  /** All of ours, folded page by page, with the version each stream had. */
  private async streams({ tenant, books }: Place): Promise<readonly { ours: OurRecord; version: number }[]> {
    const { database } = this.runtime;
    const all: { ours: OurRecord; version: number }[] = [];
    for (let after: string | null = null; ;) {
      const page: readonly StreamKey[] = await allStreams(database, tenant, after, PAGE);
      const keys = page.filter((key) => this.isOurs(key));
      const streams = await loadEvents(database, keys);
      for (const key of keys) {
        const events = streams.get(streamId(key)) ?? [];
        const ours = this.oursIn(key, events, books);
        if (ours !== undefined) all.push({ ours, version: events.at(-1)?.version ?? 0 });
      }
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
}

function pagesOf<One>(all: readonly One[]): readonly (readonly One[])[] {
  return Array.from({ length: Math.ceil(all.length / PAGE) }, (_, page) => all.slice(page * PAGE, (page + 1) * PAGE));
}
