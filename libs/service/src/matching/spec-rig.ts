import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type {
  MatchApplied,
  MatchCounts,
  MatchDecided,
  MatchLooked,
  MatchRow,
} from '@qbo-sync/contracts/internal/matches';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { loadEvents, streamId, type StoredEvent } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { decideApart, type Told } from '../entity-service/apart';
import type { EntityService } from '../entity-service/definition';
import type { EntityRuntime } from '../entity-service/runtime';
import { Problem } from '../internal/problem';
import type { Matching } from './definition';
import { Matcher } from './matcher';
import { MatchesController } from './matches.controller';

const AT = '2026-11-03T14:00:00.000Z';
const COMPANY: Pick<SyncSettings, 'company' | 'profile' | 'values'> = {
  company: { name: 'Acme', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
  profile: {
    ...{ country: 'US', taxMode: 'automated_us', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
    ...{ bookCloseDate: null, multiCurrency: false, homeCurrency: 'USD', defaultDiscountAccount: null },
    ...{ undepositedAccount: null, receivableAccount: null },
  },
  values: DEFAULT_SETTINGS,
};

/** For specs of the entity apps: Match of one company on a real database, with the console, the gateway and QuickBooks' lists played. */
export class MatchRig {
  readonly api: MatchesController;
  private readonly matching: Matching;

  /** `lists`: QuickBooks' records by resource; what a spec puts there is read from then on. */
  constructor(
    private readonly database: EntityRuntime['database'],
    private readonly service: EntityService,
    readonly lists: Record<string, readonly object[]>,
    readonly tenant = 'acme',
  ) {
    const { matching } = service;
    if (matching === undefined) throw new Error(`${service.name} matches nothing`);
    this.matching = matching;
    this.api = new MatchesController(new Matcher({ database, tell: this.tell }, service, matching));
  }

  private readonly tell: EntityRuntime['tell'] = async (_, work) => {
    const now = new Date().toISOString();
    await inTransaction(this.database, (client) => decideApart(client, this.service, this.tenant, work, now));
  };

  async trigger(...told: readonly Omit<Told, 'tenant'>[]): Promise<void> {
    const { tenant } = this;
    await this.tell(tenant, () => Promise.resolve(told.map((one) => ({ tenant, ...one }))));
  }

  /** Run a Call said this of a record. */
  changed(id: string, data: object, sequence = 1): Omit<Told, 'tenant'> {
    const place = { topic: 't', partition: 0, offset: '0' };
    const change = sequence === 1 ? 'created' : 'updated';
    const event = { id: `evt-${id}-${sequence}`, type: change, occurredAt: AT, receivedAt: AT, ...place };
    const known = { id, active: true, updatedAt: AT };
    return { ref: this.refOf(id), trigger: { kind: 'changed', change, sequence, event, data: { ...known, ...data } } };
  }

  async settings(version: number, change: Partial<SyncSettings> = {}): Promise<void> {
    const { tenant } = this;
    const live = { books: 'b1', active: true, goLiveAt: '2026-01-01T06:00:00Z' };
    const document = { tenant, version, ...live, ...COMPANY, ...change };
    await storeSettings(this.database, { tenant, version, document });
  }

  /** A person changed a record in QuickBooks that nobody of ours is linked to. */
  async edited(record: TextObject, ...changed: readonly string[]): Promise<void> {
    const { resource } = this.matching;
    const ref = this.refOf(`qbo.${String(record['Id'])}`);
    const text = JSON.stringify(record);
    await this.trigger({ ref, trigger: { kind: 'theirs', ref, books: 'b1', resource, record, text, changed, at: AT } });
  }

  /** Decides these again, as after a change of settings. */
  redecide(...ids: readonly string[]): Promise<void> {
    return this.trigger(
      ...ids.map((id) => ({ ref: this.refOf(id), trigger: { kind: 'redecide', why: 'settings' } as const })),
    );
  }

  async requestsOf(id: string): Promise<readonly SentRequest[]> {
    return (await this.eventsOf(id)).flatMap(({ type, data, personal, version }) => {
      if (type !== 'PushRequested') return [];
      const { kind, lane } = data as QboRequest;
      const { body, shown } = personal as QboRequest;
      return [{ kind, lane, body, shown, revision: version }];
    });
  }

  /** The last word on a record: the code it stands by, or what was said. */
  async wordOn(id: string): Promise<string | undefined> {
    const last = (await this.eventsOf(id)).at(-1);
    return (last?.data as { code?: string } | undefined)?.code ?? last?.type;
  }

  decide(choice: string, ...ids: readonly string[]): Promise<MatchDecided> {
    return this.api.decide(this.tenant, { ids, choice, by: 'pat' });
  }

  async listed(group: string): Promise<readonly MatchRow[]> {
    return (await this.api.list(this.tenant, { group })).items;
  }

  /** The gateway made the link that was asked for. */
  async answered(id: string): Promise<void> {
    const [request] = await this.requestsOf(id);
    const { Id: quickbooksId } = JSON.parse(request?.body ?? '{}') as { Id: string };
    const place = { ref: this.refOf(id), revision: request?.revision ?? 0, attempt: 1, books: 'b1', at: AT };
    const answer = { ...place, outcome: 'synced', quickbooksId, record: { Id: quickbooksId } } as const;
    await this.trigger({ ref: place.ref, trigger: { kind: 'answered', answer } });
  }

  async readAll(): Promise<MatchCounts> {
    const { readId, resources } = await this.api.begin(this.tenant);
    for (const resource of resources) {
      const page = JSON.stringify({ QueryResponse: { [resource]: this.lists[resource] } });
      await this.api.page(this.tenant, { readId, resource, page });
    }
    return this.api.match(this.tenant, { readId });
  }

  /** All of it; how many records were applied. Before each page of links QuickBooks' records are looked at, as they are then. */
  async apply(): Promise<number> {
    const { tenant } = this;
    let applied = 0;
    for (let page = await this.api.apply(tenant, { by: 'pat' }); ;) {
      applied += page.applied;
      if (page.next === null) return applied;
      const looked = page.look === undefined ? {} : { looked: this.lookAt(page.look) };
      page = await this.api.apply(tenant, { by: 'pat', next: page.next, ...looked });
    }
  }

  private lookAt({ resource, ids }: NonNullable<MatchApplied['look']>): MatchLooked {
    const records = (this.lists[resource] ?? []).filter((record) => ids.includes(String((record as TextObject)['Id'])));
    return { ids: [...ids], pages: [JSON.stringify({ QueryResponse: { [resource]: records } })] };
  }

  private async eventsOf(id: string): Promise<readonly StoredEvent[]> {
    const key = { tenant: this.tenant, ref: this.refOf(id) };
    return (await loadEvents(this.database, [key])).get(streamId(key)) ?? [];
  }

  private refOf(id: string): string {
    return `${this.matching.entity}:${id}`;
  }
}

interface SentRequest extends Pick<QboRequest, 'kind' | 'lane' | 'body'> {
  readonly shown: string | undefined;
  readonly revision: number;
}

/** The code a call is refused with. */
export function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'taken',
    (error: unknown) => (error instanceof Problem ? (error.getResponse() as { code: string }).code : String(error)),
  );
}
