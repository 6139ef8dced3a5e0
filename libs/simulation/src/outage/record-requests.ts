import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { booksOf } from './limited-gateway';

type Asked = Readonly<{ tenant: string; id: string; lane: QboRequest['lane'] }>;

/** What an owning service asks for: a customer of this name. */
export function customerRequest(asked: Asked, name: string): QboRequest {
  return {
    ...put(asked, 'customer', 'Customer'),
    body: JSON.stringify({ DisplayName: name }),
    find: { where: [['DisplayName', name]], agree: ['DisplayName'], adopt: false },
  };
}

/** What the invoices service asks for: an invoice of this number, for a customer the company's books begin with. */
export function invoiceRequest(asked: Asked, { number, day }: { number: string; day: string }): QboRequest {
  const note = `Run a Call ${asked.id}`;
  const line = {
    ...{ Amount: 104.5, DetailType: 'SalesItemLineDetail', Description: 'Repair' },
    SalesItemLineDetail: { ItemRef: { value: '1' }, Qty: 1, UnitPrice: 104.5, TaxCodeRef: { value: 'NON' } },
  };
  return {
    ...put(asked, 'invoice', 'Invoice'),
    body: JSON.stringify({
      ...{ DocNumber: number, TxnDate: day, CustomerRef: { value: '1' }, Line: [line], PrivateNote: note },
    }),
    find: {
      ...{ marker: { path: 'PrivateNote', text: note }, where: [['DocNumber', number]] },
      ...{ agree: ['CustomerRef.value', 'TotalAmt'], adopt: false },
    },
  };
}

function put({ tenant, id, lane }: Asked, entity: string, resource: string): Omit<QboRequest, 'body' | 'find'> {
  return {
    ...{ tenant, ref: `${entity}:${id}`, revision: 1, books: booksOf(tenant), kind: 'put', lane, resource },
    ...{ occurredAt: new Date().toISOString(), how: { path: entity, update: 'changed' } },
  };
}
