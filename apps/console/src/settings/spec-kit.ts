import type { CompanyProfile, RateMapping } from '@qbo-sync/contracts/sync/settings';
import type { Chart } from '../quickbooks/chart';
import { decide, type SettingsCommand } from './settings-decide';
import type { SettingsEvent } from './settings-events';
import { evolve, NO_SETTINGS, type SettingsState } from './settings-state';

/** Given / when / then over a company's settings, for specs. */

export const at = '2026-11-03T14:00:00Z';
export const company = {
  name: 'Acme',
  timeZone: 'America/Chicago',
  currency: 'USD',
  country: 'US',
  stripeAccount: null,
};
export const account = { path: '', number: null, subType: '', currency: 'USD', active: true };
export const chart: Chart = {
  accounts: [
    { ...account, id: '79', name: 'Service revenue', type: 'Income' },
    { ...account, id: '82', name: 'Equipment', type: 'Income' },
    { ...account, id: '80', name: 'Old', type: 'Income', active: false },
    { ...account, id: '81', name: 'Euros', type: 'Income', currency: 'EUR' },
    { ...account, id: '86', name: 'Given', type: 'Income', subType: 'DiscountsRefundsGiven' },
    { ...account, id: '35', name: 'Checking', type: 'Bank' },
    { ...account, id: '91', name: 'Clearing', type: 'Other Current Asset' },
  ],
  taxCodes: [
    { id: '5', name: 'Standard', percentage: '20', taxable: true, active: true },
    { id: '6', name: 'Zero', percentage: '0.00', taxable: true, active: true },
    { id: '7', name: 'Gone', percentage: '5', taxable: true, active: false },
    { id: 'NON', name: 'NON', percentage: null, taxable: false, active: true },
  ],
};
export const profile = { customTxnNumbers: false, homeCurrency: 'USD' } as CompanyProfile;
export const rate: RateMapping = { rateId: 'tx', name: 'County', percentage: '8.25', state: 'not_mapped' };

export const made: SettingsEvent = { type: 'CompanyMade', data: { at, by: 'operator', company } };
export const bound: SettingsEvent = { type: 'BooksBound', data: { at, books: 'b1' } };
export const read: SettingsEvent = { type: 'ProfileRead', data: { at, books: 'b1', profile } };
export const rates: SettingsEvent = { type: 'RatesProposed', data: { at, books: 'b1', rates: [rate] } };

export const given = (...events: SettingsEvent[]): SettingsState => events.reduce(evolve, NO_SETTINGS);
export const patch = (values: Record<string, unknown>): SettingsCommand => ({
  do: 'change',
  at,
  by: 'company',
  values,
  chart,
});

/** Given the events, when the command: the events it appends, or its faults as `pointer code`. */
export function when(events: SettingsEvent[], command: SettingsCommand): readonly SettingsEvent[] | readonly string[] {
  const decision = decide(given(...events), command);
  if (decision.ok) return decision.events;
  return decision.code === 'settings_invalid'
    ? decision.faults.map(({ pointer, code }) => `${pointer} ${code}`)
    : [decision.code];
}

/** The state after the command's own events. */
export function after(events: SettingsEvent[], ...commands: SettingsCommand[]): SettingsState {
  return commands.reduce(
    (state, command) => {
      const decision = decide(state, command);
      if (!decision.ok) throw new Error(decision.code);
      return decision.events.reduce(evolve, state);
    },
    given(...events),
  );
}
