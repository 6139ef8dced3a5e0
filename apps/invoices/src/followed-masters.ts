import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { InvoiceRelated } from '@qbo-sync/entities/invoice/invoice-related';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import type { SqlMigration } from '@qbo-sync/service/migrations';
import { paymentsOf } from './followed-payments';

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
    if (outcome === 'synced' && record !== undefined) await link(client, tenant, idOf(ref), books, readItem(record));
    if (outcome === 'gone') await link(client, tenant, idOf(ref), books, { active: false, account: null });
  }
}

interface FollowedItem {
  readonly active: boolean;
  /** QuickBooks id of its income account; null: not told, what was known stays. */
  readonly account: string | null;
}

async function link(
  client: Client,
  tenant: string,
  itemId: string,
  books: string,
  { active, account }: FollowedItem,
): Promise<void> {
  await client.query(
    `insert into followed_item_link as f (tenant, item_id, books, active, account_id) values ($1, $2, $3, $4, $5)
     on conflict (tenant, item_id, books) do update set
       active = excluded.active, account_id = coalesce(excluded.account_id, f.account_id)`,
    [tenant, itemId, books, active, account],
  );
}

/** QuickBooks' record as JSON text; what does not say that it is inactive is active. */
function readItem(record: string): FollowedItem {
  const { Active, IncomeAccountRef } = JSON.parse(record) as {
    readonly Active?: unknown;
    readonly IncomeAccountRef?: { readonly value?: string };
  };
  return { active: Active !== false, account: IncomeAccountRef?.value ?? null };
}

type Folded = {
  readonly latest: { readonly data: Partial<Invoice> } | undefined;
  readonly links: Readonly<Record<string, { readonly id: string }>>;
};

/**
 * The customers and the items that invoices of one company name, now or in the change at hand, and the payments QuickBooks
 * has applied to them: with as many statements as for one; each that is linked has one more.
 */
export async function relatedTo(client: Client, to: readonly RelatedTo[]): Promise<readonly InvoiceRelated[]> {
  const [first] = to;
  if (first === undefined) return [];
  const { tenant, settings } = first;
  const books = settings?.books ?? '';
  const named = to.map(namedBy);
  const customers = await customersOf(client, tenant, unique(named.flatMap(({ customerId }) => customerId ?? [])));
  const items = await itemsOf(client, tenant, unique(named.flatMap(({ itemIds }) => itemIds)), books);
  const related: InvoiceRelated[] = [];
  for (const [index, { ref, state }] of to.entries()) {
    const { customerId, itemIds } = named[index] ?? { customerId: undefined, itemIds: [] };
    const quickbooksId = (state as Folded).links[`${books} ${ref}`]?.id;
    related.push({
      customer: customerId === undefined ? undefined : customers.get(customerId),
      ...ofItems(items, itemIds),
      payments: quickbooksId === undefined ? [] : await paymentsOf(client, tenant, books, quickbooksId),
    });
  }
  return related;
}

interface Named {
  readonly customerId: string | undefined;
  readonly itemIds: readonly string[];
}

function namedBy({ state, trigger }: RelatedTo): Named {
  const { latest } = state as Folded;
  const datas = [trigger.kind === 'changed' ? (trigger.data as Partial<Invoice>) : undefined, latest?.data];
  const [customerId] = datas.flatMap((data) => data?.customerId ?? []);
  return {
    customerId,
    itemIds: unique(datas.flatMap((data) => data?.lines ?? []).flatMap(({ itemId }) => itemId ?? [])),
  };
}

const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

async function customersOf(
  client: Client,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<InvoiceRelated['customer']>>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<{ customer_id: string; name: string; tax_exempt: boolean }>(
    `select customer_id, name, tax_exempt from followed_customer where tenant = $1 and customer_id = any($2::text[])`,
    [tenant, ids],
  );
  return new Map(rows.map((row) => [row.customer_id, { name: row.name, taxExempt: row.tax_exempt }]));
}

interface ItemLink {
  readonly active: boolean;
  readonly accountId: string | null;
}

function ofItems(
  links: ReadonlyMap<string, ItemLink>,
  itemIds: readonly string[],
): Pick<InvoiceRelated, 'items' | 'itemAccounts'> {
  const known = itemIds.flatMap((id) => {
    const link = links.get(id);
    return link === undefined ? [] : [[id, link] as const];
  });
  return {
    items: Object.fromEntries(known.map(([id, { active }]) => [id, active])),
    itemAccounts: Object.fromEntries(
      known.flatMap(([id, { accountId }]) => (accountId === null ? [] : [[id, accountId]])),
    ),
  };
}

async function itemsOf(
  client: Client,
  tenant: string,
  itemIds: readonly string[],
  books: string,
): Promise<ReadonlyMap<string, ItemLink>> {
  if (itemIds.length === 0) return new Map();
  const { rows } = await client.query<{ item_id: string; active: boolean; account_id: string | null }>(
    `select item_id, active, account_id from followed_item_link
      where tenant = $1 and item_id = any($2::text[]) and books = $3`,
    [tenant, itemIds, books],
  );
  return new Map(rows.map((row) => [row.item_id, { active: row.active, accountId: row.account_id }]));
}
