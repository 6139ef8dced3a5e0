import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { answered, changed, context, given, lines, only, settings, wanted, REDECIDE } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { customerRules } from './customer';

const dana: Customer = {
  id: 'cus_88',
  kind: 'residential',
  displayName: 'Dana Ruiz',
  givenName: 'Dana',
  familyName: 'Ruiz',
  phone: '(512) 555-0101',
  taxExempt: false,
  active: true,
  updatedAt: '2026-11-20T16:00:00Z',
};
const start = (change = {}) => given(customerRules, 'customer:cus_88', context({}, change));
const created = () => start().when(changed('created', 1, dana));
const posted = () => {
  const story = created();
  return story.when(answered(story, { record: { Id: '58', DisplayName: 'Dana Ruiz' } }));
};
const nameOf = (story: { events: ReturnType<typeof start>['events'] }): unknown =>
  (JSON.parse(only(story.events, 'PushRequested').personal.body) as { DisplayName: string }).DisplayName;

describe('a customer', () => {
  it('created → put → synced', () => {
    expect(lines(created().events)).toEqual(['Changed created', 'PushRequested put customer:cus_88']);
    expect(lines(posted().events)).toEqual(['Settled']);
    expect(nameOf(created())).toBe('Dana Ruiz');
  });

  it('updated → put with what it is now', () => {
    const story = posted().when(changed('updated', 2, { ...dana, email: 'dana@example.com' }));
    expect(only(story.events, 'PushRequested').personal.body).toContain('dana@example.com');
  });

  it('made by our own command → linked, not made again', () => {
    const story = start().when(changed('created', 1, { ...dana, quickbooksId: '77' }));
    expect(only(story.events, 'PushRequested')).toMatchObject({
      data: { kind: 'link' },
      personal: { body: '{"Id":"77"}' },
    });
  });

  it('waits while the company’s profile is still being read', () => {
    const story = start({ settings: settings({ profile: null }) }).when(changed('created', 1, dana));
    expect(lines(story.events)).toEqual(['Changed created', 'Deferred not_active']);
  });
});

describe('the switches', () => {
  const off = settings({ values: { 'customers.push': false } });

  it('customers off: skipped; what a document needs waits for the switch; what is linked follows', () => {
    expect(lines(start({ settings: off }).when(changed('created', 1, dana)).events)).toContain('Skipped setting_off');
    const needed = start({ settings: off })
      .when(wanted())
      .when(changed('created', 1, dana));
    expect(lines(needed.events)).toContain('Deferred setting_off');
    expect(lines(needed.under({ settings: settings() }).when(REDECIDE).events)).toEqual([
      'PushRequested put customer:cus_88',
    ]);
    const linked = posted()
      .under({ settings: off })
      .when(changed('updated', 2, { ...dana, notes: 'gate 4' }));
    expect(lines(linked.events)).toContain('PushRequested put customer:cus_88');
  });

  it('updates off: a linked customer’s update is skipped', () => {
    const story = posted().under({ settings: settings({ values: { 'customers.updates': false } }) });
    const updated = story.when(changed('updated', 2, { ...dana, notes: 'x' }));
    expect(lines(updated.events)).toEqual(['Changed updated', 'Skipped setting_off']);
    expect(only(updated.events, 'Skipped').personal.reason.params).toEqual({ setting: 'customers.updates' });
  });
});

describe('a taken name', () => {
  const taken = { outcome: 'refused', code: '6240' } as const;

  it('held by another customer of ours: the last four of the phone, synced with a warning', () => {
    const story = created();
    const second = story.when(answered(story, { ...taken, holder: 'customer:cus_1', record: { Id: '9' } }));
    expect(nameOf(second)).toBe('Dana Ruiz (0101)');
    expect(lines(second.when(answered(second, { record: {} })).events)).toEqual(['Settled name_changed']);
  });

  it('the telling name is taken too: the whole id, and then a person', () => {
    const story = created();
    const second = story.when(answered(story, { ...taken, holder: 'customer:cus_1' }));
    const third = second.when(answered(second, { ...taken, holder: 'customer:cus_2' }));
    expect(nameOf(third)).toBe('Dana Ruiz (cus_88)');
    expect(lines(third.when(answered(third, { ...taken, holder: 'customer:cus_3' })).events)).toEqual([
      'Held name_taken',
    ]);
  });

  it('held by a vendor or an employee: "(Customer)"', () => {
    const story = created();
    expect(nameOf(story.when(answered(story, taken)))).toBe('Dana Ruiz (Customer)');
  });

  it('held by a customer a person made: that person is asked', () => {
    const story = created();
    const held = story.when(answered(story, { ...taken, record: { Id: '9', DisplayName: 'Dana Ruiz' } }));
    expect(lines(held.events)).toEqual(['Held name_taken']);
    expect(only(held.events, 'Held').personal.reason.params).toMatchObject({ name: 'Dana Ruiz' });
    const other = held.when({ kind: 'resolve', commandId: 'c1', by: 'pat', choice: 'other-name' });
    expect(lines(other.events)).toEqual(['Chosen', 'PushRequested put customer:cus_88']);
    expect(nameOf(other)).toBe('Dana Ruiz (0101)');
    expect(nameOf(other.when(changed('updated', 2, { ...dana, notes: 'x' })))).toBe('Dana Ruiz (0101)');
  });
});

describe('deactivated and merged', () => {
  const owing = { outcome: 'refused', code: 'precondition', record: { Balance: '179.70' } } as const;

  it('deactivated → inactive, if nothing is owed', () => {
    const story = posted().when(changed('deactivated', 2, { ...dana, active: false }));
    expect(only(story.events, 'PushRequested')).toMatchObject({
      data: { kind: 'remove' },
      personal: { if: [{ path: 'Balance', equals: '0' }] },
    });
    expect(lines(story.when(answered(story, { record: { Active: false } })).events)).toEqual(['Settled']);
  });

  it('owes: waits, is looked at again a day later, and asked for again then', () => {
    const story = posted().when(changed('deactivated', 2, { ...dana, active: false }));
    const waits = story.when(answered(story, owing));
    expect(lines(waits.events)).toEqual(['Deferred owes']);
    expect(only(waits.events, 'Deferred').personal.reason.params).toMatchObject({ amount: '179.70' });
    expect(standing(waits.state)).toMatchObject({ open: true, revisitAt: '2026-11-21T16:05:00.000Z' });
    expect(lines(waits.when({ kind: 'redecide', why: 'revisit' }).events)).toEqual([
      'PushRequested remove customer:cus_88',
    ]);
  });

  it('QuickBooks itself refuses because of a balance: a person looks', () => {
    const story = posted().when(changed('deactivated', 2, { ...dana, active: false }));
    const held = story.when(answered(story, { outcome: 'refused', code: '6220' }));
    expect(lines(held.events)).toEqual(['Held deactivate']);
    expect(only(held.events, 'Held').personal.reason.params).toEqual({ c: 'Dana Ruiz', b: 'money' });
    const merged = posted().when(changed('merged', 2, { ...dana, mergedIntoId: 'cus_90' }));
    expect(lines(merged.when(answered(merged, { outcome: 'refused', code: '6220' })).events)).toEqual(['Held merge']);
  });

  it('active again → put', () => {
    const story = posted().when(changed('deactivated', 2, { ...dana, active: false }));
    expect(lines(story.when(changed('updated', 3, dana)).events)).toContain('PushRequested put customer:cus_88');
  });

  it('§5 merged: inactive when nothing is owed, else a person merges; whatever comes later', () => {
    const story = posted().when(changed('merged', 2, { ...dana, mergedIntoId: 'cus_90' }));
    expect(lines(story.events)).toEqual(['Changed merged', 'PushRequested remove customer:cus_88']);
    const held = story.when(answered(story, owing));
    expect(lines(held.events)).toEqual(['Held merge']);
    expect(only(held.events, 'Held').personal.reason.params).toEqual({ loser: 'Dana Ruiz', winner: 'cus_90' });
    expect(lines(held.when(changed('updated', 3, dana)).events)).toContain('PushRequested remove customer:cus_88');
  });

  it('never posted: nothing to make inactive', () => {
    const story = start().when(changed('deactivated', 1, { ...dana, active: false }));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });
});
