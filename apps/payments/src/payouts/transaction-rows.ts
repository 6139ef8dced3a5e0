import type { StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import type { FoundBy } from '@qbo-sync/entities/payout/found-by';
import type { Whereabouts } from '@qbo-sync/entities/payout/payout';
import type { Client } from '@qbo-sync/eventstore/pool';

export interface FoundTransaction {
  readonly transaction: StripeTransaction;
  readonly found: FoundBy;
}

/** Stores a page of a payout's transactions from this position on, with the streams behind them that are known. */
export async function insertTransactions(
  client: Client,
  tenant: string,
  payoutId: string,
  from: number,
  page: readonly FoundTransaction[],
): Promise<void> {
  await client.query(
    `insert into payout_transaction (tenant, payout_id, position, transaction_id, kind, stripe_id, ref, body)
     select $1, $2, t.position, t.id, t.kind, t.stripe_id, coalesce(t.ref, c.ref), t.body
       from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
         as t (position, id, kind, stripe_id, ref, body)
       left join charge c on c.tenant = $1 and c.stripe_id = t.stripe_id`,
    [
      tenant,
      payoutId,
      page.map((_each, index) => from + index),
      page.map(({ transaction }) => transaction.id),
      page.map(({ found }) => found.kind),
      page.map(({ found }) => found.stripeId ?? null),
      page.map(({ found }) => found.ref ?? null),
      page.map(({ transaction }) => JSON.stringify(transaction)),
    ],
  );
}

export interface PlacedTransaction {
  readonly position: number;
  readonly transaction: StripeTransaction;
  /** Undefined: no stream of ours stands behind it. */
  readonly place: Whereabouts | undefined;
}

/** Transactions of a payout behind a position, in the order in which they were read. */
export async function selectTransactions(
  client: Client,
  tenant: string,
  payoutId: string,
  after: number,
  limit: number,
): Promise<readonly PlacedTransaction[]> {
  const { rows } = await client.query<{ position: number; body: string; place: string | null }>(
    `select position, body, place from payout_transaction
      where tenant = $1 and payout_id = $2 and position > $3 order by position limit $4`,
    [tenant, payoutId, after, limit],
  );
  return rows.map(({ position, body, place }) => ({
    position,
    transaction: JSON.parse(body) as StripeTransaction,
    place: place === null ? undefined : (JSON.parse(place) as Whereabouts),
  }));
}

/** A transaction whose place is to be looked at: its stream has moved since, or it never was. */
export interface StalePlace {
  readonly position: number;
  readonly kind: FoundBy['kind'];
  readonly ref: string;
  readonly source: string;
  /** Of the stream now. */
  readonly version: number;
}

/** Behind a position. `under`: see {@link storePlaces}; `waiting`: only those whose place was missing. */
export async function selectStale(
  client: Client,
  tenant: string,
  payoutId: string,
  under: string,
  after: number,
  limit: number,
  { waiting = false }: { readonly waiting?: boolean } = {},
): Promise<readonly StalePlace[]> {
  const { rows } = await client.query<StalePlace>(
    `select t.position, t.kind, t.ref, t.body::json ->> 'source' as source, coalesce(s.version, 0) as version
       from payout_transaction t
       left join stream s on s.tenant = t.tenant and s.ref = t.ref
      where t.tenant = $1 and t.payout_id = $2 and t.position > $5 and t.ref is not null
        and (t.place_version is distinct from coalesce(s.version, 0) or t.place_under is distinct from $3)
        ${waiting ? 'and t.waits_on is not null' : ''}
      order by t.position limit $4`,
    [tenant, payoutId, under, limit, after],
  );
  return rows;
}

/** `under`: the books and the account of Undeposited Funds by which the places were found. */
export async function storePlaces(
  client: Client,
  tenant: string,
  payoutId: string,
  under: string,
  places: readonly { readonly position: number; readonly version: number; readonly place: Whereabouts }[],
): Promise<void> {
  await client.query(
    `update payout_transaction t
        set place = p.place, place_version = p.version, place_under = $3, waits_on = p.waits_on, lacking = p.lacking
       from unnest($4::int[], $5::int[], $6::text[], $7::text[], $8::boolean[])
         as p (position, version, place, waits_on, lacking)
      where t.tenant = $1 and t.payout_id = $2 and t.position = p.position`,
    [
      tenant,
      payoutId,
      under,
      places.map(({ position }) => position),
      places.map(({ version }) => version),
      places.map(({ place }) => JSON.stringify(place)),
      places.map(({ place }) => ('missing' in place ? (place.on ?? null) : null)),
      places.map(({ place }) => 'missing' in place && place.on === undefined),
    ],
  );
}

/** Is there a part that nobody knows or that is not posted, or whose place was never looked at? */
export async function hasUnknown(client: Client, tenant: string, payoutId: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `select exists (
       select from payout_transaction
        where tenant = $1 and payout_id = $2
          and (lacking or kind = 'unknown' or place_version is null and (ref is not null or stripe_id is not null))
     ) as found`,
    [tenant, payoutId],
  );
  return rows[0]?.found === true;
}

/** The first part that was on its way; `fresh`: its stream has not moved since. */
export async function selectFirstWaiting(
  client: Client,
  tenant: string,
  payoutId: string,
  under: string,
): Promise<{ waitsOn: string; fresh: boolean } | undefined> {
  const { rows } = await client.query<{ waits_on: string; fresh: boolean }>(
    `select t.waits_on,
            t.place_version is not distinct from coalesce(s.version, 0) and t.place_under is not distinct from $3 as fresh
       from payout_transaction t
       left join stream s on s.tenant = t.tenant and s.ref = t.ref
      where t.tenant = $1 and t.payout_id = $2 and t.waits_on is not null
      order by t.position limit 1`,
    [tenant, payoutId, under],
  );
  return rows.map(({ waits_on: waitsOn, fresh }) => ({ waitsOn, fresh }))[0];
}
