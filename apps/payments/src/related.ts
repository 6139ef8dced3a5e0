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

/** What a record's rules look at beside its own stream. */
export function relatedTo(
  client: Client,
  to: RelatedTo,
): Promise<PaymentRelated | RefundRelated | PayoutRelated | DisputeRelated> {
  switch (entityOf(to.ref)) {
    case 'refund':
      return relatedToRefund(client, to);
    case 'payout':
      return relatedToPayout(client, to);
    case 'dispute':
      return relatedToDispute(client, to);
    default:
      return relatedToPayment(client, to);
  }
}

/** The same for many streams of one company: payments with one statement for all the invoices they name. */
export async function relatedToAll(client: Client, to: readonly RelatedTo[]): Promise<readonly unknown[]> {
  const [first] = to;
  if (first === undefined || to.some(({ ref }) => entityOf(ref) !== 'payment')) {
    const each: unknown[] = [];
    for (const one of to) each.push(await relatedTo(client, one));
    return each;
  }
  const named = to.map(invoicesOf);
  const { tenant, settings } = first;
  const all = await selectInvoices(client, tenant, unique(named.flat()), settings?.books ?? '');
  return named.map((ids) => ({
    invoices: Object.fromEntries(ids.flatMap((id) => (all[id] === undefined ? [] : [[id, all[id]]]))),
  }));
}

type Data = Readonly<Record<string, unknown>>;
type Folded = Pick<State, 'latest' | 'facts' | 'asked' | 'chosen'>;

/** The invoices a payment names, now, in the change at hand, or in what was asked for before. */
async function relatedToPayment(client: Client, to: RelatedTo): Promise<PaymentRelated> {
  const { tenant, trigger, settings } = to;
  const books = settings?.books ?? '';
  const record = trigger.kind === 'answered' ? trigger.answer.record : undefined;
  return {
    invoices: await selectInvoices(client, tenant, invoicesOf(to), books),
    ...(record === undefined ? {} : { ours: await selectOurs(client, tenant, books, paidIn(record)) }),
  };
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
