import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { InvoiceRefund } from '@qbo-sync/entities/refund/refund';
import type { RefundData } from '@qbo-sync/entities/refund/refund';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { NotedChange } from '@qbo-sync/service/entity-service/definition';

/** Notes which streams look at which invoices, and the refunds of an invoice. */
export async function notePayments(client: Client, changes: readonly NotedChange[]): Promise<void> {
  for (const { tenant, ref, sequence, data } of changes) {
    const entity = entityOf(ref);
    if (entity === 'payment') {
      const { allocations } = data as unknown as Payment;
      await noteReader(
        client,
        tenant,
        ref,
        allocations.map(({ invoiceId }) => invoiceId),
      );
    }
    if (entity !== 'refund') continue;
    const { refund } = data as unknown as RefundData;
    if (refund.invoiceId === undefined) continue;
    await noteReader(client, tenant, ref, [refund.invoiceId]);
    if (refund.effect === 'reduce-sale') await noteRefund(client, tenant, refund.invoiceId, sequence, refund);
  }
}

async function noteReader(client: Client, tenant: string, ref: string, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await client.query(
    `insert into invoice_reader (tenant, invoice_id, ref)
     select $1, invoice_id, $2 from unnest($3::text[]) as i (invoice_id)
     on conflict do nothing`,
    [tenant, ref, [...new Set(invoiceIds)]],
  );
}

async function noteRefund(
  client: Client,
  tenant: string,
  invoiceId: string,
  sequence: number,
  { id, amount, taxAmount, status }: RefundData['refund'],
): Promise<void> {
  await client.query(
    `insert into invoice_refund as r (tenant, invoice_id, refund_id, sequence, amount, tax_amount, counts)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant, invoice_id, refund_id) do update set
       sequence = excluded.sequence, amount = excluded.amount, tax_amount = excluded.tax_amount, counts = excluded.counts
      where r.sequence < excluded.sequence`,
    [tenant, invoiceId, id, sequence, amount, taxAmount ?? null, status === 'succeeded'],
  );
}

/** Streams that look at these invoices. */
export async function selectReaders(
  client: Client,
  tenant: string,
  invoiceIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ ref: string }>(
    `select distinct ref from invoice_reader where tenant = $1 and invoice_id = any($2::text[]) order by ref`,
    [tenant, invoiceIds],
  );
  return rows.map(({ ref }) => ref);
}

/** Refunds that reduce an invoice's sale, in the order in which they were heard of. */
export async function selectRefunds(
  client: Client,
  tenant: string,
  invoiceId: string,
): Promise<readonly InvoiceRefund[]> {
  const { rows } = await client.query<{
    refund_id: string;
    amount: string;
    tax_amount: string | null;
    counts: boolean;
  }>(
    `select refund_id, amount, tax_amount, counts from invoice_refund
      where tenant = $1 and invoice_id = $2 order by position`,
    [tenant, invoiceId],
  );
  return rows.map(({ refund_id: id, amount, tax_amount: taxAmount, counts }) => ({
    ...{ id, amount, counts },
    ...(taxAmount === null ? {} : { taxAmount }),
  }));
}
