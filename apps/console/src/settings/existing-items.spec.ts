import { decide, type SettingsCommand } from './settings-decide';
import { toMessages } from './settings-document';
import { effectsOf } from './effects';
import type { SettingsEvent } from './settings-events';
import { after, at, bound, chart, given, made, patch, read } from './spec-kit';

const past = [made, bound, read];
const installs = (account: string | null): Record<string, unknown> => ({
  'items.categoryAccounts': [{ categoryId: 'cat_install', name: 'Installs', account }],
});
const income = (account: string): Record<string, unknown> => ({ 'items.defaultIncomeAccount': account });
const membership = (account: string | null): Record<string, unknown> => ({ 'invoices.membershipAccount': account });
const save = (values: Record<string, unknown>): SettingsCommand => patch(values);
const withExisting = (values: Record<string, unknown>): SettingsCommand => ({
  do: 'change',
  at,
  by: 'company',
  values,
  existingItems: true,
  chart,
});
const existing = (...commands: SettingsCommand[]): readonly string[] =>
  after(past, ...commands).values['items.existing'];
const items = (version: number): SettingsCommand => ({ do: 'items-read', at, version });

describe('story 9: the income account of a category changes', () => {
  it('new items only is the rule', () => {
    expect(existing(save(installs('82')))).toEqual([]);
    expect(after(past, save(installs('82'))).movesSince).toBeNull();
  });

  it('existing ones follow where a person said so: those of the accounts changed by that save', () => {
    expect(existing(withExisting(installs('82')))).toEqual(['cat_install']);
    expect(existing(withExisting({ ...income('79'), ...membership('82') }))).toEqual(['default', 'membership']);
    expect(existing(withExisting({ 'customers.pull': true }))).toEqual([]);
  });

  it('a later change for new items only ends that', () => {
    expect(existing(withExisting(installs('82')), save(installs('79')))).toEqual([]);
    expect(existing(withExisting(installs('82')), save(income('79')))).toEqual(['cat_install']);
  });

  it('what has no account of its own went with the default, and stays when the default moves for new items only', () => {
    const back = [save(installs('82')), withExisting(installs(null))];
    expect(existing(...back)).toEqual(['cat_install']);
    expect(existing(...back, save(income('82')))).toEqual([]);
    const members = [save(membership('82')), withExisting(membership(null))];
    expect(existing(...members, save(income('82')))).toEqual([]);
  });

  it('all items are decided again once items decides by that version, and once only', () => {
    const state = after(past, withExisting(installs('82')));
    expect(state.movesSince).toBe(4);
    expect(decide(state, items(3))).toEqual({ ok: true, events: [] });
    const decision = decide(state, items(4));
    const [moved] = decision.ok ? decision.events : [];
    expect(moved).toMatchObject({ type: 'ItemsMoved', data: { commandId: 'existing-items-4' } });
    const history = [...past, { type: 'ProfileRead' } as SettingsEvent, moved as SettingsEvent];
    const [, command] = toMessages(
      'acme',
      5,
      history.map((one) => (one.type === 'ProfileRead' ? read : one)),
    );
    expect(JSON.parse(command?.value ?? '')).toMatchObject({ kind: 'redecide', entity: 'item', closed: true });
    expect(decide(after(past, withExisting(installs('82')), items(4)), items(5))).toEqual({ ok: true, events: [] });
  });

  it('the same places moved a second time are decided again a second time', () => {
    const state = after(past, withExisting(installs('82')), items(4), withExisting(installs('79')));
    expect(state.movesSince).toBe(6);
  });

  it('is never said by a PATCH of its own', () => {
    expect(decide(given(...past), patch({ 'items.existing': ['default'] }))).toMatchObject({
      faults: [{ pointer: '/values/items.existing', code: 'read_only' }],
    });
  });

  it('is told before it is saved', () => {
    const changes = { 'items.defaultIncomeAccount': { from: null, to: { id: '79', name: 'Service revenue' } } };
    const codes = (follow: boolean) =>
      effectsOf({ state: given(...past), changes, existingItems: follow, chart }).map(({ code }) => code);
    expect(codes(false)).toEqual(['items_stay']);
    expect(codes(true)).toEqual(['items_move']);
  });
});
