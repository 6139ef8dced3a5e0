import { randomBytes } from 'node:crypto';
import type { Client } from '@qbo-sync/eventstore/pool';
import { insertAnswers } from '../sql/answers';
import { selectCompany, selectRealmOwner } from '../sql/companies';
import { deleteConnecting, selectOffered } from '../sql/connecting';
import { closeAttemptsOfOthers, deletePendingOfOthers, updateBooks } from '../sql/fresh-start';
import { lockRealm } from '../sql/locks';

/**
 * How a fresh start ended. `nothing_offered`: nobody said yes to another company lately. `name_differs`: the person did
 * not type the other company's name.
 */
export type FreshStart =
  { readonly is: 'started'; readonly books: string } | { readonly is: 'nothing_offered' | 'name_differs' | 'taken' };

const OFFER_LIFE_MS = 24 * 3_600_000;

export function newBooks(): string {
  return `bk_${randomBytes(10).toString('hex')}`;
}

/**
 * Makes new books over the other company, in one transaction: links, attempts and requests of the old books stay with
 * those and are of no use here; what waits for them is answered `cancelled` (scenarios.md 8).
 */
export async function startFresh(client: Client, tenant: string, name: string, now: Date): Promise<FreshStart> {
  const offered = await selectOffered(client, tenant, new Date(now.getTime() - OFFER_LIFE_MS));
  const old = await selectCompany(client, tenant);
  if (offered === undefined || old === undefined) return { is: 'nothing_offered' };
  if (!sameName(name, offered.companyName ?? '')) return { is: 'name_differs' };
  await lockRealm(client, offered.realmHmacs[0] ?? '');
  if ((await selectRealmOwner(client, offered.realmHmacs)) !== undefined) return { is: 'taken' };
  const books = newBooks();
  await updateBooks(client, tenant, books, offered, now);
  await cancelOthers(client, tenant, books, now);
  await deleteConnecting(client, tenant);
  return { is: 'started', books };
}

async function cancelOthers(client: Client, tenant: string, books: string, now: Date): Promise<void> {
  await closeAttemptsOfOthers(client, tenant, books, now);
  const taken = await deletePendingOfOthers(client, tenant, books);
  const cancelled = { outcome: 'cancelled' as const, code: null, record: null, at: now.toISOString() };
  await insertAnswers(
    client,
    taken.map((place) => ({ ...place, ...cancelled })),
  );
}

/** A name as a person types it. */
function sameName(typed: string, name: string): boolean {
  const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();
  return plain(typed) !== '' && plain(typed) === plain(name);
}
