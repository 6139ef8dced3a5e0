import { messageKey } from '@qbo-sync/contracts/keys';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { DEFAULT_SETTINGS, type CompanyProfile, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';

/** Requests and settings as the services and the console send them. */
export interface To {
  readonly tenant: string;
  readonly books: string;
}

export function customerPut(to: To, id: string): QboRequest {
  const name = `Customer ${id}`;
  return {
    ...common(to, `customer:${id}`),
    resource: 'Customer',
    how: { path: 'customer', update: 'changed', clear: 'full' },
    body: JSON.stringify({ DisplayName: name }),
    find: { where: [['DisplayName', name]], agree: ['DisplayName'], adopt: true },
  };
}

/** An invoice of one line to a customer of ours. */
export function invoicePut(to: To, id: string, customer: string): QboRequest {
  const marker = `Run a Call ${id}`;
  const line =
    '{"Amount":120.50,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"1"},"Qty":1,"UnitPrice":120.50,"TaxCodeRef":{"value":"NON"}}}';
  return {
    ...common(to, `invoice:${id}`),
    resource: 'Invoice',
    how: { path: 'invoice', update: 'whole', always: ['Line'], remove: { as: 'void', query: 'operation=void' } },
    body: `{"DocNumber":"${id}","TxnDate":"2026-11-20","CustomerRef":{"value":{"$ref":"customer:${customer}"}},"PrivateNote":"${marker}","Line":[${line}]}`,
    find: {
      marker: { path: 'PrivateNote', text: marker },
      where: [['DocNumber', id]],
      agree: ['CustomerRef', 'TxnDate'],
      adopt: false,
    },
  };
}

export function requestMessage(request: QboRequest): OutgoingMessage {
  return { topic: TOPICS.requests.name, key: messageKey(request.tenant, request.ref), value: JSON.stringify(request) };
}

const PROFILE: CompanyProfile = {
  ...{ country: 'US', taxMode: 'automated_us', multiCurrency: false, homeCurrency: 'USD', bookCloseDate: null },
  ...{ customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
  ...{ defaultDiscountAccount: null, undepositedAccount: null, receivableAccount: null },
};

/** A company that went live. */
export function settingsMessage({ tenant, books }: To, version: number): OutgoingMessage {
  const settings: SyncSettings = {
    ...{ tenant, version, books, active: true, goLiveAt: '2026-11-01T00:00:00Z' },
    company: { name: 'Oak Plumbing', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    ...{ profile: PROFILE, values: DEFAULT_SETTINGS },
  };
  return { topic: TOPICS.settings.name, key: tenant, value: JSON.stringify(settings) };
}

function common({ tenant, books }: To, ref: string) {
  return {
    ...{ tenant, books, ref, revision: 1 },
    kind: 'put' as const,
    lane: 'live' as const,
    occurredAt: '2026-11-20T10:00:00Z',
  };
}
