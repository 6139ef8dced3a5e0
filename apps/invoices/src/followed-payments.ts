import { readNumbersAsText, type TextJson, type TextObject } from '@qbo-sync/contracts/exact-json';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { AppliedPayment } from '@qbo-sync/entities/invoice/invoice-related';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { SqlMigration } from '@qbo-sync/service/migrations';

/**
 * Which payments of ours QuickBooks has applied to which invoices, as its answers showed them last: a void waits for them, and
 * a lowered total. Payments hears of both by the invoices topic and takes its lines off or shortens them.
 */
export const FOLLOWED_PAYMENT_MIGRATION: SqlMigration = {
  name: 'invoices/0002-followed-payments',
  sql: `
alter table followed_item_link add column account_id text;
create table followed_application (
  tenant     text    not null,
  books      text    not null,
  ref        text    not null,
  invoice_id text    not null,
  amount     numeric not null,
  locked     boolean not null default false,
  primary key (tenant, books, ref, invoice_id)
);
create index followed_application_invoice on followed_application (tenant, books, invoice_id);`,
};

/** QuickBooks' refusal of a change to a payment that is on a deposit (quickbooks.md §10). */
const ON_DEPOSIT = '6540';

/** Takes in what the gateway answered about payments. */
export async function followPaymentAnswers(client: Client, answers: readonly QboAnswer[]): Promise<void> {
  for (const { tenant, ref, books, outcome, code, record } of answers) {
    if (entityOf(ref) !== 'payment') continue;
    if (outcome === 'gone') await deleteApplications(client, tenant, books, ref);
    if (outcome === 'refused' && code === ON_DEPOSIT) await lockApplications(client, tenant, books, ref);
    if (outcome !== 'synced' || record === undefined) continue;
    await deleteApplications(client, tenant, books, ref);
    const applied = applicationsIn(record);
    if (applied.length > 0) await insertApplications(client, tenant, books, ref, applied);
  }
}

/** Payments applied to an invoice of QuickBooks', in the order of their refs. */
export async function paymentsOf(
  client: Client,
  tenant: string,
  books: string,
  quickbooksId: string,
): Promise<readonly AppliedPayment[]> {
  const { rows } = await client.query<AppliedPayment>(
    `select ref, amount::text, locked from followed_application
      where tenant = $1 and books = $2 and invoice_id = $3 order by ref`,
    [tenant, books, quickbooksId],
  );
  return rows;
}

interface Application {
  readonly invoiceId: string;
  readonly amount: string;
}

/** What of a payment is applied to invoices; QuickBooks' record as JSON text. */
function applicationsIn(text: string): Application[] {
  const lines = listOf(objectOf(readNumbersAsText(text))['Line']).map(objectOf);
  return lines.flatMap(({ Amount: amount, LinkedTxn: links }) =>
    listOf(links)
      .map(objectOf)
      .flatMap(({ TxnId: invoiceId, TxnType: type }) =>
        type === 'Invoice' && typeof invoiceId === 'string' && typeof amount === 'string' ? { invoiceId, amount } : [],
      ),
  );
}

const listOf = (json: TextJson | undefined): readonly TextJson[] => (Array.isArray(json) ? json : []);

const objectOf = (json: TextJson): TextObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {};

async function deleteApplications(client: Client, tenant: string, books: string, ref: string): Promise<void> {
  await client.query(`delete from followed_application where tenant = $1 and books = $2 and ref = $3`, [
    tenant,
    books,
    ref,
  ]);
}

async function lockApplications(client: Client, tenant: string, books: string, ref: string): Promise<void> {
  await client.query(`update followed_application set locked = true where tenant = $1 and books = $2 and ref = $3`, [
    tenant,
    books,
    ref,
  ]);
}

async function insertApplications(
  client: Client,
  tenant: string,
  books: string,
  ref: string,
  applied: readonly Application[],
): Promise<void> {
  await client.query(
    `insert into followed_application (tenant, books, ref, invoice_id, amount)
     select $1, $2, $3, invoice_id, sum(amount)
       from unnest($4::text[], $5::numeric[]) as a (invoice_id, amount) group by invoice_id`,
    [tenant, books, ref, applied.map(({ invoiceId }) => invoiceId), applied.map(({ amount }) => amount)],
  );
}
