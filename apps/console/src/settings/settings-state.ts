import {
  type CategoryAccount,
  type Choice,
  type CompanyProfile,
  DEFAULT_SETTINGS,
  type RateMapping,
  type SettingKey,
  type SettingValues,
} from '@qbo-sync/contracts/sync/settings';
import { equalByValue } from '@qbo-sync/money/decimal';
import type { CompanyDetails, ProposedCategory, SettingsEvent } from './settings-events';
import { afterMade, afterWanted, NO_FAMILY, type ToClassify } from './to-classify';

/** Who changed a setting last, when, and what it was. */
export interface LastChange {
  readonly by: string;
  readonly at: string;
  readonly from: unknown;
}

/** A company's settings as its stream says; `company` is null while nobody made the company. */
export interface SettingsState {
  readonly company: CompanyDetails | null;
  readonly books: string | null;
  readonly profile: CompanyProfile | null;
  readonly active: boolean;
  readonly goLiveAt: string | null;
  readonly values: SettingValues;
  readonly changed: Readonly<Partial<Record<SettingKey, LastChange>>>;
  /** Accounts made for us in these books, by role. */
  readonly accounts: Readonly<Record<string, Choice>>;
  readonly toClassify: ToClassify;
  /** Existing items shall follow an account since this version, and items has not been told yet. */
  readonly movesSince: number | null;
  /** Events folded: the version of the settings. */
  readonly version: number;
}

export const NO_SETTINGS: SettingsState = {
  company: null,
  books: null,
  profile: null,
  active: false,
  goLiveAt: null,
  values: DEFAULT_SETTINGS,
  changed: {},
  accounts: {},
  toClassify: NO_FAMILY,
  movesSince: null,
  version: 0,
};

/** Folds one event. Facts about books that are no longer bound change nothing. */
export function evolve(before: SettingsState, event: SettingsEvent): SettingsState {
  const state = { ...before, version: before.version + 1 };
  switch (event.type) {
    case 'CompanyMade':
    case 'CompanyChanged': {
      const { company } = event.data;
      return { ...state, company, values: { ...state.values, 'payments.stripeAccount': company.stripeAccount } };
    }
    case 'BooksBound':
      return state.books === null || state.books === event.data.books
        ? { ...state, books: event.data.books }
        : freshStart(state, event.data.books);
    case 'ProfileRead':
      return event.data.books === state.books ? { ...state, profile: event.data.profile } : state;
    case 'RatesProposed':
      return event.data.books === state.books
        ? withValue(state, 'tax.rates', mergeRates(state.values['tax.rates'], event.data.rates))
        : state;
    case 'CategoriesProposed':
      return withValue(
        state,
        'items.categoryAccounts',
        mergeCategories(state.values['items.categoryAccounts'], event.data.categories),
      );
    case 'SettingsChanged':
      return settingsChanged(state, event.data);
    case 'SyncActiveChanged':
      return {
        ...state,
        active: event.data.active,
        goLiveAt: state.goLiveAt ?? (event.data.active ? event.data.at : null),
      };
    case 'AccountWanted':
      return state;
    case 'AccountMade': {
      if (event.data.books !== state.books) return state;
      const { role, choice, setting, at } = event.data;
      const next = { ...state, accounts: { ...state.accounts, [role]: choice } };
      if (setting === undefined) return next;
      const changed = { ...state.changed, [setting]: { by: 'quickbooks', at, from: state.values[setting] } };
      return { ...next, changed, values: { ...state.values, [setting]: choice } };
    }
    case 'ToClassifyWanted':
      return afterWanted(state, event.data);
    case 'ToClassifyMade':
      return afterMade(state, event.data);
    case 'ItemsMoved':
      return { ...state, movesSince: null };
  }
}

function settingsChanged(
  state: SettingsState,
  data: Extract<SettingsEvent, { type: 'SettingsChanged' }>['data'],
): SettingsState {
  const values: Record<string, unknown> = { ...state.values };
  const changed: Record<string, LastChange> = { ...state.changed };
  for (const [key, change] of Object.entries(data.changes)) {
    values[key] = change.to;
    changed[key] = { by: data.by, at: data.at, from: change.from };
  }
  const next = { ...state, values: values as unknown as SettingValues, changed };
  return data.existingItems === true ? { ...next, movesSince: state.version } : next;
}

function withValue<K extends SettingKey>(state: SettingsState, key: K, value: SettingValues[K]): SettingsState {
  return { ...state, values: { ...state.values, [key]: value } };
}

/** Another QuickBooks company: no go-live, no profile, no value that names a record of the old one. */
function freshStart(state: SettingsState, books: string): SettingsState {
  const values = Object.fromEntries(
    Object.entries(state.values).map(([key, value]) => [key, isChoice(value) ? null : value]),
  ) as unknown as SettingValues;
  return {
    ...state,
    books,
    profile: null,
    active: false,
    goLiveAt: null,
    accounts: {},
    toClassify: NO_FAMILY,
    movesSince: null,
    values: {
      ...values,
      'items.existing': [],
      'items.categoryAccounts': values['items.categoryAccounts'].map(({ categoryId, name }) => ({ categoryId, name })),
      'tax.rates': values['tax.rates'].map(({ rateId, name, percentage, retired }) => ({
        rateId,
        name,
        percentage,
        state: 'not_mapped',
        ...(retired === undefined ? {} : { retired }),
      })),
    },
  };
}

function isChoice(value: unknown): value is Choice {
  return typeof value === 'object' && value !== null && 'id' in value;
}

/**
 * Names and percentages are always the newest. A code that a person confirmed outlives every proposal, but not another
 * percentage: QuickBooks' codes cannot be edited, so the mapping is suspended until it is confirmed again (postings.md §7).
 *
 *   confirmed ──another percentage──▶ percentage_differs, with confirmedAt ──a person──▶ confirmed
 */
export function mergeRates(known: readonly RateMapping[], proposed: readonly RateMapping[]): readonly RateMapping[] {
  const merged = new Map(known.map((rate) => [rate.rateId, rate]));
  for (const rate of proposed) merged.set(rate.rateId, mergedRate(merged.get(rate.rateId), rate));
  return [...merged.values()];
}

function mergedRate(known: RateMapping | undefined, proposed: RateMapping): RateMapping {
  if (known === undefined || !(known.state === 'confirmed' || known.confirmedAt !== undefined)) return proposed;
  const { name, percentage, retired } = proposed;
  const { retired: _, ...mapped } = known;
  const next = { ...mapped, name, percentage, ...(retired === undefined ? {} : { retired }) };
  return equalByValue(known.percentage, percentage)
    ? next
    : { ...next, confirmedAt: known.confirmedAt ?? known.percentage, state: 'percentage_differs' };
}

/** Newly seen categories join without an account; names are always the newest. */
export function mergeCategories(
  known: readonly CategoryAccount[],
  proposed: readonly ProposedCategory[],
): readonly CategoryAccount[] {
  const merged = new Map(known.map((category) => [category.categoryId, category]));
  for (const { categoryId, name } of proposed) merged.set(categoryId, { ...merged.get(categoryId), categoryId, name });
  return [...merged.values()];
}
