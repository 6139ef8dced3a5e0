import type {
  AccountChoice,
  CategoryAccount,
  Choice,
  CompanyProfile,
  RateMapping,
  SettingKey,
  SettingValues,
} from '@qbo-sync/contracts/sync/settings';
import type { Chart, QboAccount } from '../quickbooks/chart';
import { sameJson as same } from '../same-json';
import type { SettingChanges } from './settings-events';
import type { SettingsState } from './settings-state';
import { type AccountFit, chosenKeys, isSettingKey, SETTING_RULES, type SettingRule } from './settings-table';
import { isFamilyMade, TO_CLASSIFY } from './to-classify';

/** What is wrong with one value: where (JSON pointer into the body), which code. Never a value a person typed. */
export interface ValueFault {
  readonly pointer: string;
  readonly code: ValueFaultCode;
  readonly params: Readonly<Record<string, string>>;
}

export type ValueFaultCode =
  | 'unknown_setting'
  | 'wrong_type'
  | 'read_only'
  | 'account_not_found'
  | 'account_inactive'
  | 'account_type'
  | 'account_currency'
  | 'code_not_found'
  | 'code_inactive'
  | 'code_not_untaxed'
  | 'rate_unknown'
  | 'custom_numbers_off'
  | 'needs_setting';

export type CheckedValues =
  | { readonly ok: true; readonly changes: SettingChanges }
  | { readonly ok: false; readonly faults: readonly ValueFault[] };

type Parsed = { readonly value: unknown } | { readonly faults: readonly ValueFault[] };

/**
 * Reads the `values` of a PATCH against the settings as they stand and QuickBooks' lists: every fault, or the keys that
 * really change with old and new value. A choice is `{id}`, an id, `{id, name}` or null; QuickBooks' name is kept.
 */
export function checkValues(
  state: SettingsState,
  values: Readonly<Record<string, unknown>>,
  chart: Chart,
): CheckedValues {
  const faults: ValueFault[] = [];
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const [key, given] of Object.entries(values)) {
    const parsed = isSettingKey(key) ? parse(key, given, state, chart) : { faults: [fault(key, notSet(key))] };
    if ('faults' in parsed) faults.push(...parsed.faults);
    else if (isSettingKey(key) && !same(state.values[key], parsed.value)) {
      changes[key] = { from: state.values[key], to: parsed.value };
    }
  }
  const next = { ...state.values, ...Object.fromEntries(Object.entries(changes).map(([key, { to }]) => [key, to])) };
  faults.push(...conflicts(Object.keys(changes), next as SettingValues, state.profile));
  return faults.length === 0 ? { ok: true, changes: changes as SettingChanges } : { ok: false, faults };
}

/** Shown among the settings, read from QuickBooks (console.md §3). */
export const SHOWN_ONLY = 'tax.mode';

const notSet = (key: string): ValueFaultCode => (key === SHOWN_ONLY ? 'read_only' : 'unknown_setting');

/** Faults of the choices already made: an account deleted, made inactive or of another type since it was chosen. */
export function checkStanding(state: SettingsState, chart: Chart): readonly ValueFault[] {
  const { values } = state;
  const confirmed = values['tax.rates'].filter((rate) => rate.state === 'confirmed');
  const standing: Partial<Record<SettingKey, unknown>> = {
    ...Object.fromEntries(chosenKeys(values).map((key) => [key, values[key]])),
    'items.categoryAccounts': values['items.categoryAccounts'],
    'tax.rates': Object.fromEntries(confirmed.map((rate) => [rate.rateId, rate.code])),
  };
  return Object.entries(standing).flatMap(([key, value]) => {
    const parsed = parse(key as SettingKey, value, state, chart);
    return 'faults' in parsed ? parsed.faults : [];
  });
}

function parse(key: SettingKey, given: unknown, state: SettingsState, chart: Chart): Parsed {
  const rule = SETTING_RULES[key];
  switch (rule.kind) {
    case 'switch':
      return typeof given === 'boolean' ? { value: given } : wrongType(key, 'boolean');
    case 'option':
      return typeof given === 'string' && rule.options.includes(given)
        ? { value: given }
        : wrongType(key, rule.options.join(' | '));
    case 'fixed':
      return same(state.values[key], given) ? { value: given } : { faults: [fault(key, 'read_only')] };
    case 'account':
      return given === null ? { value: null } : readAccount(key, given, rule, state.profile, chart);
    case 'code':
      if (given === null) return { value: null };
      return rule.untaxed !== true && choiceId(given) === TO_CLASSIFY.id
        ? readFamily(key, state)
        : readCode(key, given, rule.untaxed === true, chart);
    case 'categories':
      return readCategories(key, given, rule.fit, state, chart);
    case 'rates':
      return readRates(key, given, state.values['tax.rates'], chart);
  }
}

function readAccount(
  place: string,
  given: unknown,
  rule: AccountRule,
  profile: CompanyProfile | null,
  chart: Chart,
): Parsed {
  const id = choiceId(given);
  if (id === undefined) return wrongType(place, 'account');
  const account = chart.accounts.find((candidate) => candidate.id === id);
  if (account === undefined) return { faults: [fault(place, 'account_not_found', { id })] };
  if (!account.active)
    return { faults: [fault(place, 'account_inactive', { id, name: account.name, type: account.type })] };
  const { fit } = rule;
  if (!fits(account, fit)) {
    const allowed = [...fit.types, ...(fit.subType === undefined ? [] : [fit.subType])].join(', ');
    return { faults: [fault(place, 'account_type', { id, name: account.name, type: account.type, allowed })] };
  }
  const home = profile?.homeCurrency;
  if (home !== undefined && account.currency !== null && account.currency !== home) {
    const { name, currency } = account;
    return { faults: [fault(place, 'account_currency', { id, name, currency, home })] };
  }
  return { value: accountChoice(account, rule) };
}

type AccountRule = Pick<Extract<SettingRule, { kind: 'account' }>, 'fit' | 'keepsType'>;

/** An account as a setting keeps it. */
export function accountChoice(
  { id, name, type }: QboAccount,
  { keepsType }: Pick<AccountRule, 'keepsType'>,
): AccountChoice {
  return { id, name, ...(keepsType === true ? { type } : {}) };
}

/** An account of a fitting type; pickers show only these. */
export function fits(account: QboAccount, fit: AccountFit): boolean {
  return fit.types.includes(account.type) && (fit.subType === undefined || account.subType === fit.subType);
}

function readCode(place: string, given: unknown, untaxed: boolean, chart: Chart): Parsed {
  const id = choiceId(given);
  if (id === undefined) return wrongType(place, 'tax code');
  const code = chart.taxCodes.find((candidate) => candidate.id === id);
  if (code === undefined) return { faults: [fault(place, 'code_not_found', { id })] };
  if (!code.active) return { faults: [fault(place, 'code_inactive', { id, name: code.name })] };
  const zero = code.percentage === null ? !code.taxable : /^-?0*(\.0*)?$/.test(code.percentage);
  if (untaxed && !zero) return { faults: [fault(place, 'code_not_untaxed', { id, name: code.name })] };
  return { value: { id, name: code.name } satisfies Choice };
}

/** The family is a choice once it is made; the click that makes it chooses it too. */
function readFamily(place: string, state: SettingsState): Parsed {
  return isFamilyMade(state)
    ? { value: TO_CLASSIFY }
    : { faults: [fault(place, 'code_not_found', { id: TO_CLASSIFY.id })] };
}

/** Categories that are not named keep their account; `account: null` gives one back to the default. */
function readCategories(key: SettingKey, given: unknown, fit: AccountFit, state: SettingsState, chart: Chart): Parsed {
  if (!Array.isArray(given)) return wrongType(key, 'list of {categoryId, name?, account}');
  const categories = new Map(state.values['items.categoryAccounts'].map((known) => [known.categoryId, known]));
  const faults: ValueFault[] = [];
  (given as unknown[]).forEach((entry, index) => {
    const place = `${key}/${index}`;
    if (!isObject(entry) || typeof entry['categoryId'] !== 'string' || entry['categoryId'] === '') {
      faults.push(fault(place, 'wrong_type', { expected: '{categoryId, name?, account}' }));
      return;
    }
    const categoryId = entry['categoryId'];
    const known = categories.get(categoryId);
    const name = known?.name ?? (typeof entry['name'] === 'string' ? entry['name'] : categoryId);
    const account = entry['account'] ?? null;
    const parsed =
      account === null ? { value: null } : readAccount(`${place}/account`, account, { fit }, state.profile, chart);
    if ('faults' in parsed) faults.push(...parsed.faults);
    else {
      const choice = parsed.value as Choice | null;
      categories.set(categoryId, { categoryId, name, ...(choice === null ? {} : { account: choice }) });
    }
  });
  return faults.length > 0 ? { faults } : { value: [...categories.values()] satisfies CategoryAccount[] };
}

/** `{ rateId: code }` confirms, `{ rateId: null }` takes the map away. A rate is known once tax has proposed it. */
function readRates(key: SettingKey, given: unknown, known: readonly RateMapping[], chart: Chart): Parsed {
  if (!isObject(given)) return wrongType(key, '{rateId: codeId}');
  const rates = new Map(known.map((rate) => [rate.rateId, rate]));
  const faults: ValueFault[] = [];
  for (const [rateId, code] of Object.entries(given)) {
    const place = `${key}/${escape(rateId)}`;
    const rate = rates.get(rateId);
    if (rate === undefined) {
      faults.push(fault(place, 'rate_unknown', { rateId }));
      continue;
    }
    const parsed = code === null ? { value: null } : readCode(place, code, false, chart);
    if ('faults' in parsed) faults.push(...parsed.faults);
    else {
      const { name, percentage, retired } = rate;
      const known = { rateId, name, percentage, ...(retired === undefined ? {} : { retired }) };
      const choice = parsed.value as Choice | null;
      rates.set(
        rateId,
        choice === null
          ? { ...known, state: 'not_mapped' }
          : { ...known, code: choice, state: 'confirmed', confirmedAt: percentage },
      );
    }
  }
  return faults.length > 0 ? { faults } : { value: [...rates.values()] satisfies RateMapping[] };
}

/** What one value needs of another, looked at only where one of the two changed. */
function conflicts(changed: readonly string[], next: SettingValues, profile: CompanyProfile | null): ValueFault[] {
  const faults: ValueFault[] = [];
  if (changed.includes('invoices.numbering') && next['invoices.numbering'] === 'run_a_call') {
    if (profile?.customTxnNumbers === false) faults.push(fault('invoices.numbering', 'custom_numbers_off'));
  }
  const timing = changed.includes('invoices.when') || changed.includes('payments.push');
  if (timing && next['invoices.when'] === 'on_payment' && !next['payments.push']) {
    faults.push(fault('invoices.when', 'needs_setting', { setting: 'payments.push' }));
  }
  for (const key of changed) {
    const rule = isSettingKey(key) ? SETTING_RULES[key] : undefined;
    if (rule?.kind !== 'switch' || rule.needs === undefined || next[key as SettingKey] !== true) continue;
    for (const setting of rule.needs) {
      if (next[setting] === null) faults.push(fault(key, 'needs_setting', { setting }));
    }
  }
  return faults;
}

/** True where the values name QuickBooks records, so that its lists are needed to check them. */
export function namesRecords(values: Readonly<Record<string, unknown>>): boolean {
  const naming = ['account', 'code', 'categories', 'rates'];
  return Object.keys(values).some((key) => isSettingKey(key) && naming.includes(SETTING_RULES[key].kind));
}

function choiceId(given: unknown): string | undefined {
  const id = isObject(given) ? given['id'] : given;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const escape = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

function fault(place: string, code: ValueFaultCode, params: Record<string, string> = {}): ValueFault {
  return { pointer: `/values/${place}`, code, params };
}

function wrongType(place: string, expected: string): Parsed {
  return { faults: [fault(place, 'wrong_type', { expected })] };
}
