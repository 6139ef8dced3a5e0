import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import type { Client } from '@qbo-sync/eventstore/pool';
import { standingOf } from './dispute-told';

/** A dispute that is to be read at Stripe. */
export interface DueDispute {
  readonly tenant: string;
  readonly disputeId: string;
  readonly account: string;
  readonly tries: number;
  /** When another process may read it; anything else there by then: it was heard of again. */
  readonly until: string;
}

/** A webhook told of a dispute. */
export async function markDisputeDue(
  client: Client,
  tenant: string,
  disputeId: string,
  account: string,
): Promise<void> {
  await client.query(
    `insert into dispute (tenant, dispute_id, account, due_at) values ($1, $2, $3, now())
     on conflict (tenant, dispute_id) do update set account = excluded.account, due_at = now(), tries = 0`,
    [tenant, disputeId, account],
  );
}

/** Takes the dispute that has been due longest, for a minute. */
export async function claimDueDispute(client: Client): Promise<DueDispute | undefined> {
  const { rows } = await client.query<{
    tenant: string;
    dispute_id: string;
    account: string;
    tries: number;
    until: string;
  }>(
    `update dispute set due_at = now() + interval '1 minute', tries = tries + 1
      where (tenant, dispute_id) =
            (select tenant, dispute_id from dispute where due_at <= now() order by due_at limit 1 for update skip locked)
     returning tenant, dispute_id, account, tries, due_at::text as until`,
  );
  return rows.map(({ dispute_id: disputeId, ...row }) => ({ ...row, disputeId }))[0];
}

/** It was read (`forMs` null), or could not be and is due again later; one that was heard of meanwhile stays due. */
export async function endDueDispute(
  client: Client,
  { tenant, disputeId, until }: DueDispute,
  forMs: number | null,
): Promise<void> {
  await client.query(
    `update dispute set due_at = now() + $4 * interval '1 millisecond'
      where tenant = $1 and dispute_id = $2 and due_at = $3::timestamptz`,
    [tenant, disputeId, until, forMs],
  );
}

/** Stores how disputes stand; gives those whose streams are to be told, with how often they will have been. */
export async function storeStanding(
  client: Client,
  tenant: string,
  account: string,
  disputes: readonly StripeDispute[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ dispute_id: string; sequence: number }>(
    `insert into dispute as d (tenant, dispute_id, account, told, sequence)
     select $1, s.id, $2, s.told, 1 from unnest($3::text[], $4::text[]) as s (id, told)
     on conflict (tenant, dispute_id) do update set told = excluded.told, sequence = d.sequence + 1
      where d.told is distinct from excluded.told
     returning dispute_id, sequence`,
    [tenant, account, disputes.map(({ id }) => id), disputes.map(standingOf)],
  );
  return new Map(rows.map(({ dispute_id: id, sequence }) => [id, sequence]));
}
