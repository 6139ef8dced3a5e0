import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { InvoiceRefund, RefundData } from '@qbo-sync/entities/refund/refund';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { NotedChange } from '@qbo-sync/service/entity-service/definition';

/** Notes which streams look at which invoices, and the refunds of an invoice. */
export async function notePayments(client: Client, changes: readonly NotedChange[]): Promise<void> {
  await noteReaders(client, changes.flatMap(readersIn));
  for (const { tenant, ref, sequence, data } of changes) {
    if (entityOf(ref) !== 'refund') continue;
    const { refund } = data as unknown as RefundData;
    if (refund.invoiceId === undefined || refund.effect !== 'reduce-sale') continue;
    await noteRefund(client, tenant, refund.invoiceId, sequence, refund);
  }
}

interface Reader {
  readonly tenant: string;
  readonly ref: string;
  readonly invoiceId: string;
}

function readersIn({ tenant, ref, data }: NotedChange): readonly Reader[] {
  const named = (): readonly string[] => {
    switch (entityOf(ref)) {
      case 'payment':
        return (data as unknown as Payment).allocations.map(({ invoiceId }) => invoiceId);
      case 'refund':
        return [(data as unknown as RefundData).refund.invoiceId ?? []].flat();
      default:
        return [];
    }
  };
  return named().map((invoiceId) => ({ tenant, ref, invoiceId }));
}

async function noteReaders(client: Client, readers: readonly Reader[]): Promise<void> {
  if (readers.length === 0) return;
  await client.query(
    `insert into invoice_reader (tenant, invoice_id, ref)
     select * from unnest($1::text[], $2::text[], $3::text[])
     on conflict do nothing`,
    [readers.map(({ tenant }) => tenant), readers.map(({ invoiceId }) => invoiceId), readers.map(({ ref }) => ref)],
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
  client: Pick<Client, 'query'>,
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
