import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { Client } from '@qbo-sync/eventstore/pool';

/** A payout that is to be read at Stripe. */
export interface DuePayout {
  readonly tenant: string;
  readonly payoutId: string;
  readonly account: string;
  readonly marks: number;
  readonly tries: number;
}

/** How long who reads a payout may take from page to page before another process goes on. */
const LEASE = `interval '2 minutes'`;

/** Something was heard of a payout: it is to be read. `at`: when Stripe says that it happened. */
export async function markDue(
  client: Client,
  { tenant, payoutId, account }: Pick<DuePayout, 'tenant' | 'payoutId' | 'account'>,
  at: string | null,
): Promise<void> {
  await client.query(
    `insert into payout as p (tenant, payout_id, account, due_at, marks, heard_at) values ($1, $2, $3, now(), 1, $4)
     on conflict (tenant, payout_id) do update set
       account = excluded.account, due_at = now(), tries = 0, marks = p.marks + 1,
       heard_at = coalesce(excluded.heard_at, p.heard_at)`,
    [tenant, payoutId, account, at],
  );
}

/** Takes the payout that has been due longest; the next one who asks gets another, until the lease is over. */
export async function claimDue(client: Client): Promise<DuePayout | undefined> {
  const { rows } = await client.query<{
    tenant: string;
    payout_id: string;
    account: string;
    marks: number;
    tries: number;
  }>(
    `update payout set due_at = now() + ${LEASE}, tries = tries + 1
      where (tenant, payout_id) =
            (select tenant, payout_id from payout where due_at <= now() order by due_at limit 1 for update skip locked)
     returning tenant, payout_id, account, marks, tries`,
  );
  return rows.map(({ payout_id: payoutId, ...row }) => ({ ...row, payoutId }))[0];
}

/** It was read; unless somebody marked it meanwhile, it is not due any more. */
export async function endDue(client: Client, { tenant, payoutId, marks }: DuePayout): Promise<void> {
  await client.query(
    `update payout set due_at = case when marks = $3 then null else now() end, tries = 0
      where tenant = $1 and payout_id = $2`,
    [tenant, payoutId, marks],
  );
}

/** It could not be read: again later. */
export async function letWait(client: Client, { tenant, payoutId }: DuePayout, forMs: number): Promise<void> {
  await client.query(
    `update payout set due_at = now() + $3 * interval '1 millisecond' where tenant = $1 and payout_id = $2`,
    [tenant, payoutId, forMs],
  );
}

/** How a payout stood when it was last read, locked. */
export interface PayoutRow {
  readonly shown: StripePayout | undefined;
  readonly told: string | null;
  readonly sequence: number;
  readonly heardAt: string | undefined;
  readonly cursor: string | null;
  readonly read: number;
  readonly whole: boolean;
}

export async function selectPayout(client: Client, tenant: string, payoutId: string): Promise<PayoutRow | undefined> {
  const { rows } = await client.query<{
    shown: string | null;
    told: string | null;
    sequence: number;
    heard_at: Date | null;
    cursor: string | null;
    read: number;
    whole: boolean;
  }>(
    `select shown, told, sequence, heard_at, cursor, read, whole from payout
      where tenant = $1 and payout_id = $2 for update`,
    [tenant, payoutId],
  );
  return rows.map(({ shown, heard_at: heardAt, ...row }) => ({
    ...row,
    shown: shown === null ? undefined : (JSON.parse(shown) as StripePayout),
    heardAt: heardAt?.toISOString(),
  }))[0];
}

export async function storeShown(client: Client, tenant: string, payout: StripePayout): Promise<void> {
  await client.query(`update payout set shown = $3, arrives_on = $4 where tenant = $1 and payout_id = $2`, [
    tenant,
    payout.id,
    JSON.stringify(payout),
    payout.arrivalDate,
  ]);
}

/** Its stream is told this. */
export async function storeTold(client: Client, tenant: string, payoutId: string, telling: string): Promise<void> {
  await client.query(`update payout set told = $3, sequence = sequence + 1 where tenant = $1 and payout_id = $2`, [
    tenant,
    payoutId,
    telling,
  ]);
}

/** Goes on behind a page; false: another process has read it. */
export async function storeCursor(
  client: Client,
  { tenant, payoutId }: DuePayout,
  from: string | null,
  to: string,
  count: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update payout set cursor = $4, read = read + $5, due_at = now() + ${LEASE}
      where tenant = $1 and payout_id = $2 and cursor is not distinct from $3 and not whole`,
    [tenant, payoutId, from, to, count],
  );
  return rowCount === 1;
}

/** All its pages were read. */
export async function storeWhole(client: Client, { tenant, payoutId }: DuePayout): Promise<void> {
  await client.query(`update payout set whole = true where tenant = $1 and payout_id = $2`, [tenant, payoutId]);
}

/** A payout that names something which was heard of since; it is not touched any more. */
export async function takeTouched(client: Client): Promise<{ tenant: string; payoutId: string } | undefined> {
  const { rows } = await client.query<{ tenant: string; payout_id: string }>(
    `select tenant, payout_id from payout where touched order by tenant, payout_id limit 1`,
  );
  return rows.map(({ tenant, payout_id: payoutId }) => ({ tenant, payoutId }))[0];
}

export async function endTouched(client: Client, tenant: string, payoutId: string): Promise<void> {
  await client.query(`update payout set touched = false where tenant = $1 and payout_id = $2`, [tenant, payoutId]);
}
