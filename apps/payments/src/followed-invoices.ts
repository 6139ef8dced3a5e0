import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { FollowedInvoice, PaymentRelated } from '@qbo-sync/entities/payment/payment';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import type { SqlMigration } from '@qbo-sync/service/migrations';

/** What payments needs to know of invoices: how each stands in Run a Call, and in which books it is posted. */
export const FOLLOWED_INVOICE_MIGRATION: SqlMigration = {
  name: 'payments/0001-followed-invoice',
  sql: `
create table followed_invoice (
  tenant            text        not null,
  invoice_id        text        not null,
  sequence          bigint      not null,
  customer_id       text        not null,
  number            text        not null,
  total             numeric     not null,
  tip               numeric,
  balance           numeric     not null,
  issued_on         text        not null,
  first_occurred_at timestamptz not null,
  voided            boolean     not null,
  primary key (tenant, invoice_id)
);
create table followed_invoice_link (
  tenant        text not null,
  invoice_id    text not null,
  books         text not null,
  quickbooks_id text not null,
  primary key (tenant, invoice_id, books)
);`,
};

/** Takes in invoice events: the data of the highest sequence, the earliest time, and a void that is never undone. */
export async function followInvoices(client: Client, events: readonly RunACallEvent[]): Promise<void> {
  for (const event of events) await followInvoice(client, event, event.data as unknown as Invoice);
}

async function followInvoice(client: Client, { tenant, time, change, sequence }: RunACallEvent, invoice: Invoice) {
  await client.query(
    `insert into followed_invoice as f
       (tenant, invoice_id, sequence, customer_id, number, total, tip, balance, issued_on, first_occurred_at, voided)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (tenant, invoice_id) do update set
       sequence    = greatest(f.sequence, excluded.sequence),
       customer_id = case when excluded.sequence > f.sequence then excluded.customer_id else f.customer_id end,
       number      = case when excluded.sequence > f.sequence then excluded.number      else f.number      end,
       total       = case when excluded.sequence > f.sequence then excluded.total       else f.total       end,
       tip         = case when excluded.sequence > f.sequence then excluded.tip         else f.tip         end,
       balance     = case when excluded.sequence > f.sequence then excluded.balance     else f.balance     end,
       issued_on   = case when excluded.sequence > f.sequence then excluded.issued_on   else f.issued_on   end,
       first_occurred_at = least(f.first_occurred_at, excluded.first_occurred_at),
       voided      = f.voided or excluded.voided`,
    [
      tenant,
      invoice.id,
      sequence,
      invoice.customerId,
      invoice.number,
      invoice.total,
      invoice.tip ?? null,
      invoice.balance,
      invoice.issuedOn,
      time,
      change === 'voided',
    ],
  );
}

/** Takes in what the gateway answered about invoices: which are posted, in which books. */
export async function followAnswers(client: Client, answers: readonly QboAnswer[]): Promise<void> {
  for (const { tenant, ref, books, outcome, quickbooksId } of answers) {
    if (entityOf(ref) !== 'invoice') continue;
    if (outcome === 'synced' && quickbooksId !== undefined) await link(client, tenant, idOf(ref), books, quickbooksId);
    if (outcome === 'gone') await unlink(client, tenant, idOf(ref), books);
  }
}

async function link(client: Client, tenant: string, invoiceId: string, books: string, quickbooksId: string) {
  await client.query(
    `insert into followed_invoice_link (tenant, invoice_id, books, quickbooks_id) values ($1, $2, $3, $4)
     on conflict (tenant, invoice_id, books) do update set quickbooks_id = excluded.quickbooks_id`,
    [tenant, invoiceId, books, quickbooksId],
  );
}

async function unlink(client: Client, tenant: string, invoiceId: string, books: string) {
  await client.query(`delete from followed_invoice_link where tenant = $1 and invoice_id = $2 and books = $3`, [
    tenant,
    invoiceId,
    books,
  ]);
}

interface Row {
  invoice_id: string;
  customer_id: string;
  number: string;
  tip: string | null;
  issued_on: string;
  first_occurred_at: Date;
  linked: boolean;
}

/** The invoices a payment names, now or in the change at hand. */
export async function invoicesOf(client: Client, to: RelatedTo): Promise<PaymentRelated> {
  const ids = allocatedTo(to);
  if (ids.length === 0) return { invoices: {} };
  const result = await client.query<Row>(
    `select f.invoice_id, f.customer_id, f.number, f.tip, f.issued_on, f.first_occurred_at, l.books is not null as linked
       from followed_invoice f
       left join followed_invoice_link l on l.tenant = f.tenant and l.invoice_id = f.invoice_id and l.books = $3
      where f.tenant = $1 and f.invoice_id = any($2::text[])`,
    [to.tenant, ids, to.settings?.books ?? ''],
  );
  return { invoices: Object.fromEntries(result.rows.map((row) => [row.invoice_id, followed(row)])) };
}

function followed(row: Row): FollowedInvoice {
  return {
    customerId: row.customer_id,
    number: row.number,
    issuedOn: row.issued_on,
    ...(row.tip === null ? {} : { tip: row.tip }),
    firstOccurredAt: row.first_occurred_at.toISOString(),
    linked: row.linked,
  };
}

type Allocating = Partial<Pick<Payment, 'allocations'>>;

function allocatedTo({ state, trigger }: RelatedTo): string[] {
  const { latest, facts } = state as {
    latest: { data: Allocating } | undefined;
    facts: readonly { data: Allocating }[];
  };
  const named = [
    trigger.kind === 'changed' ? (trigger.data as Allocating) : undefined,
    latest?.data,
    ...facts.map(({ data }) => data),
  ];
  return [...new Set(named.flatMap((data) => data?.allocations ?? []).map(({ invoiceId }) => invoiceId))];
}
