import { Inject, Injectable } from '@nestjs/common';
import type {
  ExpectedCustomer,
  ExpectedInvoice,
  ExpectedItem,
  ExpectedPayment,
} from '@qbo-sync/contracts/internal/expected';
import { type AskedService, ServiceClient } from '../connection/service-client';
import type { Expectation } from './check';

/** A service could not be asked, or does not know. */
export class NotTold extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'NotTold';
  }
}

type Items<Value> = { readonly items: readonly Value[] };

/** What should be in QuickBooks, by the services that own the records. Throws {@link NotTold}. */
@Injectable()
export class ExpectationReader {
  constructor(@Inject(ServiceClient) private readonly services: ServiceClient) {}

  /** Undefined: Run a Call has not told of the invoice. */
  async of(tenant: string, invoiceId: string): Promise<Expectation | undefined> {
    const [invoice] = await this.invoices(tenant, [invoiceId]);
    if (invoice === undefined) return undefined;
    const itemIds = [...new Set(invoice.lines.flatMap(({ itemId }) => itemId ?? []))];
    const [customers, items, payments] = await Promise.all([
      this.ask<ExpectedCustomer>('customers', tenant, `customers?ids=${encodeURIComponent(invoice.customerId)}`),
      itemIds.length === 0 ? [] : this.ask<ExpectedItem>('items', tenant, `items?ids=${listed(itemIds)}`),
      this.ask<ExpectedPayment>('payments', tenant, `payments?invoices=${listed([invoiceId])}`),
    ]);
    return { invoice, customer: customers[0], items: new Map(items.map((item) => [item.id, item])), payments };
  }

  /** Those that Run a Call has told of. */
  invoices(tenant: string, ids: readonly string[]): Promise<readonly ExpectedInvoice[]> {
    return this.ask<ExpectedInvoice>('invoices', tenant, `invoices?ids=${listed(ids)}`);
  }

  private async ask<Value>(service: AskedService, tenant: string, what: string): Promise<readonly Value[]> {
    const answer = await this.services.call<Items<Value>>(service, tenant, {
      method: 'GET',
      path: `/expected/${what}`,
    });
    if (!answer.ok) throw new NotTold(answer.code);
    return answer.value.items;
  }
}

const listed = (ids: readonly string[]): string => ids.map(encodeURIComponent).join(',');
