import { createHash } from 'node:crypto';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { gather } from '../gather';
import type { Vault } from '../tokens/vault';
import { readDelivery, type Notice } from './delivery';
import { isSigned } from './signature';
import { insertDeliveries, insertEvents, selectBooksByRealm, type WebhookEvent } from './sql-webhooks';

export type Received =
  | { readonly is: 'forged' }
  /** `fresh`: events not seen before; `unrouted`: those of realms that no company of ours has. */
  | { readonly is: 'stored'; readonly events: number; readonly fresh: number; readonly unrouted: number };

/** Intuit's ids are UUIDs; what is longer is kept by its hash, for Postgres indexes no text of any length. */
const LONGEST_ID = 200;

/** One delivery to be stored. */
interface Delivery {
  readonly hash: string;
  readonly sealed: string;
  readonly notices: readonly Notice[];
}

type Stored = Extract<Received, { is: 'stored' }>;

/**
 * Takes Intuit's webhook deliveries in. What is validly signed is stored as it came before it is acknowledged, readable
 * or not: one that is not acknowledged holds back all that follow (quickbooks.md §8.3). An event that was not read yet is
 * what wakes its company: rows are added, none is changed. Deliveries that come while others are being stored are stored
 * together, so that a storm costs a few transactions and not one each.
 *
 *   signature ─▶ 401 and nothing stored
 *      └─▶ body sealed, events by id, each routed by its own realm ─▶ commit ─▶ 200
 */
export class Webhooks {
  readonly #store: (delivery: Delivery) => Promise<Stored>;

  constructor(
    private readonly db: Database,
    private readonly vault: Vault,
    private readonly tokens: readonly string[],
    private readonly clock: () => Date,
    private readonly onWake: () => void,
  ) {
    this.#store = gather((deliveries) => this.#storeAll(deliveries));
  }

  async receive(raw: Uint8Array, signature: string | undefined): Promise<Received> {
    if (!isSigned(raw, signature, this.tokens)) return { is: 'forged' };
    const body = Buffer.from(raw);
    const hash = createHash('sha256').update(body).digest('base64url');
    const sealed = this.vault.seal(body.toString('base64'), { tenant: hash, column: 'webhook' });
    const stored = await this.#store({ hash, sealed, notices: readDelivery(body.toString('utf8')) });
    if (stored.fresh > 0) this.onWake();
    return stored;
  }

  #storeAll(deliveries: readonly Delivery[]): Promise<Stored[]> {
    const at = this.clock();
    return inTransaction(this.db, async (client) => {
      await insertDeliveries(client, deliveries, at);
      const routed = await this.#routed(client, deliveries);
      const fresh = new Set(await insertEvents(client, routed.flat(), at));
      return routed.map((events): Stored => {
        // The same event in two deliveries is new in the first.
        const own = events.filter(({ id }) => fresh.delete(id));
        const unrouted = events.filter(({ books }) => books === null).length;
        return { is: 'stored', events: events.length, fresh: own.length, unrouted };
      });
    });
  }

  /** Each event to the company of its own realm: one delivery holds several. */
  async #routed(client: Client, deliveries: readonly Delivery[]): Promise<WebhookEvent[][]> {
    const realms = new Set(deliveries.flatMap(({ notices }) => notices.map(({ realmId }) => realmId)));
    const hmacs = new Map([...realms].map((id) => [id, this.vault.lookups(id)]));
    const books = await selectBooksByRealm(client, [...hmacs.values()].flat());
    const booksOf = (realmId: string): string | null =>
      (hmacs.get(realmId) ?? []).map((hmac) => books.get(hmac)).find((one) => one !== undefined) ?? null;
    return deliveries.map(({ notices }) => {
      const unique = new Map(notices.map((notice) => [notice.id, notice]));
      return [...unique.values()].map(({ id, realmId, resource, qboId, operation, mergedFrom }) => ({
        id:
          id.startsWith('legacy/') || id.length > LONGEST_ID ? createHash('sha256').update(id).digest('base64url') : id,
        books: booksOf(realmId),
        ...{ resource, qboId, operation, mergedFrom: mergedFrom ?? null },
      }));
    });
  }
}
