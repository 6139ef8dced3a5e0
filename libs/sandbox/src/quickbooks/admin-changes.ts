import { parseExact, printExact, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, toPlain, type AdminBody } from './admin-call';
import { DEFAULT_SWITCHES, ENTITY_NAMES, type CompanySwitches } from './company';
import { answer } from './company-api';
import { DISTURBANCE_KINDS, type Disturbance } from './disturbances';
import { Draft } from './draft';
import { REQUESTID_MODES, type Emulator } from './emulator';
import { object, text } from './exact';
import { DOCUMENTED_LIMITS } from './traffic';

/** What an admin call wants to go wrong. */
export function readDisturbance(body: AdminBody): Disturbance {
  const plain = toPlain(body as ExactObject) as unknown as Disturbance;
  if (!DISTURBANCE_KINDS.includes(plain.kind))
    throw new AdminProblem(400, `kind: one of ${DISTURBANCE_KINDS.join(', ')}`);
  return plain;
}

const OAUTH_SETTINGS = ['accessTokenLifeS', 'rotateAlways', 'previousTokenLifeMs', 'reuseRevokes'];
const RANGES = ['latencyMs', 'jitterMs'];
const THROTTLE_FORMS = ['gateway', 'capitalised', 'alternate'];

/**
 * Changes how the emulator behaves until it is started again; `latencyMs` and `jitterMs` are a number or `{ from, to }`,
 * `limits` an object of what differs from the documented ones, or null.
 */
export function changeSettings(emulator: Emulator, body: AdminBody): unknown {
  const wanted = toPlain(body as ExactObject) as Record<string, unknown>;
  const unknown = Object.keys(wanted).filter((key) => !(key in emulator.settings) && !OAUTH_SETTINGS.includes(key));
  if (unknown.length > 0) throw new AdminProblem(400, `no such setting: ${unknown.join(', ')}`);
  checkChoice(wanted, 'requestidMode', REQUESTID_MODES);
  checkChoice(wanted, 'throttleForm', THROTTLE_FORMS);
  for (const range of RANGES) {
    const value = wanted[range];
    if (typeof value === 'number') wanted[range] = { from: value, to: value };
  }
  if (typeof wanted['limits'] === 'object' && wanted['limits'] !== null)
    wanted['limits'] = { ...DOCUMENTED_LIMITS, ...wanted['limits'] };
  for (const [key, value] of Object.entries(wanted)) {
    Object.assign(key in emulator.settings ? emulator.settings : emulator.oauth.settings, { [key]: value });
  }
  return { ...emulator.settings, ...oauthSettings(emulator) };
}

function checkChoice(wanted: Record<string, unknown>, key: string, choices: readonly string[]): void {
  const value = wanted[key];
  if (value !== undefined && !choices.includes(String(value)))
    throw new AdminProblem(400, `${key}: one of ${choices.join(', ')}`);
}

/** The OAuth settings that may be changed; never the app's secret. */
export function oauthSettings(emulator: Emulator): Record<string, unknown> {
  const { accessTokenLifeS, rotateAlways, previousTokenLifeMs, reuseRevokes } = emulator.oauth.settings;
  return { accessTokenLifeS, rotateAlways, previousTokenLifeMs, reuseRevokes };
}

/** Switches something in the company's pages; it stays switched over restarts. */
export function changeSwitches(emulator: Emulator, body: AdminBody): unknown {
  const { company: _company, ...switches } = toPlain(body as ExactObject) as Record<string, unknown>;
  const unknown = Object.keys(switches).filter((key) => !(key in DEFAULT_SWITCHES));
  if (unknown.length > 0) throw new AdminProblem(400, `no such switch: ${unknown.join(', ')}`);
  const company = companyIn(emulator, body);
  emulator.setSwitches(company, switches as Partial<CompanySwitches>);
  return company.switches;
}

/** Sets groups of preferences as a person does in QuickBooks' settings pages. */
export function changePreferences(emulator: Emulator, body: AdminBody): unknown {
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
export function writeAsPerson(emulator: Emulator, body: AdminBody): unknown {
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
    subjects: [],
    others: () => ({ overlapping: 0, inFlight: 0 }),
    disturbedItem: () => undefined,
  });
  if (outcome.status !== 200) throw new AdminProblem(outcome.status, outcome.body);
  return parseExact(outcome.body);
}
