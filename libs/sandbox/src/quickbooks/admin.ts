import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, parseExact, printExact, type ExactJson } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, type AdminBody } from './admin-call';
import {
  changePreferences,
  changeSettings,
  changeSwitches,
  oauthSettings,
  readDisturbance,
  writeAsPerson,
} from './admin-changes';
import { countWrites, duplicates, journal, ledger } from './admin-reports';
import type { Disturbances } from './disturbances';
import type { Emulator } from './emulator';
import { readBody, sendJson } from './http-messages';

/** A way into the emulator for tests and people; the day itself never uses it. */
interface AdminCall {
  body: AdminBody;
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
  'GET ledger': (emulator, _disturbances, { query }) => ledger(companyIn(emulator, { company: query.get('company') })),
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

function readCall(source: string): AdminBody {
  if (source === '') return {};
  try {
    const parsed = parseExact(source);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AdminProblem(400, 'the body is not a JSON object');
}
