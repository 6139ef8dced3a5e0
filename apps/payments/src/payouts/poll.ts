import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';

/** A company whose payouts are to be listed. */
export interface DuePoll {
  readonly tenant: string;
  readonly settings: SyncSettings;
}

/**
 * Takes a company whose payouts were not listed for `everyMs`, or whose settings changed since; the next one who asks gets
 * another.
 */
export async function claimPoll(client: Client, everyMs: number): Promise<DuePoll | undefined> {
  const { rows } = await client.query<{ tenant: string; document: string }>(
    `with due as (
       select s.tenant, s.version, s.document
         from settings s left join stripe_poll p on p.tenant = s.tenant
        where p.tenant is null or p.next_at <= now() or p.settings_version < s.version
        order by p.next_at nulls first limit 1 for update of s skip locked
     ), claimed as (
       insert into stripe_poll (tenant, settings_version, next_at)
       select tenant, version, now() + $1 * interval '1 millisecond' from due
       on conflict (tenant) do update set settings_version = excluded.settings_version, next_at = excluded.next_at
     )
     select tenant, document from due`,
    [everyMs],
  );
  return rows.map(({ tenant, document }) => ({ tenant, settings: JSON.parse(document) as SyncSettings }))[0];
}

/** It could not be listed: again later. */
export async function letPollWait(client: Client, tenant: string, forMs: number): Promise<void> {
  await client.query(`update stripe_poll set next_at = now() + $2 * interval '1 millisecond' where tenant = $1`, [
    tenant,
    forMs,
  ]);
}

/** Marks those of a company's payouts that stand otherwise than they were last read. */
export async function markChanged(
  client: Client,
  tenant: string,
  account: string,
  payouts: readonly StripePayout[],
): Promise<number> {
  const { rowCount } = await client.query(
    `insert into payout as p (tenant, payout_id, account, due_at, marks)
     select $1, l.id, $2, now(), 1
       from unnest($3::text[], $4::text[], $5::text[]) as l (id, status, reconciliation)
       left join payout k on k.tenant = $1 and k.payout_id = l.id
      where k.shown is null and k.due_at is null
         or k.shown::json ->> 'status' <> l.status
         or k.shown::json ->> 'reconciliationStatus' <> l.reconciliation
     on conflict (tenant, payout_id) do update set
       account = excluded.account, due_at = least(p.due_at, now()), marks = p.marks + 1`,
    [
      tenant,
      account,
      payouts.map(({ id }) => id),
      payouts.map(({ status }) => status),
      payouts.map(({ reconciliationStatus }) => reconciliationStatus),
    ],
  );
  return rowCount ?? 0;
}
