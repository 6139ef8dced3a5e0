import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, parseExact, printExact, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, toPlain, type AdminBody } from './admin-call';
import {
  changePreferences,
  changeSettings,
  changeSwitches,
  oauthSettings,
  readDisturbance,
  writeAsPerson,
} from './admin-changes';
import { countWrites, duplicates, journal, ledger, postings } from './admin-reports';
import { changeWebhooks, tellEvent } from './admin-webhooks';
import type { Company } from './company';
import type { Emulator } from './emulator';
import { readBody, sendJson } from './http-messages';
import { editAsPerson } from './human';
import type { World } from './world';

/** A way into the emulator for tests and people; the day itself never uses it. */
interface AdminCall {
  body: AdminBody;
  query: URLSearchParams;
  id: string | undefined;
}
type Handler = (world: World, call: AdminCall) => unknown;

/**
 *   GET    /admin/status                      companies, number of writes, settings, disturbances
 *   GET    /admin/writes                      how many writes the API made: { writes, byCompany }
 *   GET    /admin/journal?company&entity&since   every write, oldest first
 *   GET    /admin/duplicates                  records that share a marker, or invoices that share a number
 *   GET    /admin/ledger?company&asOf         trial balance, each account's balance, what customers owe, open documents
 *   GET    /admin/postings?company&document   debits and credits of one document (`Deposit/12`), or of all
 *   GET    /admin/traffic                     per realm: requests, batches, metered reads, 429s by limit, the most at once and a minute
 *   DELETE /admin/traffic                     those counters to zero
 *   GET    /admin/disturbances                those that stand, with their counts
 *   POST   /admin/disturbances                one more: { kind, times?, after?, every?, entity?, method?, company?, contains?, ms?, fromMs?,
 *                                             commit?, empty?, items?, code?, message?, detail?, element?, status?, type?, errors?, envelope? }:
 *                                             any fault: { kind: "fault", code: "6140" }
 *   DELETE /admin/disturbances[/{id}]         off, one or all
 *   POST   /admin/settings                    { requestidMode?, latencyMs?, jitterMs?, limits?: { perMinute?, batchesPerMinute?, concurrent?, perSecond? } | null,
 *                                             throttleForm?: gateway | capitalised | alternate, retryAfterS?, readsPerMonth?, quotaDetail?, queryLagMs?,
 *                                             accessTokenLifeS?, rotateAlways?, previousTokenLifeMs?, reuseRevokes? }; `limits: {}` = the documented ones
 *   POST   /admin/switches                    { company, …CompanySwitches }
 *   POST   /admin/preferences                 { company, AccountingInfoPrefs?, SalesFormsPrefs?, TaxPrefs?, … }, null takes a value away
 *   POST   /admin/write                       a person in QuickBooks' pages: { company, entity, operation?, body }; SyncToken is filled in
 *   POST   /admin/human                       the same by one word: { company, do: rename | inactivate | reactivate | delete | void | unapply | match |
 *                                             unmatch | close-books | receive | deposit | merge, … }, what each needs in human.ts
 *   POST   /admin/next-company                { company } for the next authorize
 *   POST   /admin/disconnect                  { company }: the user disconnects the app
 *   POST   /admin/expire-access-tokens        { company? }
 *   GET    /admin/tokens                      per realm: refreshes answered, refused, lost to one at the same time, made with the replaced token
 *   POST   /admin/false-invalid-grant         { company?, forMs }: every refresh gets invalid_grant for so long, though the grant lives
 *   GET    /admin/webhooks                    settings without the token; events, deliveries, attempts, acknowledged, refused; what waits
 *   POST   /admin/webhooks                    { url?, verifierToken?, shape?: cloudevents | legacy | alternate, voidWord?, delayMs?, headOfLine?,
 *                                             duplicateEvery?, reversed?, echo? }
 *   DELETE /admin/webhooks                    forgets what waits to be delivered
 *   POST   /admin/webhook-events              { company, entity, id, operation, deletedId? }: told although nothing changed
 *   GET    /admin/time                        { now, steppedMs }
 *   POST   /admin/time                        { advanceMs }: steps time; answers when all that came due by it is done
 */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET status': ({ emulator, disturbances }) => ({
    companies: [...emulator.companies.values()].map(({ profile, switches }) => ({ ...profile, switches })),
    writes: countWrites(emulator),
    settings: { ...emulator.settings, ...oauthSettings(emulator) },
    disturbances: disturbances.list(),
  }),
  'GET writes': ({ emulator }) => countWrites(emulator),
  'GET journal': ({ emulator }, { query }) => ({ writes: journal(emulator, query) }),
  'GET duplicates': ({ emulator }) => ({ duplicates: [...emulator.companies.values()].flatMap(duplicates) }),
  'GET ledger': ({ emulator }, { query }) => ledger(companyOf(emulator, query), query.get('asOf')),
  'GET postings': ({ emulator }, { query }) => ({
    documents: postings(companyOf(emulator, query), query.get('document')),
  }),
  'GET traffic': ({ traffic }) => traffic.counters(),
  'DELETE traffic': ({ traffic }) => {
    traffic.resetCounters();
    return traffic.counters();
  },
  'GET disturbances': ({ disturbances }) => ({ disturbances: disturbances.list() }),
  'POST disturbances': ({ disturbances }, { body }) => disturbances.add(readDisturbance(body)),
  'DELETE disturbances': ({ disturbances }, { id }) => {
    if (id === undefined) disturbances.clear();
    else if (!disturbances.remove(id)) throw new AdminProblem(404, 'no such disturbance');
    return { disturbances: disturbances.list() };
  },
  'POST settings': ({ emulator }, { body }) => changeSettings(emulator, body),
  'POST switches': ({ emulator }, { body }) => changeSwitches(emulator, body),
  'POST preferences': ({ emulator }, { body }) => changePreferences(emulator, body),
  'POST write': ({ emulator }, { body }) => writeAsPerson(emulator, body),
  'POST human': (world, { body }) => editAsPerson(world, body),
  'POST next-company': ({ emulator }, { body }) => {
    emulator.oauth.setNextRealm(companyIn(emulator, body).profile.realmId);
    return {};
  },
  'POST disconnect': ({ emulator }, { body }) => {
    emulator.oauth.disconnect(companyIn(emulator, body).profile.realmId);
    return {};
  },
  'POST expire-access-tokens': ({ emulator }, { body }) => {
    emulator.oauth.expireAccessTokens(
      body['company'] === undefined ? undefined : companyIn(emulator, body).profile.realmId,
    );
    return {};
  },
  'GET tokens': ({ emulator }) => emulator.oauth.tokenCounters(),
  'POST false-invalid-grant': ({ emulator }, { body }) => {
    const { forMs } = toPlain(body as ExactObject) as Record<string, unknown>;
    if (typeof forMs !== 'number') throw new AdminProblem(400, 'forMs: milliseconds');
    const realm = body['company'] === undefined ? null : companyIn(emulator, body).profile.realmId;
    emulator.oauth.refuseFalsely(realm, forMs);
    return {};
  },
  'GET webhooks': ({ webhooks }) => webhooks.status(),
  'POST webhooks': (world, { body }) => changeWebhooks(world, body),
  'DELETE webhooks': ({ webhooks }) => {
    webhooks.clear();
    return webhooks.status();
  },
  'POST webhook-events': (world, { body }) => tellEvent(world, body),
  'GET time': ({ emulator }) => time(emulator),
  'POST time': async ({ emulator }, { body }) => {
    const { advanceMs } = toPlain(body as ExactObject) as Record<string, unknown>;
    if (typeof advanceMs !== 'number' || advanceMs < 0) throw new AdminProblem(400, 'advanceMs: milliseconds');
    await emulator.advance(advanceMs);
    return time(emulator);
  },
};

function companyOf(emulator: Emulator, query: URLSearchParams): Company {
  return companyIn(emulator, { company: query.get('company') });
}

function time({ now, clock }: Emulator): unknown {
  return { now: new Date(now()).toISOString(), steppedMs: clock.steppedMs() };
}

/** Answers a call under `/admin`, to callers of this machine alone: it asks for no token. */
export async function serveAdmin(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (!isLoopback(request.socket.remoteAddress)) throw new AdminProblem(403, 'only from this machine');
    await serve(world, request, response);
  } catch (error) {
    if (!(error instanceof AdminProblem)) throw error;
    sendJson(response, error.status, JSON.stringify({ error: error.message }));
  }
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://admin');
  const [, root, name = '', id] = url.pathname.split('/');
  const handler = root === 'admin' ? HANDLERS[`${request.method ?? 'GET'} ${name}`] : undefined;
  if (handler === undefined) throw new AdminProblem(404, 'no such admin call');
  const source = (await readBody(request)).toString('utf8');
  const outcome = await handler(world, { body: readCall(source), query: url.searchParams, id });
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
