import type { DisputeData, DisputeRelated } from '@qbo-sync/entities/dispute/dispute';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, type State } from '@qbo-sync/entities/sync/stream-state';
import type { StreamEvent } from '@qbo-sync/entities/sync/events';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import { selectInvoices } from '../followed-invoices';
import { calledBy, invoicesNamed } from '../payouts/called';
import { selectRefOf } from '../payouts/charges';

/** What a person calls the payment that is disputed; of one Run a Call does not know, Stripe's id. */
export async function relatedToDispute(client: Client, to: RelatedTo): Promise<DisputeRelated> {
  const { tenant, trigger, settings } = to;
  const data = trigger.kind === 'changed' ? trigger.data : (to.state as State).latest?.data;
  const charge = (data as unknown as DisputeData | undefined)?.dispute.charge ?? null;
  const ref = charge === null ? undefined : await selectRefOf(client, tenant, charge);
  if (ref === undefined) return { called: charge ?? '' };
  const key = { tenant, ref };
  const stored = (await loadEvents(client, [key])).get(streamId(key)) ?? [];
  const payment = (stored as unknown as readonly StreamEvent[]).reduce(evolve, initial(tenant, ref));
  const ids = payment.latest === undefined ? [] : invoicesNamed(payment.latest.data);
  const invoices = await selectInvoices(client, tenant, ids, settings?.books ?? '');
  return { called: calledBy(payment, (id) => invoices[id]?.number ?? id) };
}
