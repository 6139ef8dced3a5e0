import { createHash, randomBytes } from 'node:crypto';
import { connectionWhy, type ConnectionWhy } from '@qbo-sync/contracts/connection-why';
import type { ConnectionState } from '@qbo-sync/contracts/sync/activity';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { classify, recordIn } from '@qbo-sync/qbo/classify';
import type { QboClient } from '@qbo-sync/qbo/client';
import type { IntuitOAuth, TokenPair } from '@qbo-sync/qbo/oauth';
import { sayCondition } from './condition';
import { isConnected } from '../decide/gate';
import { newBooks, startFresh, type FreshStart } from './fresh-start';
import { reopen } from './reopening';
import { lockRealm } from '../sql/locks';
import { selectCompany, selectRealmOwner, updateDisconnected, upsertConnected } from '../sql/companies';
import { deleteConnecting, selectConnecting, selectOffered, upsertConnecting, upsertOffered } from '../sql/connecting';
import { insertState, takeState } from '../sql/oauth-states';
import { deleteRevocation, deleteRevocationsOf, insertRevocation } from '../sql/revocations';
import { Revoking } from '../tokens/revoking';
import { sealPair } from '../tokens/tokens';
import type { Vault } from '../tokens/vault';

const STATE_LIFE_MS = 10 * 60_000;
const STATE_BYTES = 32;

/** What Intuit's redirect brings (quickbooks.md §2.2). */
export interface Callback {
  readonly state?: string;
  readonly code?: string;
  readonly realmId?: string;
  readonly error?: string;
}

/** How a connection ended. `expired`: the state is unknown, used or too old. */
export type Connecting =
  | { readonly is: 'connected'; readonly tenant: string; readonly books: string }
  | {
      readonly is: 'expired' | 'declined' | 'taken' | 'other_company' | 'not_admin' | 'failed';
      readonly tenant?: string;
    };

export interface Connection {
  readonly books: string | null;
  readonly state: ConnectionState;
  readonly companyName?: string;
  readonly connectedAt?: string;
  readonly firstConnectedAt?: string;
  /** The QuickBooks company that a fresh start would take. */
  readonly otherCompanyName?: string;
  /** What QuickBooks said of the person who connected, or of the access, since then. */
  readonly why?: ConnectionWhy;
}

export interface ConnectionsOptions {
  readonly db: Database;
  readonly vault: Vault;
  readonly oauth: IntuitOAuth;
  readonly client: QboClient;
  readonly clock?: () => Date;
  readonly onCommit?: () => void;
}

/** Connects a tenant to a QuickBooks company, one for one, and lets go again. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #clock: () => Date;
  readonly #revoking: Revoking;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => new Date());
    const { db, vault, oauth } = options;
    this.#revoking = new Revoking({ db, vault, oauth, clock: this.#clock });
  }

  /** Where the person's browser goes. Its state is good once, for ten minutes; only its hash is kept. */
  async begin(tenant: string): Promise<string> {
    const state = randomBytes(STATE_BYTES).toString('base64url');
    const until = new Date(this.#clock().getTime() + STATE_LIFE_MS);
    await insertState(this.#options.db, hashOf(state), tenant, until);
    await upsertConnecting(this.#options.db, tenant, 'connecting', this.#clock());
    return this.#options.oauth.authorizeUri(state);
  }

  /** Takes Intuit's redirect in. The new token is tried on the realm before anything is stored. */
  async finish(callback: Callback): Promise<Connecting> {
    const { state } = callback;
    const tenant = state && (await takeState(this.#options.db, hashOf(state), this.#clock()));
    if (!tenant) return { is: 'expired' };
    const ended = await this.#finish(tenant, callback);
    const company = await selectCompany(this.#options.db, tenant);
    const shown = SHOWN[ended.is];
    // A try that fails while the company is connected leaves no trace: should it lapse later, it has lapsed, not been declined.
    const isKept = ended.is === 'other_company' || company === undefined || !isConnected(company.state);
    if (shown === undefined || !isKept) await deleteConnecting(this.#options.db, tenant);
    else if (ended.is !== 'other_company') await upsertConnecting(this.#options.db, tenant, shown, this.#clock());
    return ended;
  }

  async #finish(tenant: string, { code, realmId, error }: Callback): Promise<Connecting> {
    if (error !== undefined) return { is: error === 'access_denied' ? 'declined' : 'failed', tenant };
    if (!code || !realmId) return { is: 'failed', tenant };
    const tokens = await this.#options.oauth.exchange(code, realmId);
    if (tokens.is !== 'tokens') return { is: 'failed', tenant };
    const name = await this.#companyName(realmId, tokens.pair);
    if (name.is !== 'read') return { is: name.is, tenant };
    return this.#store(tenant, realmId, tokens.pair, name.companyName);
  }

  async connection(tenant: string): Promise<Connection> {
    const { db } = this.#options;
    const company = await selectCompany(db, tenant);
    const since = new Date(this.#clock().getTime() - STATE_LIFE_MS);
    const connected = company !== undefined && isConnected(company.state);
    const trying = connected ? undefined : await selectConnecting(db, tenant, since);
    const other = await selectOffered(db, tenant, new Date(0));
    if (company === undefined) return { books: null, state: trying ?? 'none' };
    const why = connectionWhy(company.refusal);
    return {
      books: company.books,
      state: trying ?? company.state,
      ...(company.companyName === null ? {} : { companyName: company.companyName }),
      ...(company.connectedAt === null ? {} : { connectedAt: company.connectedAt.toISOString() }),
      firstConnectedAt: company.firstConnectedAt.toISOString(),
      ...(other?.companyName ? { otherCompanyName: other.companyName } : {}),
      ...(why === undefined ? {} : { why }),
    };
  }

  /** Makes new books over the other company that a person said yes to, once its name was typed. */
  async freshStart(tenant: string, name: string): Promise<FreshStart> {
    const started = await inTransaction(this.#options.db, async (client) => {
      const now = this.#clock();
      const old = await insertRevocation(client, tenant, now);
      const ended = await startFresh(client, tenant, name, now);
      if (ended.is === 'started') await sayCondition(client, tenant, now);
      else if (old !== undefined) await deleteRevocation(client, old);
      return ended;
    });
    await this.#revoking.round(tenant);
    this.#options.onCommit?.();
    return started;
  }

  /** Ends the grant and forgets the tokens; books and links stay for the same company's return. */
  async disconnect(tenant: string): Promise<Connection> {
    await inTransaction(this.#options.db, async (client) => {
      const now = this.#clock();
      await insertRevocation(client, tenant, now);
      await updateDisconnected(client, tenant);
      await sayCondition(client, tenant, now);
    });
    this.#options.onCommit?.();
    await this.#revoking.round(tenant);
    return this.connection(tenant);
  }

  async #companyName(
    realmId: string,
    pair: TokenPair,
  ): Promise<{ is: 'read'; companyName: string | null } | { is: 'not_admin' | 'failed' }> {
    const path = `companyinfo/${encodeURIComponent(realmId)}`;
    const outcome = classify(
      await this.#options.client.send({ realmId, accessToken: pair.accessToken, method: 'GET', path }),
    );
    if (outcome.is === 'fault') return { is: outcome.fault.class === 'reconnect' ? 'not_admin' : 'failed' };
    if (outcome.is !== 'ok') return { is: 'failed' };
    const name = recordIn(outcome.body, 'CompanyInfo')?.['CompanyName'];
    return { is: 'read', companyName: typeof name === 'string' ? name : null };
  }

  async #store(tenant: string, realmId: string, pair: TokenPair, companyName: string | null): Promise<Connecting> {
    const { db, vault } = this.#options;
    const now = this.#clock();
    const realmHmacs = vault.lookups(realmId);
    const sealed = sealPair(vault, tenant, pair, now);
    const realmSealed = vault.seal(realmId, { tenant, column: 'realm' });
    const stored = await inTransaction(db, async (client): Promise<Connecting> => {
      await lockRealm(client, realmHmacs[0] ?? '');
      const refusal = await refusalOf(client, tenant, realmHmacs);
      if (refusal === 'other_company') {
        await upsertOffered(client, tenant, { ...sealed, realmHmacs, realmSealed, companyName }, now);
      }
      if (refusal !== undefined) return { is: refusal, tenant };
      const before = await selectCompany(client, tenant);
      const books = before?.books ?? newBooks();
      await deleteRevocationsOf(client, realmHmacs);
      await upsertConnected(client, { ...sealed, tenant, books, realmHmacs, realmSealed, companyName });
      if (before !== undefined && !isConnected(before.state)) await reopen(client, tenant, now);
      await sayCondition(client, tenant, now);
      return { is: 'connected', tenant, books };
    });
    this.#options.onCommit?.();
    return stored;
  }
}

/** The ends of a try that the connection shows until the next one. */
const SHOWN: Readonly<Partial<Record<Connecting['is'], ConnectionState>>> = {
  declined: 'declined',
  taken: 'taken',
  other_company: 'other_company',
  not_admin: 'not_admin',
};

/** A QuickBooks company belongs to one tenant; a tenant's books to one QuickBooks company. */
async function refusalOf(
  client: Client,
  tenant: string,
  realmHmacs: readonly string[],
): Promise<'taken' | 'other_company' | undefined> {
  const owner = await selectRealmOwner(client, realmHmacs);
  if (owner !== undefined) return owner === tenant ? undefined : 'taken';
  return (await selectCompany(client, tenant)) === undefined ? undefined : 'other_company';
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}
