import type { Reason } from '@qbo-sync/contracts/reasons';
import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { PayoutPartView, PayoutSum, PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import type { Client } from '@qbo-sync/eventstore/pool';
import { type PayoutDecision, payoutStanding } from './payout-standing';

interface Row {
  shown: string;
  read: number;
  whole: boolean;
  decisions: (Omit<PayoutDecision, 'reason'> & { body: string | null })[] | null;
}

/** A payout beside the decisions of its stream; only a stop's personal side is read, a request's is large. */
const SELECT = `
select p.shown, p.read, p.whole, stream.decisions
  from payout p
  left join lateral (
    select json_agg(json_build_object('ref', coalesce(d.ref, e.ref), 'type', e.type, 'code', d.code, 'quickbooks', d.quickbooks,
                                      'body', stop.body) order by e.version) as decisions
      from event e
     cross join lateral json_to_record(e.data::json) as d (ref text, code text, quickbooks json)
      left join payload stop
        on stop.tenant = e.tenant and stop.ref = e.ref and stop.version = e.version and e.type in ('Deferred', 'Held', 'Skipped')
     where e.tenant = p.tenant and e.ref = 'payout:' || p.payout_id
       and e.type in ('PushRequested', 'Deferred', 'Held', 'Skipped', 'Settled', 'Dismissed')
  ) stream on true
 where p.tenant = $1 and p.shown is not null`;

/** All of a company's payouts, or those that arrive in a month. */
export async function countPayouts(
  client: Pick<Client, 'query'>,
  tenant: string,
  month: string | null,
): Promise<number> {
  const { rows } = await client.query<{ total: number }>(
    `select count(*)::int as total from payout p
      where tenant = $1 and shown is not null and ($2::text is null or p.arrives_on between $2 || '-01' and $2 || '-31')`,
    [tenant, month],
  );
  return rows[0]?.total ?? 0;
}

/** Which payouts, newest first: those before a place (day and id; null: from the newest on), of a month (`2026-12`; null: of all). */
export interface PayoutsWanted {
  readonly before: { readonly arrivesOn: string; readonly id: string } | null;
  readonly month: string | null;
  readonly limit: number;
}

export async function selectPayouts(
  client: Pick<Client, 'query'>,
  tenant: string,
  { before, month, limit }: PayoutsWanted,
): Promise<readonly PayoutView[]> {
  const { rows } = await client.query<Row>(
    `${SELECT} and ($2::text is null or (p.arrives_on, p.payout_id) < ($2, $3))
        and ($4::text is null or p.arrives_on between $4 || '-01' and $4 || '-31')
      order by p.arrives_on desc, p.payout_id desc limit $5`,
    [tenant, before?.arrivesOn ?? null, before?.id ?? null, month, limit],
  );
  return rows.map(viewOf);
}

export async function selectPayoutView(
  client: Pick<Client, 'query'>,
  tenant: string,
  payoutId: string,
): Promise<PayoutView | undefined> {
  const { rows } = await client.query<Row>(`${SELECT} and p.payout_id = $2`, [tenant, payoutId]);
  return rows.map(viewOf)[0];
}

function viewOf({ shown, read, whole, decisions }: Row): PayoutView {
  const { id, arrivalDate: arrivesOn, amount, currency, status } = JSON.parse(shown) as StripePayout;
  const told = (decisions ?? []).map(({ body, ...decision }) => ({ ...decision, reason: reasonIn(body) }));
  return { id, arrivesOn, amount, currency, status, ...payoutStanding(told), read, whole };
}

const reasonIn = (body: string | null): Reason | undefined =>
  body === null ? undefined : (JSON.parse(body) as { readonly reason?: Reason }).reason;

/** What a payout's parts come to by kind; its own transaction is left out. */
export async function selectSums(
  client: Pick<Client, 'query'>,
  tenant: string,
  payoutId: string,
): Promise<readonly PayoutSum[]> {
  const { rows } = await client.query<PayoutSum>(
    `select kind, count(*)::int as count, sum((body::json ->> 'amount')::numeric)::text as amount,
            sum((body::json ->> 'fee')::numeric)::text as fee
       from payout_transaction where tenant = $1 and payout_id = $2 and kind <> 'itself' group by kind order by kind`,
    [tenant, payoutId],
  );
  return rows;
}

export interface PartsWanted {
  /** Behind this position. */
  readonly after: number;
  readonly limit: number;
  /** Only those that are missing or on their way. */
  readonly open: boolean;
  /** Only those of this id of Stripe's; null: of any. */
  readonly part: string | null;
}

/**
 * A payout's parts, each with the record QuickBooks has of it. The halves of what left and came back in one payout are not missing.
 */
export async function selectParts(
  client: Pick<Client, 'query'>,
  tenant: string,
  payoutId: string,
  { after, limit, open, part }: PartsWanted,
): Promise<readonly PayoutPartView[]> {
  const { rows } = await client.query<{
    position: number;
    kind: string;
    amount: string;
    fee: string;
    net: string;
    stripe_id: string;
    ref: string | null;
    state: PayoutPartView['state'];
    quickbooks: NonNullable<PayoutPartView['quickbooks']> | null;
  }>(
    `select part.*, made.quickbooks from (
     select * from (
       select position, kind, body::json ->> 'amount' as amount, body::json ->> 'fee' as fee, body::json ->> 'net' as net,
              coalesce(body::json ->> 'source', transaction_id) as stripe_id, ref,
              case when waits_on is not null then 'waiting'
                   when place::json ->> 'half' is not null and exists (
                          select from payout_transaction o
                           where o.tenant = p.tenant and o.payout_id = p.payout_id and o.stripe_id = p.stripe_id
                             and (o.body::json ->> 'amount')::numeric = -(p.body::json ->> 'amount')::numeric) then 'known'
                   when lacking or kind = 'unknown' or (ref is null and stripe_id is not null) then 'missing'
                   else 'known' end as state
         from payout_transaction p
        where tenant = $1 and payout_id = $2 and kind <> 'itself' and position > $3
     ) each_part
      where (not $5 or state <> 'known') and ($6::text is null or stripe_id = $6)
      order by position limit $4
     ) part
      left join lateral (
        select d.quickbooks from event e
         cross join lateral json_to_record(e.data::json) as d (ref text, quickbooks json)
         where e.tenant = $1 and e.ref = part.ref and e.type in ('Settled', 'Held') and d.quickbooks is not null
         order by coalesce(d.ref, e.ref) = part.ref desc, e.version desc limit 1
      ) made on true
      order by part.position`,
    [tenant, payoutId, after, limit, open, part],
  );
  return rows.map(({ stripe_id: stripeId, ref, quickbooks, ...row }) => ({
    ...{ ...row, stripeId },
    ...(ref === null ? {} : { ref }),
    ...(quickbooks === null ? {} : { quickbooks }),
  }));
}
