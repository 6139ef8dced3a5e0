import type { Reason } from '@qbo-sync/contracts/reasons';
import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { PayoutPartView, PayoutState, PayoutSum, PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import type { Client } from '@qbo-sync/eventstore/pool';

interface Row {
  shown: string;
  read: number;
  whole: boolean;
  type: string | null;
  code: string | null;
  /** The stop's personal side, JSON. */
  body: string | null;
}

/** A payout beside the newest decision of its stream; only a stop's personal side is read, a request's is large. */
const SELECT = `
select p.shown, p.read, p.whole, d.type, d.data::json ->> 'code' as code, stop.body
  from payout p
  left join lateral (
    select tenant, ref, version, type, data from event e
     where e.tenant = p.tenant and e.ref = 'payout:' || p.payout_id
       and e.type in ('PushRequested', 'Deferred', 'Held', 'Skipped', 'Settled', 'Dismissed')
     order by version desc limit 1
  ) d on true
  left join payload stop
    on stop.tenant = d.tenant and stop.ref = d.ref and stop.version = d.version and d.type in ('Deferred', 'Held', 'Skipped')
 where p.tenant = $1 and p.shown is not null`;

/** Payouts before a place (day and id; null: the newest), newest first. */
export async function selectPayouts(
  client: Pick<Client, 'query'>,
  tenant: string,
  before: { readonly arrivesOn: string; readonly id: string } | null,
  limit: number,
): Promise<readonly PayoutView[]> {
  const { rows } = await client.query<Row>(
    `${SELECT} and ($2::text is null or (p.arrives_on, p.payout_id) < ($2, $3))
      order by p.arrives_on desc, p.payout_id desc limit $4`,
    [tenant, before?.arrivesOn ?? null, before?.id ?? null, limit],
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

function viewOf({ shown, read, whole, type, code, body }: Row): PayoutView {
  const { id, arrivalDate: arrivesOn, amount, currency, status } = JSON.parse(shown) as StripePayout;
  const reason = body === null ? undefined : (JSON.parse(body) as { readonly reason?: Reason }).reason;
  return {
    ...{ id, arrivesOn, amount, currency, status, state: stateOf(type, code), read, whole },
    ...(reason === undefined ? {} : { reason }),
  };
}

function stateOf(type: string | null, code: string | null): PayoutState {
  switch (type) {
    case 'Settled':
      return 'equal';
    case 'Held':
      return code === 'payout_kind' ? 'manual' : 'missing';
    case 'Skipped':
      return code === 'unchanged' ? 'equal' : 'closed';
    case 'Dismissed':
      return 'closed';
    default:
      return 'waiting';
  }
}

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

/** A payout's parts behind a position: `open`, only those that are missing or on their way. */
export async function selectParts(
  client: Pick<Client, 'query'>,
  tenant: string,
  payoutId: string,
  { after, limit, open }: { readonly after: number; readonly limit: number; readonly open: boolean },
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
  }>(
    `select * from (
       select position, kind, body::json ->> 'amount' as amount, body::json ->> 'fee' as fee, body::json ->> 'net' as net,
              coalesce(body::json ->> 'source', transaction_id) as stripe_id, ref,
              case when waits_on is not null then 'waiting'
                   when lacking or kind = 'unknown' or (ref is null and stripe_id is not null) then 'missing'
                   else 'known' end as state
         from payout_transaction
        where tenant = $1 and payout_id = $2 and kind <> 'itself' and position > $3
     ) part
      where not $5 or state <> 'known'
      order by position limit $4`,
    [tenant, payoutId, after, limit, open],
  );
  return rows.map(({ stripe_id: stripeId, ref, ...row }) => ({ ...row, stripeId, ...(ref === null ? {} : { ref }) }));
}
