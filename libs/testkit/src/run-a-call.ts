/** Messages of Run a Call made by hand, in binary mode (events.md). */
export interface RunACallMessage {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

const TOPIC_OF: Readonly<Record<string, string>> = {
  customer: 'runacall.customers.v1',
  item: 'runacall.items.v1',
  invoice: 'runacall.invoices.v1',
  payment: 'runacall.payments.v1',
  'tax-rate': 'runacall.tax.v1',
};

/** One event about `data.id`, happening now. `kind` is `invoice.sent`. */
export function runACallEvent(event: {
  readonly tenant: string;
  readonly kind: string;
  readonly sequence?: number;
  readonly id?: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly id: string };
}): RunACallMessage {
  const { tenant, kind, sequence = 1, data } = event;
  const subject = data.id;
  return {
    topic: TOPIC_OF[kind.split('.')[0] ?? ''] ?? 'runacall.invoices.v1',
    key: `${tenant}:${subject}`,
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id ?? `evt_${tenant}_${subject}_${sequence}`,
      ce_source: '/run-a-call',
      ce_type: `com.runacall.${kind}.v1`,
      ce_subject: subject,
      ce_time: new Date().toISOString(),
      ce_tenant: tenant,
      ce_sequence: String(sequence),
      'content-type': 'application/json',
    },
    value: JSON.stringify(data),
  };
}

/** A residential customer of this name. */
export function aCustomer(id: string, displayName: string): Record<string, unknown> & { id: string } {
  return { id, kind: 'residential', displayName, taxExempt: false, active: true, updatedAt: new Date().toISOString() };
}

/** A service of the pricebook. */
export function anItem(id: string, name: string, unitPrice: string): Record<string, unknown> & { id: string } {
  return { id, name, kind: 'service', unitPrice, taxable: false, active: true, updatedAt: new Date().toISOString() };
}

/** An untaxed invoice of one line, dated today (UTC), with a service address in Texas. */
export function anInvoice(invoice: {
  readonly id: string;
  readonly customerId: string;
  readonly itemId?: string;
  readonly amount: string;
}): Record<string, unknown> & { id: string } {
  const { id, customerId, itemId, amount } = invoice;
  return {
    id,
    number: id.replace('inv_', 'RAC-').slice(0, 21),
    customerId,
    currency: 'USD',
    issuedOn: new Date().toISOString().slice(0, 10),
    lines: [
      {
        id: 'l1',
        kind: 'service',
        ...(itemId === undefined ? {} : { itemId }),
        name: 'Work',
        quantity: '1',
        unitPrice: amount,
        amount,
        taxable: false,
      },
    ],
    taxes: [],
    subtotal: amount,
    taxTotal: '0.00',
    total: amount,
    balance: amount,
    serviceAddress: { line1: '9 Elm St', city: 'Austin', region: 'TX', postalCode: '78704', country: 'US' },
    updatedAt: new Date().toISOString(),
  };
}

/** A cash payment of today, all of it on one invoice. */
export function aPayment(payment: {
  readonly id: string;
  readonly customerId: string;
  readonly invoiceId: string;
  readonly amount: string;
}): Record<string, unknown> & { id: string } {
  const { id, customerId, invoiceId, amount } = payment;
  return {
    id,
    customerId,
    amount,
    currency: 'USD',
    collectedOn: new Date().toISOString().slice(0, 10),
    method: 'cash',
    allocations: [{ invoiceId, amount }],
    refunds: [],
    updatedAt: new Date().toISOString(),
  };
}
