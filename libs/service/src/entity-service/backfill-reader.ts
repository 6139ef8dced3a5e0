import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type {
  BackfillMatch,
  BackfillMatchQuery,
  BackfillPage,
  BackfillPreviewQuery,
} from '@qbo-sync/contracts/internal/backfill';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { readSettings } from '@qbo-sync/eventstore/settings';
import { streamsEverSkipped } from '@qbo-sync/eventstore/stream-lists';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Context, EntityService, RelatedTo } from './definition';

/** Streams looked at in one answer. */
const PAGE = 500;

export interface BackfillReaderParts {
  readonly database: Database;
  readonly service: EntityService;
  /** RFC 3339. */
  readonly now: () => string;
}

/** What a backfill would take in, as this service would decide on it now. Appends nothing. */
export class BackfillReader {
  constructor(private readonly parts: BackfillReaderParts) {}

  /** A page of what go-live left out, dated on or after `from`; a page may hold fewer records than it looked at. */
  async preview(tenant: string, { entity, from, after, limit = PAGE }: BackfillPreviewQuery): Promise<BackfillPage> {
    const { database, service } = this.parts;
    const { foresee } = service.functions;
    return inTransaction(database, async (client) => {
      const keys = await streamsEverSkipped(client, { tenant, entity, code: 'before_cutover', after, limit });
      const read = await this.read(
        client,
        tenant,
        keys.map(({ ref }) => ref),
      );
      const records = read.flatMap(({ rules, state, context }) => foresee?.(rules, state, context) ?? []);
      return {
        records: records.filter(({ date }) => date >= from),
        next: keys.length < limit ? null : (keys.at(-1)?.ref ?? null),
      };
    });
  }

  /** Which of these records QuickBooks has already, entered by a person. */
  async matches(
    tenant: string,
    { records, invoices: ids = {}, payers = {} }: BackfillMatchQuery,
  ): Promise<readonly BackfillMatch[]> {
    const { database, service } = this.parts;
    const { recognize } = service.functions;
    const theirs = new Map(records.map((one) => [one.ref, one.theirs as unknown as readonly TextObject[]]));
    return inTransaction(database, async (client) => {
      const read = await this.read(client, tenant, [...theirs.keys()]);
      return read.flatMap(
        ({ ref, rules, state, context }) =>
          recognize?.(rules, state, theirs.get(ref) ?? [], { ids, payers }, context) ?? [],
      );
    });
  }

  private async read(client: Client, tenant: string, refs: readonly string[]): Promise<readonly Read[]> {
    const { service, now } = this.parts;
    const { functions } = service;
    const stored = await loadEvents(
      client,
      refs.map((ref) => ({ tenant, ref })),
    );
    const document = (await readSettings(client, [tenant])).get(tenant)?.document;
    const settings = (document ?? null) as SyncSettings | null;
    const at = now();
    const folded = refs.map((ref) => ({
      tenant,
      ref,
      settings,
      state: (stored.get(streamId({ tenant, ref })) ?? []).reduce(
        (state: unknown, event) => functions.evolve(state, event),
        functions.initial(tenant, ref),
      ),
      trigger: { kind: 'wanted', commandId: '', by: '', at } as const,
    }));
    const related = await relatedOf(client, service, folded);
    return folded.flatMap(({ ref, state }, index) => {
      const rules = functions.rulesFor(ref);
      return rules === undefined
        ? []
        : [{ ref, state, rules, context: { now: at, settings, related: related[index] } }];
    });
  }
}

interface Read {
  readonly ref: string;
  readonly rules: unknown;
  readonly state: unknown;
  readonly context: Context;
}

async function relatedOf(
  client: Client,
  { related, relatedAhead }: EntityService,
  to: readonly RelatedTo[],
): Promise<readonly unknown[]> {
  return (await (relatedAhead ?? related)?.(client, to)) ?? [];
}
