import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { FollowedInvoice } from '@qbo-sync/entities/payment/followed-invoice';
import { readPosted } from '@qbo-sync/entities/payment/followed-invoice';
import type { Client } from '@qbo-sync/eventstore/pool';
import { readSettings } from '@qbo-sync/eventstore/settings';

/**
 * What payments knows of invoices: how each stands in Run a Call and in QuickBooks, under which books. A void is never
 * undone; whether it is posted when it is paid is what the settings said when it was first heard of (postings.md §6.7).
 */
export async function followInvoices(client: Client, events: readonly RunACallEvent[]): Promise<void> {
  const settings = await readSettings(client, [...new Set(events.map(({ tenant }) => tenant))]);
  for (const event of events) {
    const { values } = (settings.get(event.tenant)?.document ?? {}) as Partial<SyncSettings>;
    await followInvoice(client, event, event.data as unknown as Invoice, values?.['invoices.when'] === 'on_payment');
  }
}

async function followInvoice(
  client: Client,
  { tenant, time, change, sequence }: RunACallEvent,
  invoice: Invoice,
  onPayment: boolean,
): Promise<void> {
  await client.query(
    `insert into followed_invoice as f
       (tenant, invoice_id, sequence, customer_id, number, total, tip, balance, issued_on, first_occurred_at, voided,
        on_payment)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
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
      onPayment,
    ],
  );
}

/** Takes in what the gateway answered about invoices: which are posted, in which books, and how they stand there. */
export async function followAnswers(client: Client, answers: readonly QboAnswer[]): Promise<void> {
  for (const answer of answers) {
    if (entityOf(answer.ref) !== 'invoice') continue;
    if (answer.outcome === 'synced' && answer.quickbooksId !== undefined) await link(client, answer);
    if (answer.outcome === 'gone') await unlink(client, answer);
  }
}

/** The customer is Run a Call's when it was written: QuickBooks keeps it when Run a Call merges (postings.md §5). */
async function link(client: Client, { tenant, ref, books, quickbooksId, record }: QboAnswer): Promise<void> {
  const posted = record === undefined ? undefined : readPosted(readNumbersAsText(record) as TextObject);
  await client.query(
    `insert into followed_invoice_link as l (tenant, invoice_id, books, quickbooks_id, customer_id, posted)
     values ($1, $2, $3, $4, (select customer_id from followed_invoice where tenant = $1 and invoice_id = $2), $5)
     on conflict (tenant, invoice_id, books) do update set
       quickbooks_id = excluded.quickbooks_id,
       customer_id   = coalesce(excluded.customer_id, l.customer_id),
       posted        = coalesce(excluded.posted, l.posted)`,
    [tenant, idOf(ref), books, quickbooksId, posted === undefined ? null : JSON.stringify(posted)],
  );
}

async function unlink(client: Client, { tenant, ref, books }: QboAnswer): Promise<void> {
  await client.query(`delete from followed_invoice_link where tenant = $1 and invoice_id = $2 and books = $3`, [
    tenant,
    idOf(ref),
    books,
  ]);
}

interface Row {
  invoice_id: string;
  customer_id: string;
  number: string;
  total: string;
  balance: string;
  tip: string | null;
  issued_on: string;
  first_occurred_at: Date;
  voided: boolean;
  on_payment: boolean;
  quickbooks_id: string | null;
  posted: string | null;
}

/** Invoices as they are known, by their id. */
export async function selectInvoices(
  client: Client,
  tenant: string,
  ids: readonly string[],
  books: string,
): Promise<Readonly<Record<string, FollowedInvoice>>> {
  if (ids.length === 0) return {};
  const { rows } = await client.query<Row>(
    `select f.invoice_id, coalesce(l.customer_id, f.customer_id) as customer_id, f.number, f.total, f.balance, f.tip, f.issued_on,
            f.first_occurred_at, f.voided, f.on_payment, l.quickbooks_id, l.posted
       from followed_invoice f
       left join followed_invoice_link l on l.tenant = f.tenant and l.invoice_id = f.invoice_id and l.books = $3
      where f.tenant = $1 and f.invoice_id = any($2::text[])`,
    [tenant, ids, books],
  );
  return Object.fromEntries(rows.map((row) => [row.invoice_id, followed(row)]));
}

function followed(row: Row): FollowedInvoice {
  return {
    customerId: row.customer_id,
    number: row.number,
    issuedOn: row.issued_on,
    total: row.total,
    balance: row.balance,
    ...(row.tip === null ? {} : { tip: row.tip }),
    ...(row.voided ? { voided: true } : {}),
    ...(row.on_payment ? { onPayment: true } : {}),
    firstOccurredAt: row.first_occurred_at.toISOString(),
    linked: row.quickbooks_id !== null,
    ...(row.quickbooks_id === null ? {} : { quickbooksId: row.quickbooks_id }),
    ...(row.posted === null ? {} : { posted: JSON.parse(row.posted) as NonNullable<FollowedInvoice['posted']> }),
  };
}

/** Which of these QuickBooks ids are invoices of ours. */
export async function selectOurs(
  client: Client,
  tenant: string,
  books: string,
  quickbooksIds: readonly string[],
): Promise<readonly string[]> {
  if (quickbooksIds.length === 0) return [];
  const { rows } = await client.query<{ quickbooks_id: string }>(
    `select quickbooks_id from followed_invoice_link where tenant = $1 and books = $2 and quickbooks_id = any($3::text[])`,
    [tenant, books, quickbooksIds],
  );
  return rows.map((row) => row.quickbooks_id);
}
