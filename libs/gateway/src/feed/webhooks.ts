import { createHash } from 'node:crypto';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Vault } from '../vault';
import { readDelivery } from './delivery';
import { isSigned } from './signature';
import { insertDelivery, insertEvents, selectBooksByRealm, type WebhookEvent } from './sql-webhooks';

export type Received =
  | { readonly is: 'forged' }
  /** `fresh`: events not seen before; `unrouted`: those of realms that no company of ours has. */
  | { readonly is: 'stored'; readonly events: number; readonly fresh: number; readonly unrouted: number };

/**
 * Takes Intuit's webhook deliveries in. What is validly signed is stored as it came before it is acknowledged, readable
 * or not: one that is not acknowledged holds back all that follow (quickbooks.md §8.3). An event that was not read yet is
 * what wakes its company: rows are added, none is changed, so that a storm does not queue at one of them.
 *
 *   signature ─▶ 401 and nothing stored
 *      └─▶ body sealed, events by id, each routed by its own realm ─▶ commit ─▶ 200
 */
export class Webhooks {
  constructor(
    private readonly db: Database,
    private readonly vault: Vault,
    private readonly tokens: readonly string[],
    private readonly clock: () => Date,
    private readonly onWake: () => void,
  ) {}

  async receive(raw: Uint8Array, signature: string | undefined): Promise<Received> {
    if (!isSigned(raw, signature, this.tokens)) return { is: 'forged' };
    const body = Buffer.from(raw);
    const hash = createHash('sha256').update(body).digest('base64url');
    const notices = readDelivery(body.toString('utf8'));
    const at = this.clock();
    const stored = await inTransaction(this.db, async (client) => {
      const sealed = this.vault.seal(body.toString('base64'), { tenant: hash, column: 'webhook' });
      await insertDelivery(client, hash, sealed, at);
      const events = await this.#routed(client, notices);
      const fresh = await insertEvents(client, events, at);
      return {
        is: 'stored',
        events: events.length,
        fresh: fresh.length,
        unrouted: events.filter(({ books }) => books === null).length,
      } as const;
    });
    if (stored.fresh > 0) this.onWake();
    return stored;
  }

  /** Each event to the company of its own realm: one delivery holds several. */
  async #routed(client: Client, notices: ReturnType<typeof readDelivery>): Promise<WebhookEvent[]> {
    const hmacs = new Map(
      [...new Set(notices.map(({ realmId }) => realmId))].map((id) => [id, this.vault.lookups(id)]),
    );
    const books = await selectBooksByRealm(client, [...hmacs.values()].flat());
    const booksOf = (realmId: string): string | null =>
      (hmacs.get(realmId) ?? []).map((hmac) => books.get(hmac)).find((one) => one !== undefined) ?? null;
    const unique = new Map(notices.map((notice) => [notice.id, notice]));
    return [...unique.values()].map(({ id, realmId, resource, qboId, operation, mergedFrom }) => ({
      id: id.startsWith('legacy/') ? createHash('sha256').update(id).digest('base64url') : id,
      books: booksOf(realmId),
      ...{ resource, qboId, operation, mergedFrom: mergedFrom ?? null },
    }));
  }
}
