import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import {
  answered,
  BOOKS,
  changed,
  context,
  given,
  lines,
  only,
  REDECIDE,
  settings,
  TENANT,
  wanted,
} from '../sync/spec-kit';
import { helperItemRules } from './helper-item';
import { itemRules } from './item';

const tuneUp: Item = {
  id: 'itm_1',
  name: 'AC tune-up',
  sku: 'ACT',
  kind: 'service',
  unitPrice: '129.00',
  taxable: true,
  active: true,
  updatedAt: '2026-11-20T16:00:00Z',
};
const start = (change = {}) => given(itemRules, 'item:itm_1', context({}, change));
const bodyOf = (story: { events: ReturnType<typeof start>['events'] }): Record<string, unknown> =>
  JSON.parse(only(story.events, 'PushRequested').personal.body) as Record<string, unknown>;
const taken = { outcome: 'refused', code: '6240' } as const;

describe('a pricebook item', () => {
  it('created → put on its income account → synced', () => {
    const story = start().when(changed('created', 1, tuneUp));
    expect(lines(story.events)).toEqual(['Changed created', 'PushRequested put item:itm_1']);
    expect(bodyOf(story)).toMatchObject({ Name: 'AC tune-up', IncomeAccountRef: { value: '79' } });
    expect(lines(story.when(answered(story, { record: {} })).events)).toEqual(['Settled']);
  });

  it('holds without an income account', () => {
    const story = start({ settings: settings({ values: { 'items.defaultIncomeAccount': null } }) });
    expect(lines(story.when(changed('created', 1, tuneUp)).events)).toEqual([
      'Changed created',
      'Held account_missing',
    ]);
  });

  it('a taken name: with its SKU, then numbered, with a warning', () => {
    const first = start().when(changed('created', 1, tuneUp));
    const second = first.when(answered(first, taken));
    expect(bodyOf(second)['Name']).toBe('AC tune-up (ACT)');
    const third = second.when(answered(second, taken));
    expect(bodyOf(third)['Name']).toBe('AC tune-up - 2');
    expect(lines(third.when(answered(third, { record: {} })).events)).toEqual(['Settled name_changed']);
  });

  it('deactivated → inactive', () => {
    const first = start().when(changed('created', 1, tuneUp));
    const story = first
      .when(answered(first, { record: {} }))
      .when(changed('deactivated', 2, { ...tuneUp, active: false }));
    expect(lines(story.events)).toEqual(['Changed deactivated', 'PushRequested remove item:itm_1']);
  });

  it('items off: skipped unless linked or needed', () => {
    const off = start({ settings: settings({ values: { 'items.push': false } }) });
    expect(lines(off.when(changed('created', 1, tuneUp)).events)).toContain('Skipped setting_off');
    expect(lines(off.when(wanted()).when(changed('created', 1, tuneUp)).events)).toContain('Deferred setting_off');
  });

  it('made by our own command → linked', () => {
    const story = start().when(changed('created', 1, { ...tuneUp, quickbooksId: '11' }));
    expect(only(story.events, 'PushRequested')).toMatchObject({
      data: { kind: 'link' },
      personal: { body: '{"Id":"11"}' },
    });
  });
});

describe('story 9: the income account of a category changes', () => {
  const inCategory = { ...tuneUp, categoryId: 'cat_maint', categoryName: 'Maintenance' };
  const accountOf = (story: { events: ReturnType<typeof start>['events'] }) =>
    (bodyOf(story)['IncomeAccountRef'] as { value: string } | undefined)?.value;
  const mapped = (id: string, existing: string[] = []) => ({
    settings: settings({
      version: 2,
      values: {
        'items.categoryAccounts': [{ categoryId: 'cat_maint', name: 'Maintenance', account: { id, name: 'Upkeep' } }],
        'items.existing': existing,
      },
    }),
  });
  const first = start().when(changed('created', 1, inCategory));
  const posted = first.when(answered(first, { record: {} }));
  const ALL: Trigger = { kind: 'redecide', why: 'command' };

  it('pending: decided again at once, on the new account', () => {
    expect(accountOf(first.under(mapped('82')).when(REDECIDE))).toBe('82');
  });

  it('held for want of an account: decided again at once', () => {
    const held = start({ settings: settings({ values: { 'items.defaultIncomeAccount': null } }) }).when(
      changed('created', 1, inCategory),
    );
    expect(accountOf(held.under(mapped('82')).when(REDECIDE))).toBe('82');
  });

  it('posted: untouched, and a later price change does not move the account', () => {
    const story = posted.under(mapped('82'));
    expect(story.when(REDECIDE).events).toEqual([]);
    expect(story.when(ALL).events).toEqual([]);
    const dearer = story.when(changed('updated', 2, { ...inCategory, unitPrice: '139.00' }));
    expect(bodyOf(dearer)).toMatchObject({ UnitPrice: 139, IncomeAccountRef: { value: '79' } });
  });

  it('posted, and a person says also existing: moved by the command, once', () => {
    const story = posted.under(mapped('82', ['cat_maint'])).when(ALL);
    expect(lines(story.events)).toEqual(['PushRequested put item:itm_1']);
    expect(accountOf(story)).toBe('82');
    expect(only(story.events, 'PushRequested').data).toMatchObject({ lane: 'backlog', settingsVersion: 2 });
    const moved = story.when(answered(story, { record: {} }));
    expect(moved.when(ALL).events).toEqual([]);
    const dearer = moved.under(mapped('85')).when(changed('updated', 2, { ...inCategory, unitPrice: '139.00' }));
    expect(accountOf(dearer)).toBe('82');
  });

  it('linked by its id: QuickBooks’ own account is left alone', () => {
    const link = start().when(changed('created', 1, { ...inCategory, quickbooksId: '11' }));
    const linked = link.when(answered(link, { record: {} }));
    const later = linked.when(changed('updated', 2, { ...inCategory, quickbooksId: '11', unitPrice: '139.00' }));
    expect(bodyOf(later)).not.toHaveProperty('IncomeAccountRef');
  });
});

describe('a category the settings do not know', () => {
  const inCategory = { ...tuneUp, categoryId: 'cat_maint', categoryName: 'Maintenance' };

  it('is offered once, and again under a new name', () => {
    const story = start().when(changed('created', 1, inCategory));
    expect(only(story.events, 'Proposed').personal.activity).toMatchObject({
      kind: 'proposal',
      tenant: TENANT,
      books: BOOKS,
      categories: [{ categoryId: 'cat_maint', name: 'Maintenance' }],
    });
    const again = story.when(changed('updated', 2, { ...inCategory, unitPrice: '139.00' }));
    expect(lines(again.events)).not.toContain('Proposed');
    expect(lines(again.when(changed('updated', 3, { ...inCategory, categoryName: 'Upkeep' })).events)).toContain(
      'Proposed',
    );
  });

  it('is not offered when settings have it, and waits for the books', () => {
    const categories = [{ categoryId: 'cat_maint', name: 'Maintenance' }];
    const known = start({ settings: settings({ values: { 'items.categoryAccounts': categories } }) });
    expect(lines(known.when(changed('created', 1, inCategory)).events)).not.toContain('Proposed');
    const unbound = start({ settings: settings({ books: null }) }).when(changed('created', 1, inCategory));
    expect(lines(unbound.events)).toEqual(['Changed created', 'Deferred not_active']);
  });
});

describe('a helper item', () => {
  const helper = (ref: string) => given(helperItemRules, ref, context({}));

  it('is made when a document wants it, from its ref alone', () => {
    const story = helper('item:helper.tip.95').when(wanted());
    expect(lines(story.events)).toEqual(['Wanted', 'PushRequested put item:helper.tip.95']);
    expect(bodyOf(story)).toMatchObject({ Name: 'Run a Call tip', IncomeAccountRef: { value: '95' } });
    expect(only(story.events, 'PushRequested').data.covers).toEqual([]);
    expect(lines(story.when(answered(story, { record: {} })).events)).toEqual(['Settled']);
  });

  it('takes another name when its own is taken', () => {
    const story = helper('item:helper.rounding.79').when(wanted());
    expect(bodyOf(story.when(answered(story, taken)))['Name']).toBe('Run a Call rounding - Service revenue');
  });

  it('of an unknown role is kept and shown', () => {
    expect(lines(helper('item:helper.gift.79').when(wanted()).events)).toEqual(['Wanted', 'Held unreadable']);
  });
});
