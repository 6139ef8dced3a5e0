import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { InvoiceRelated } from '@qbo-sync/entities/invoice/invoice';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import type { SqlMigration } from '@qbo-sync/service/migrations';

/** What invoices needs to know of the masters they name: whether a customer is exempt, which items QuickBooks has active. */
export const FOLLOWED_MASTERS_MIGRATION: SqlMigration = {
  name: 'invoices/0001-followed-masters',
  sql: `
create table followed_customer (
  tenant      text    not null,
  customer_id text    not null,
  sequence    bigint  not null,
  name        text    not null,
  tax_exempt  boolean not null,
  primary key (tenant, customer_id)
);
create table followed_item_link (
  tenant  text    not null,
  item_id text    not null,
  books   text    not null,
  active  boolean not null,
  primary key (tenant, item_id, books)
);`,
};

/** Takes in customer events: the data of the highest sequence. */
export async function followCustomers(client: Client, events: readonly RunACallEvent[]): Promise<void> {
  for (const { tenant, sequence, data } of events) {
    const { id, displayName, taxExempt } = data as unknown as Customer;
    await client.query(
      `insert into followed_customer as f (tenant, customer_id, sequence, name, tax_exempt) values ($1, $2, $3, $4, $5)
       on conflict (tenant, customer_id) do update set
         sequence = excluded.sequence, name = excluded.name, tax_exempt = excluded.tax_exempt
       where f.sequence < excluded.sequence`,
      [tenant, id, sequence, displayName, taxExempt],
    );
  }
}

/** Takes in what the gateway answered about items: which are in QuickBooks, and active there. */
export async function followItemAnswers(client: Client, answers: readonly QboAnswer[]): Promise<void> {
  for (const { tenant, ref, books, outcome, record } of answers) {
    if (entityOf(ref) !== 'item') continue;
    if (outcome === 'synced' && record !== undefined) await link(client, tenant, idOf(ref), books, isActive(record));
    if (outcome === 'gone') await link(client, tenant, idOf(ref), books, false);
  }
}

async function link(client: Client, tenant: string, itemId: string, books: string, active: boolean): Promise<void> {
  await client.query(
    `insert into followed_item_link (tenant, item_id, books, active) values ($1, $2, $3, $4)
     on conflict (tenant, item_id, books) do update set active = excluded.active`,
    [tenant, itemId, books, active],
  );
}

/** QuickBooks' record as JSON text; what it leaves out is active. */
function isActive(record: string): boolean {
  return (JSON.parse(record) as { Active?: unknown }).Active !== false;
}

/** The customer and the items an invoice names, now or in the change at hand. */
export async function mastersOf(
  client: Client,
  { tenant, state, trigger, settings }: RelatedTo,
): Promise<InvoiceRelated> {
  const { latest } = state as { latest: { data: Partial<Invoice> } | undefined };
  const named = [trigger.kind === 'changed' ? (trigger.data as Partial<Invoice>) : undefined, latest?.data];
  const customers = named.flatMap((data) => data?.customerId ?? []);
  const items = [...new Set(named.flatMap((data) => data?.lines ?? []).flatMap(({ itemId }) => itemId ?? []))];
  return {
    customer: await customerOf(client, tenant, customers[0]),
    items: items.length === 0 ? {} : await itemsOf(client, tenant, items, settings?.books ?? ''),
  };
}

async function customerOf(
  client: Client,
  tenant: string,
  customerId: string | undefined,
): Promise<InvoiceRelated['customer']> {
  if (customerId === undefined) return undefined;
  const { rows } = await client.query<{ name: string; tax_exempt: boolean }>(
    `select name, tax_exempt from followed_customer where tenant = $1 and customer_id = $2`,
    [tenant, customerId],
  );
  const [row] = rows;
  return row && { name: row.name, taxExempt: row.tax_exempt };
}

async function itemsOf(
  client: Client,
  tenant: string,
  itemIds: readonly string[],
  books: string,
): Promise<InvoiceRelated['items']> {
  const { rows } = await client.query<{ item_id: string; active: boolean }>(
    `select item_id, active from followed_item_link where tenant = $1 and item_id = any($2::text[]) and books = $3`,
    [tenant, itemIds, books],
  );
  return Object.fromEntries(rows.map(({ item_id, active }) => [item_id, active]));
}
