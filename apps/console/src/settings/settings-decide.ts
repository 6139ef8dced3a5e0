import { ACCOUNT_ROLES, type AccountRole, isAccountRole } from '@qbo-sync/contracts/account-roles';
import type { Choice, CompanyProfile, RateMapping, SettingKey } from '@qbo-sync/contracts/sync/settings';
import type { Chart } from '../quickbooks/chart';
import { sameJson as same } from '../same-json';
import type { CompanyDetails, ProposedCategory, SettingsEvent } from './settings-events';
import { defaultChanges } from './settings-defaults';
import { checkValues, type ValueFault } from './settings-check';
import { existingAfter } from './existing-items';
import { typeChanges } from './kept-types';
import { mergeCategories, mergeRates, type SettingsState } from './settings-state';
import { isSettingKey } from './settings-table';
import { wantFamily } from './to-classify';

/** What somebody wants of a company's settings. `at` is RFC 3339 and handed in; `by` is who. */
export type SettingsCommand =
  | { readonly do: 'make'; readonly at: string; readonly by: string; readonly company: CompanyDetails }
  | { readonly do: 'bind'; readonly at: string; readonly books: string }
  | { readonly do: 'profile'; readonly at: string; readonly books: string; readonly profile: CompanyProfile }
  | { readonly do: 'rates'; readonly at: string; readonly books: string; readonly rates: readonly RateMapping[] }
  | {
      readonly do: 'categories';
      readonly at: string;
      readonly books: string;
      readonly categories: readonly ProposedCategory[];
    }
  | {
      readonly do: 'change';
      readonly at: string;
      readonly by: string;
      readonly why?: string;
      readonly values: Readonly<Record<string, unknown>>;
      /** Items that exist follow the accounts changed by it. */
      readonly existingItems?: boolean;
      readonly chart: Chart;
    }
  | { readonly do: 'defaults'; readonly at: string; readonly chart: Chart }
  /** QuickBooks' accounts were read: some may be of another type than when they were chosen. */
  | { readonly do: 'account-types'; readonly at: string; readonly chart: Chart }
  | {
      readonly do: 'activate';
      readonly at: string;
      readonly by: string;
      readonly active: boolean;
      readonly acknowledged: readonly string[];
    }
  | {
      readonly do: 'want-account';
      readonly at: string;
      readonly by: string;
      readonly role: string;
      readonly commandId: string;
    }
  | {
      readonly do: 'account-made';
      readonly at: string;
      readonly books: string;
      readonly role: string;
      readonly choice: Choice;
    }
  | { readonly do: 'want-to-classify'; readonly at: string; readonly by: string; readonly commandId: string }
  | { readonly do: 'to-classify-made'; readonly at: string; readonly books: string; readonly ref: string }
  /** Items decides by this version of the settings from now on. */
  | { readonly do: 'items-read'; readonly at: string; readonly version: number };

export type SettingsDecision =
  | { readonly ok: true; readonly events: readonly SettingsEvent[] }
  | { readonly ok: false; readonly code: 'company_unknown' }
  | { readonly ok: false; readonly code: 'settings_invalid'; readonly faults: readonly ValueFault[] };

const nothing: SettingsDecision = { ok: true, events: [] };
const one = (event: SettingsEvent): SettingsDecision => ({ ok: true, events: [event] });

/**
 * Decides one command. Saying again what is so already appends nothing, so that every message may come twice; what is
 * said of books that are not bound (any more) is dropped.
 */
export function decide(state: SettingsState, command: SettingsCommand): SettingsDecision {
  if (command.do === 'make') return make(state, command);
  if (state.company === null) return { ok: false, code: 'company_unknown' };
  switch (command.do) {
    case 'bind':
      return state.books === command.books
        ? nothing
        : one({ type: 'BooksBound', data: { at: command.at, books: command.books } });
    case 'profile': {
      const { at, books, profile } = command;
      const known = books !== state.books || same(state.profile, profile);
      return known ? nothing : one({ type: 'ProfileRead', data: { at, books, profile } });
    }
    case 'rates': {
      const { at, books, rates } = command;
      const known =
        books !== state.books || same(mergeRates(state.values['tax.rates'], rates), state.values['tax.rates']);
      return known ? nothing : one({ type: 'RatesProposed', data: { at, books, rates } });
    }
    case 'categories': {
      const { at, books, categories } = command;
      const standing = state.values['items.categoryAccounts'];
      return same(mergeCategories(standing, categories), standing)
        ? nothing
        : one({ type: 'CategoriesProposed', data: { at, books, categories } });
    }
    case 'change':
      return change(state, command);
    case 'defaults': {
      const changes = defaultChanges(state, command.chart);
      const data = { at: command.at, by: 'default', changes };
      return Object.keys(changes).length === 0 ? nothing : one({ type: 'SettingsChanged', data });
    }
    case 'account-types': {
      const changes = typeChanges(state, command.chart);
      const data = { at: command.at, by: 'quickbooks', changes };
      return Object.keys(changes).length === 0 ? nothing : one({ type: 'SettingsChanged', data });
    }
    case 'activate': {
      const { at, by, active, acknowledged } = command;
      return state.active === active
        ? nothing
        : one({ type: 'SyncActiveChanged', data: { at, by, active, acknowledged } });
    }
    case 'want-account': {
      const { at, by, role, commandId } = command;
      return one({ type: 'AccountWanted', data: { at, by, role, commandId } });
    }
    case 'account-made':
      return accountMade(state, command);
    case 'want-to-classify': {
      const wanted = wantFamily(state, command);
      return wanted === undefined ? nothing : one(wanted);
    }
    case 'to-classify-made': {
      const { at, books, ref } = command;
      const known = books !== state.books || state.toClassify.made.includes(ref);
      return known ? nothing : one({ type: 'ToClassifyMade', data: { at, books, ref } });
    }
    case 'items-read': {
      const { at, version } = command;
      const since = state.movesSince;
      if (since === null || version < since) return nothing;
      return one({ type: 'ItemsMoved', data: { at, commandId: `existing-items-${since}`, version: since } });
    }
  }
}

function make(state: SettingsState, command: Extract<SettingsCommand, { do: 'make' }>): SettingsDecision {
  const { at, by, company } = command;
  if (state.company === null) return one({ type: 'CompanyMade', data: { at, by, company } });
  return same(state.company, company) ? nothing : one({ type: 'CompanyChanged', data: { at, by, company } });
}

function change(state: SettingsState, command: Extract<SettingsCommand, { do: 'change' }>): SettingsDecision {
  const checked = checkValues(state, command.values, command.chart);
  if (!checked.ok) return { ok: false, code: 'settings_invalid', faults: checked.faults };
  if (Object.keys(checked.changes).length === 0) return nothing;
  const { at, by, why, existingItems = false } = command;
  const existing = existingAfter(state.values, checked.changes, existingItems);
  return one({
    type: 'SettingsChanged',
    data: {
      at,
      by,
      ...(why === undefined ? {} : { why }),
      changes: { ...checked.changes, ...existing.changes },
      ...(existing.moves ? { existingItems: true } : {}),
    },
  });
}

/** An account that was made goes into its role's setting, unless a person chose one meanwhile. */
function accountMade(
  state: SettingsState,
  command: Extract<SettingsCommand, { do: 'account-made' }>,
): SettingsDecision {
  const { at, books, role, choice } = command;
  if (books !== state.books || same(state.accounts[role], choice)) return nothing;
  const setting = settingOf(role);
  const empty = setting !== undefined && state.values[setting] === null;
  return one({ type: 'AccountMade', data: { at, books, role, choice, ...(empty ? { setting } : {}) } });
}

function settingOf(role: string): SettingKey | undefined {
  const setting = isAccountRole(role) ? (ACCOUNT_ROLES[role] as AccountRole).setting : undefined;
  return setting !== undefined && isSettingKey(setting) ? setting : undefined;
}
