import type { RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { EntityService, RelatedTo } from '@qbo-sync/service/entity-service/definition';
import type { SqlMigration } from '@qbo-sync/service/migrations';

/**
 * What payments knows of the invoices it is told of, as far as the simulated day needs it: an app's own table cannot be
 * imported from here. The kit around it, which decides when who is heard of, is the product's.
 */
export const FOLLOWED_INVOICES: SqlMigration = {
  name: 'simulation/0001-followed-invoices',
  sql: `create table followed_invoice (
    tenant            text not null,
    invoice_id        text not null,
    customer_id       text not null,
    number            text not null,
    issued_on         text not null,
    first_occurred_at text not null,
    primary key (tenant, invoice_id)
  );`,
};

interface InvoiceData {
  readonly id: string;
  readonly customerId: string;
  readonly number: string;
  readonly issuedOn: string;
}

export const followInvoices: NonNullable<EntityService['follows']> = {
  topic: 'runacall.invoices.v1',
  async store(client: Client, events: readonly RunACallEvent[]): Promise<void> {
    for (const { tenant, time, data } of events) {
      const { id, customerId, number, issuedOn } = data as unknown as InvoiceData;
      await client.query(
        `insert into followed_invoice (tenant, invoice_id, customer_id, number, issued_on, first_occurred_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
        [tenant, id, customerId, number, issuedOn, time],
      );
    }
  },
  entities: [],
  answered: () => Promise.resolve(),
};

/** The invoices that payments name. */
export async function invoicesOfAll(client: Client, to: readonly RelatedTo[]): Promise<readonly unknown[]> {
  const each: unknown[] = [];
  for (const one of to) each.push(await invoicesOf(client, one));
  return each;
}

async function invoicesOf(client: Client, { tenant, state, trigger }: RelatedTo): Promise<unknown> {
  const { latest } = state as { latest: { data: Allocating } | undefined };
  const named = [trigger.kind === 'changed' ? (trigger.data as Allocating) : undefined, latest?.data];
  const ids = named.flatMap((data) => data?.allocations ?? []).map(({ invoiceId }) => invoiceId);
  const { rows } = await client.query<{
    invoice_id: string;
    customer_id: string;
    number: string;
    issued_on: string;
    first_occurred_at: string;
  }>(
    `select invoice_id, customer_id, number, issued_on, first_occurred_at from followed_invoice
      where tenant = $1 and invoice_id = any($2::text[])`,
    [tenant, ids],
  );
  const invoices = rows.map((row) => [
    row.invoice_id,
    {
      customerId: row.customer_id,
      number: row.number,
      issuedOn: row.issued_on,
      firstOccurredAt: row.first_occurred_at,
      linked: true,
    },
  ]);
  return { invoices: Object.fromEntries(invoices) };
}

interface Allocating {
  readonly allocations?: readonly { readonly invoiceId: string }[];
}
