import { entityOf } from '@qbo-sync/contracts/refs';
import type { Allocation } from '@qbo-sync/contracts/runacall/payment';
import { paidIn } from '@qbo-sync/entities/payment/judge-payment';
import { isAppliedTo, isPosted, type PaymentRelated } from '@qbo-sync/entities/payment/payment';
import type { DisputeRelated } from '@qbo-sync/entities/dispute/dispute';
import type { PayoutRelated } from '@qbo-sync/entities/payout/payout';
import type { RefundData, RefundRelated } from '@qbo-sync/entities/refund/refund';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, type State } from '@qbo-sync/entities/sync/stream-state';
import type { StreamEvent } from '@qbo-sync/entities/sync/events';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import { relatedToDispute } from './disputes/related-to-dispute';
import { selectInvoices, selectOurs } from './followed-invoices';
import { selectRefunds } from './noted';
import { relatedToPayout } from './payouts/related-to-payout';

type Apart = RefundRelated | PayoutRelated | DisputeRelated;

/** What rules look at beside their own streams, of one company: payments with one statement for all the invoices they name. */
export async function relatedTo(client: Client, to: readonly RelatedTo[]): Promise<readonly unknown[]> {
  const apart = to.map(({ ref }) => APART[entityOf(ref)]);
  const payments = new Map(
    await relatedToPayments(
      client,
      to.filter((_, index) => apart[index] === undefined),
    ),
  );
  const each: unknown[] = [];
  for (const [index, one] of to.entries()) each.push(payments.get(one) ?? (await apart[index]?.(client, one)));
  return each;
}

/** Records that each have statements of their own. */
const APART: Readonly<Record<string, (client: Client, to: RelatedTo) => Promise<Apart>>> = {
  refund: relatedToRefund,
  payout: relatedToPayout,
  dispute: relatedToDispute,
};

type Data = Readonly<Record<string, unknown>>;
type Folded = Pick<State, 'latest' | 'facts' | 'asked' | 'chosen'>;

/** The invoices payments name, now, in the changes at hand, or in what was asked for before. */
async function relatedToPayments(
  client: Client,
  to: readonly RelatedTo[],
): Promise<readonly (readonly [RelatedTo, PaymentRelated])[]> {
  const [first] = to;
  if (first === undefined) return [];
  const { tenant, settings } = first;
  const books = settings?.books ?? '';
  const named = to.map(invoicesOf);
  const all = await selectInvoices(client, tenant, unique(named.flat()), books);
  const related: [RelatedTo, PaymentRelated][] = [];
  for (const [index, one] of to.entries()) {
    const { trigger } = one;
    const record = trigger.kind === 'answered' ? trigger.answer.record : undefined;
    const ids = named[index] ?? [];
    related.push([
      one,
      {
        invoices: Object.fromEntries(ids.flatMap((id) => (all[id] === undefined ? [] : [[id, all[id]]]))),
        ...(record === undefined ? {} : { ours: await selectOurs(client, tenant, books, paidIn(record)) }),
      },
    ]);
  }
  return related;
}

function invoicesOf(to: RelatedTo): readonly string[] {
  const { latest, facts, asked } = to.state as Folded;
  const datas = [...said(to), ...facts.map(({ data }) => data)];
  if (latest === undefined && datas.length === 0) return [];
  return unique([
    ...datas.flatMap(invoicesIn),
    ...Object.values(asked).flatMap(({ request }) => named(request.personal?.body)),
  ]);
}

async function relatedToRefund(client: Client, to: RelatedTo): Promise<RefundRelated> {
  const { tenant, settings } = to;
  const chosen = (to.state as Folded).chosen['invoice'];
  const datas = said(to) as unknown as readonly RefundData[];
  const reduced = unique([
    ...datas.flatMap(({ refund }) => refund.invoiceId ?? []),
    ...(chosen === undefined ? [] : [chosen]),
  ]);
  const paid = datas.flatMap(({ payment }) => payment.allocations.map(({ invoiceId }) => invoiceId));
  const invoices = await selectInvoices(client, tenant, unique([...reduced, ...paid]), settings?.books ?? '');
  const refunds: Record<string, RefundRelated['refunds'][string]> = {};
  for (const id of reduced) refunds[id] = await selectRefunds(client, tenant, id);
  const [newest] = datas;
  const payment = await paymentOf(client, tenant, newest?.payment.id ?? '');
  return {
    invoices,
    refunds,
    heldByPayment: newest?.refund.status === 'failed' && isAppliedTo(payment, to.ref),
    paymentPosted: isPosted(payment, settings?.books ?? ''),
  };
}

/** The payment's own stream: what it was last asked to be applied to, and whether it is in QuickBooks. */
async function paymentOf(client: Client, tenant: string, id: string): Promise<State> {
  const key = { tenant, ref: `payment:${id}` };
  const events = (await loadEvents(client, [key])).get(streamId(key)) ?? [];
  return (events as unknown as readonly StreamEvent[]).reduce(evolve, initial(tenant, key.ref));
}

/** What the change at hand says, and the newest before it. */
function said({ trigger, state }: RelatedTo): readonly Data[] {
  const { latest } = state as Folded;
  return [...(trigger.kind === 'changed' ? [trigger.data] : []), ...(latest === undefined ? [] : [latest.data])];
}

function invoicesIn(data: Data): readonly string[] {
  const { allocations, refunds } = data as {
    readonly allocations?: readonly Allocation[];
    readonly refunds?: readonly { readonly invoiceId?: string }[];
  };
  return [
    ...(allocations ?? []).map(({ invoiceId }) => invoiceId),
    ...(refunds ?? []).flatMap(({ invoiceId }) => invoiceId ?? []),
  ];
}

const REFERENCE = /"\$ref":"invoice:([^"]+)"/g;
const named = (body = ''): readonly string[] => [...body.matchAll(REFERENCE)].flatMap(([, id]) => id ?? []);
const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)];
