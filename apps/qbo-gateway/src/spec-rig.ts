import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';

/** For the gateway's specs: requests and settings as the services and the console send them, and where things stand. */
export const OPERATOR_TOKEN = 'operator-token-of-the-specs';

export function newTenant(): string {
  return `co-${randomUUID().slice(0, 8)}`;
}

/** `npm test` throws its own away when it ends. */
function folder(name: string): string {
  return mkdtempSync(join(process.env['SPECS_FOLDER'] ?? tmpdir(), `qbo-sync-${name}-`));
}

/** A key ring's file with one fresh key. */
export function keysFile(): string {
  const file = join(folder('keys'), 'keys.json');
  writeFileSync(file, JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }), {
    mode: 0o600,
  });
  return file;
}

export function journalFile(): string {
  return join(folder('emulator'), 'journal');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Where an emulated QuickBooks is. */
export interface QuickbooksUrls {
  readonly url: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
}

/** What a gateway's process of the specs is set to: its own keys, a short wait for what is unsure. */
export function gatewayEnv(at: {
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly port: number;
  readonly quickbooks: QuickbooksUrls;
}): Record<string, string> {
  return {
    KAFKA_BROKERS: at.brokers,
    DATABASE_URL: at.databaseUrl,
    PORT: String(at.port),
    LOG_LEVEL: 'debug',
    OPERATOR_TOKEN,
    QBO_API_URL: at.quickbooks.url,
    INTUIT_AUTHORIZE_URL: at.quickbooks.authorizeUrl,
    INTUIT_TOKEN_URL: at.quickbooks.tokenUrl,
    INTUIT_REVOKE_URL: at.quickbooks.revokeUrl,
    INTUIT_CLIENT_ID: 'sandbox-client',
    INTUIT_CLIENT_SECRET: 'sandbox-secret',
    INTUIT_REDIRECT_URI: `http://127.0.0.1:${at.port}/oauth/callback`,
    TOKEN_KEYS_FILE: keysFile(),
    QBO_UNSURE_WAIT_MS: '3000',
  };
}

type Bend = Partial<QboRequest>;

/** A put of a customer by its name. */
export function customerPut(
  tenant: string,
  books: string,
  id: string,
  revision: number,
  body: object,
  bend: Bend = {},
): QboRequest {
  const name = String((body as { DisplayName?: unknown }).DisplayName ?? '');
  return {
    ...common(tenant, books, `customer:${id}`, revision),
    resource: 'Customer',
    how: {
      path: 'customer',
      update: 'changed',
      clear: 'full',
      remove: { as: 'inactive', query: '', fields: '{"Active":false,"sparse":true}' },
    },
    body: JSON.stringify(body),
    find: { where: [['DisplayName', name]], agree: ['DisplayName'], adopt: true },
    ...bend,
  };
}

/** A put of an invoice of one line to a customer. */
export function invoicePut(
  tenant: string,
  books: string,
  id: string,
  revision: number,
  of: { customer: string; item: string; amount: string; date?: string },
  bend: Bend = {},
): QboRequest {
  const line = `{"Amount":${of.amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"${of.item}"},"Qty":1,"UnitPrice":${of.amount},"TaxCodeRef":{"value":"NON"}}}`;
  return {
    ...common(tenant, books, `invoice:${id}`, revision),
    resource: 'Invoice',
    how: { path: 'invoice', update: 'whole', always: ['Line'], remove: { as: 'void', query: 'operation=void' } },
    body: `{"DocNumber":"${id.slice(-21)}","TxnDate":"${of.date ?? '2026-11-20'}","CustomerRef":{"value":{"$ref":"customer:${of.customer}"}},"PrivateNote":"Run a Call ${id}","Line":[${line}]}`,
    find: {
      marker: { path: 'PrivateNote', text: `Run a Call ${id}` },
      where: [['DocNumber', id.slice(-21)]],
      agree: ['CustomerRef', 'TxnDate'],
      adopt: false,
    },
    ...bend,
  };
}

/** A payment of one invoice. */
export function paymentPut(
  tenant: string,
  books: string,
  id: string,
  revision: number,
  of: { customer: string; invoice: string; amount: string },
  bend: Bend = {},
): QboRequest {
  return {
    ...common(tenant, books, `payment:${id}`, revision),
    resource: 'Payment',
    how: {
      path: 'payment',
      update: 'whole',
      always: ['Line'],
      remove: { as: 'void', query: 'operation=update&include=void', fields: '{"sparse":true}' },
    },
    body: `{"TotalAmt":${of.amount},"CustomerRef":{"value":{"$ref":"customer:${of.customer}"}},"PrivateNote":"Run a Call ${id}","Line":[{"Amount":${of.amount},"LinkedTxn":[{"TxnId":{"$ref":"invoice:${of.invoice}"},"TxnType":"Invoice"}]}]}`,
    find: { marker: { path: 'PrivateNote', text: `Run a Call ${id}` }, agree: ['TotalAmt'], adopt: false },
    ...bend,
  };
}

export function requestMessage(request: QboRequest): OutgoingMessage {
  return { topic: TOPICS.requests.name, key: messageKey(request.tenant, request.ref), value: JSON.stringify(request) };
}

export function settings(tenant: string, version: number, change: Partial<SyncSettings> = {}): SyncSettings {
  return {
    tenant,
    version,
    books: null,
    active: true,
    goLiveAt: '2026-11-01T00:00:00Z',
    company: { name: 'Oak Plumbing', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    profile: null,
    values: DEFAULT_SETTINGS,
    ...change,
  };
}

export function settingsMessage(of: SyncSettings): OutgoingMessage {
  return { topic: TOPICS.settings.name, key: of.tenant, value: JSON.stringify(of) };
}

function common(tenant: string, books: string, ref: string, revision: number) {
  const kind = 'put' as const;
  const lane = 'live' as const;
  return { tenant, ref, revision, books, lane, occurredAt: '2026-11-20T10:00:00Z', kind };
}
