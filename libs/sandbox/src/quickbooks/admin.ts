import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ExactNumber,
  isObject,
  parseExact,
  printExact,
  type ExactJson,
  type ExactObject,
} from '@qbo-sync/contracts/exact-json';
import { DEFAULT_SWITCHES, ENTITY_NAMES, type Company, type CompanySwitches } from './company';
import { answer } from './company-api';
import { DISTURBANCE_KINDS, type Disturbance, type Disturbances } from './disturbances';
import { Draft } from './draft';
import { markerOf, REQUESTID_MODES, type Emulator, type RequestidMode } from './emulator';
import { object, text } from './exact';
import { readBody, sendJson } from './http-messages';

/** A way into the emulator for tests and people; the day itself never uses it. */
interface AdminCall {
  body: Record<string, unknown>;
  query: URLSearchParams;
  id: string | undefined;
}
type Handler = (emulator: Emulator, disturbances: Disturbances, call: AdminCall) => unknown;

/**
 *   GET    /admin/status                      companies, number of writes, settings, disturbances
 *   GET    /admin/writes                      how many writes the API made: { writes, byCompany }
 *   GET    /admin/journal?company&entity&since   every write, oldest first
 *   GET    /admin/duplicates                  records that share a marker, or invoices that share a number
 *   GET    /admin/ledger?company              trial balance and each account's balance
 *   GET    /admin/disturbances                those that stand, with their counts
 *   POST   /admin/disturbances                one more: { kind, times?, after?, every?, entity?, method?, company?, ms?, commit? }
 *   DELETE /admin/disturbances[/{id}]         off, one or all
 *   POST   /admin/settings                    { requestidMode?, latencyMs?, limits?, accessTokenLifeS?, rotateAlways?, previousTokenLifeMs? }
 *   POST   /admin/switches                    { company, …CompanySwitches }
 *   POST   /admin/preferences                 { company, AccountingInfoPrefs?, SalesFormsPrefs?, TaxPrefs?, … }, null takes a value away
 *   POST   /admin/write                       a person in QuickBooks' pages: { company, entity, operation?, body }; SyncToken is filled in
 *   POST   /admin/next-company                { company } for the next authorize
 *   POST   /admin/disconnect                  { company }: the user disconnects the app
 *   POST   /admin/expire-access-tokens        { company? }
 */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET status': (emulator, disturbances) => ({
    companies: [...emulator.companies.values()].map(({ profile, switches }) => ({ ...profile, switches })),
    writes: countWrites(emulator),
    settings: { ...emulator.settings, ...oauthSettings(emulator) },
    disturbances: disturbances.list(),
  }),
  'GET writes': (emulator) => countWrites(emulator),
  'GET journal': (emulator, _disturbances, { query }) => ({ writes: journal(emulator, query) }),
  'GET duplicates': (emulator) => ({ duplicates: [...emulator.companies.values()].flatMap(duplicates) }),
  'GET ledger': (emulator, _disturbances, { query }) => ledger(emulator.company(query.get('company') ?? '')),
  'GET disturbances': (_emulator, disturbances) => ({ disturbances: disturbances.list() }),
  'POST disturbances': (_emulator, disturbances, { body }) => disturbances.add(readDisturbance(body)),
  'DELETE disturbances': (_emulator, disturbances, { id }) => {
    if (id === undefined) disturbances.clear();
    else if (!disturbances.remove(id)) throw new AdminProblem(404, 'no such disturbance');
    return { disturbances: disturbances.list() };
  },
  'POST settings': (emulator, _disturbances, { body }) => changeSettings(emulator, body),
  'POST switches': (emulator, _disturbances, { body }) => changeSwitches(emulator, body),
  'POST preferences': (emulator, _disturbances, { body }) => changePreferences(emulator, body),
  'POST write': (emulator, _disturbances, { body }) => writeAsPerson(emulator, body),
  'POST next-company': (emulator, _disturbances, { body }) => {
    emulator.oauth.setNextRealm(companyIn(emulator, body).profile.realmId);
    return {};
  },
  'POST disconnect': (emulator, _disturbances, { body }) => {
    emulator.oauth.disconnect(companyIn(emulator, body).profile.realmId);
    return {};
  },
  'POST expire-access-tokens': (emulator, _disturbances, { body }) => {
    emulator.oauth.expireAccessTokens(
      body['company'] === undefined ? undefined : companyIn(emulator, body).profile.realmId,
    );
    return {};
  },
};

class AdminProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Answers a call under `/admin`, to callers of this machine alone: it asks for no token. */
export async function serveAdmin(
  emulator: Emulator,
  disturbances: Disturbances,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!isLoopback(request.socket.remoteAddress)) throw new AdminProblem(403, 'only from this machine');
    await serve(emulator, disturbances, request, response);
  } catch (error) {
    if (!(error instanceof AdminProblem)) throw error;
    sendJson(response, error.status, JSON.stringify({ error: error.message }));
  }
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);
}

async function serve(
  emulator: Emulator,
  disturbances: Disturbances,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://admin');
  const [, root, name = '', id] = url.pathname.split('/');
  const handler = root === 'admin' ? HANDLERS[`${request.method ?? 'GET'} ${name}`] : undefined;
  if (handler === undefined) throw new AdminProblem(404, 'no such admin call');
  const source = (await readBody(request)).toString('utf8');
  const outcome = handler(emulator, disturbances, { body: readCall(source), query: url.searchParams, id });
  sendJson(response, 200, printExact(outcome as ExactJson));
}

function readCall(source: string): Record<string, unknown> {
  if (source === '') return {};
  try {
    const parsed = parseExact(source);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AdminProblem(400, 'the body is not a JSON object');
}

function companyIn(emulator: Emulator, body: Record<string, unknown>): Company {
  const company = typeof body['company'] === 'string' ? emulator.findCompany(body['company']) : undefined;
  if (company === undefined) throw new AdminProblem(400, 'company: the key or realm id of a company');
  return company;
}

function countWrites(emulator: Emulator): { writes: number; byCompany: Record<string, number> } {
  const byCompany: Record<string, number> = {};
  for (const write of emulator.writes)
    if (write.actor === 'api') byCompany[write.company] = (byCompany[write.company] ?? 0) + 1;
  return { writes: Object.values(byCompany).reduce((total, count) => total + count, 0), byCompany };
}

function journal(emulator: Emulator, query: URLSearchParams): unknown[] {
  const company = query.get('company');
  const entity = query.get('entity');
  const since = Number(query.get('since') ?? 0);
  return emulator.writes.filter(
    (write) =>
      write.actor !== 'seed' &&
      write.seq > since &&
      (company === null || write.company === company || write.realm === company) &&
      (entity === null || write.entity === entity),
  );
}

/** Live records of one kind that carry the same marker, and invoices of one number. */
function duplicates(company: Company): unknown[] {
  const groups = new Map<string, string[]>();
  for (const entity of ENTITY_NAMES) {
    for (const { record } of company.rows(entity)) {
      const id = text(record['Id']) ?? '';
      const marker = markerOf(record);
      if (marker !== undefined)
        groups.set(`${entity} marker ${marker}`, [...(groups.get(`${entity} marker ${marker}`) ?? []), id]);
      const docNumber = text(record['DocNumber']);
      if (docNumber !== undefined)
        groups.set(`${entity} number ${docNumber}`, [...(groups.get(`${entity} number ${docNumber}`) ?? []), id]);
    }
  }
  return [...groups]
    .filter(([, ids]) => ids.length > 1)
    .map(([what, ids]) => ({ company: company.profile.key, what, ids }));
}

function ledger(company: Company): unknown {
  const accounts = company.ledger.accountIds().map((id) => ({
    id,
    name: text(company.get('Account', id)?.['FullyQualifiedName']) ?? '',
    debitLessCredit: company.ledger.balance(id).toFixed(2),
  }));
  return { company: company.profile.key, trialBalance: company.ledger.trialBalance().toFixed(2), accounts };
}

function readDisturbance(body: Record<string, unknown>): Disturbance {
  const plain = toPlain(body as ExactObject) as unknown as Disturbance;
  if (!DISTURBANCE_KINDS.includes(plain.kind))
    throw new AdminProblem(400, `kind: one of ${DISTURBANCE_KINDS.join(', ')}`);
  return plain;
}

function changeSettings(emulator: Emulator, body: Record<string, unknown>): unknown {
  const plain = toPlain(body as ExactObject) as Record<string, unknown>;
  const mode = plain['requestidMode'] as RequestidMode | undefined;
  if (mode !== undefined && !REQUESTID_MODES.includes(mode))
    throw new AdminProblem(400, `requestidMode: one of ${REQUESTID_MODES.join(', ')}`);
  for (const key of ['requestidMode', 'latencyMs', 'limits'] as const) {
    if (plain[key] !== undefined) Object.assign(emulator.settings, { [key]: plain[key] });
  }
  for (const key of ['accessTokenLifeS', 'rotateAlways', 'previousTokenLifeMs'] as const) {
    if (plain[key] !== undefined) Object.assign(emulator.oauth.settings, { [key]: plain[key] });
  }
  return { ...emulator.settings, ...oauthSettings(emulator) };
}

function oauthSettings(emulator: Emulator): Record<string, unknown> {
  const { accessTokenLifeS, rotateAlways, previousTokenLifeMs } = emulator.oauth.settings;
  return { accessTokenLifeS, rotateAlways, previousTokenLifeMs };
}

function changeSwitches(emulator: Emulator, body: Record<string, unknown>): unknown {
  const { company: _company, ...switches } = toPlain(body as ExactObject) as Record<string, unknown>;
  const unknown = Object.keys(switches).filter((key) => !(key in DEFAULT_SWITCHES));
  if (unknown.length > 0) throw new AdminProblem(400, `no such switch: ${unknown.join(', ')}`);
  const company = companyIn(emulator, body);
  emulator.setSwitches(company, switches as Partial<CompanySwitches>);
  return company.switches;
}

/** Sets groups of preferences as a person does in QuickBooks' settings pages. */
function changePreferences(emulator: Emulator, body: Record<string, unknown>): unknown {
  const company = companyIn(emulator, body);
  const draft = new Draft(company, emulator.now());
  const current = object(company.get('Preferences', '1'));
  const groups = Object.entries(body).filter(([key]) => key !== 'company');
  const changed = groups.map(([key, value]): [string, ExactJson] => [
    key,
    mergeGroup(object(current[key]), object(value as ExactJson)),
  ]);
  const record = draft.save('Preferences', '1', { ...current, ...Object.fromEntries(changed) });
  emulator.commit(draft, {
    actor: 'human',
    operation: 'update',
    entity: 'Preferences',
    id: '1',
    startedAt: draft.nowMs,
    overlapping: 0,
    inFlight: 0,
  });
  return record;
}

function mergeGroup(current: ExactObject, wanted: ExactObject): ExactObject {
  return Object.fromEntries(Object.entries({ ...current, ...wanted }).filter(([, value]) => value !== null));
}

/** A write by the rules of the API, counted as a person's. */
function writeAsPerson(emulator: Emulator, body: Record<string, unknown>): unknown {
  const company = companyIn(emulator, body);
  const entity = String(body['entity'] ?? '');
  const record = object(body['body'] as ExactJson);
  const known = ENTITY_NAMES.find((name) => name.toLowerCase() === entity.toLowerCase());
  if (known === undefined) throw new AdminProblem(400, `entity: one of ${ENTITY_NAMES.join(', ')}`);
  const current = company.get(known, text(record['Id']) ?? '');
  const token = current === undefined ? {} : { SyncToken: current['SyncToken'] ?? '0' };
  const query = new URLSearchParams();
  if (body['operation'] === 'void' && known === 'Payment') {
    query.set('operation', 'update');
    query.set('include', 'void');
  } else if (typeof body['operation'] === 'string') query.set('operation', body['operation']);
  const outcome = answer(emulator, company, {
    method: 'POST',
    path: known.toLowerCase(),
    query,
    contentType: 'application/json',
    body: Buffer.from(printExact({ ...record, ...token })),
    actor: 'human',
    startedAt: emulator.now(),
    overlapping: 0,
    inFlight: 0,
  });
  if (outcome.status !== 200) throw new AdminProblem(outcome.status, outcome.body);
  return parseExact(outcome.body);
}

/** The same tree with plain JavaScript numbers: settings are no money. */
function toPlain(json: ExactJson): unknown {
  if (json instanceof ExactNumber) return Number(json.source);
  if (Array.isArray(json)) return json.map(toPlain);
  if (isObject(json)) return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, toPlain(value)]));
  return json;
}
