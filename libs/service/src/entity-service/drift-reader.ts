import type { DriftPage, DriftStream } from '@qbo-sync/contracts/internal/drift';
import type { Database } from '@qbo-sync/eventstore/pool';
import { allStreams } from '@qbo-sync/eventstore/stream-lists';
import type { EntityService } from './definition';
import { readStates, settingsOf } from './read-states';

/** Streams looked at in one answer. */
const PAGE = 500;

export interface DriftReaderParts {
  readonly database: Database;
  readonly service: EntityService;
  /** RFC 3339. */
  readonly now: () => string;
}

/** What of this service's streams should be in QuickBooks. Appends nothing. */
export class DriftReader {
  constructor(private readonly parts: DriftReaderParts) {}

  /** A page of a company's streams after this ref; it may hold fewer than it looked at. */
  async page(tenant: string, after: string | null): Promise<DriftPage> {
    const keys = await allStreams(this.parts.database, tenant, after, PAGE);
    const refs = keys.map(({ ref }) => ref);
    return { items: await this.of(tenant, refs), next: refs.length < PAGE ? null : (refs.at(-1) ?? null) };
  }

  /** These streams, as far as there is something to say. */
  async of(tenant: string, refs: readonly string[]): Promise<DriftStream[]> {
    const { database, service, now } = this.parts;
    const { functions } = service;
    const settings = await settingsOf(database, tenant);
    // The kit's own streams tell of messages, not of records.
    const records = refs.filter((ref) => functions.rulesFor(ref) !== undefined);
    const states = await readStates(database, functions, tenant, records);
    const context = { now: now(), settings, related: NOTHING };
    return [...states].flatMap(([ref, state]) => {
      const rules = functions.rulesFor(ref);
      return rules === undefined ? [] : (functions.drift?.(rules, state, context) ?? []);
    });
  }
}

/** How streams stand is read from themselves alone: nothing beside them is looked up for tens of thousands of them. */
const NOTHING = {};
