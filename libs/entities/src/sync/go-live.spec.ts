import type { Plan } from './rules';
import { answered, changed, context, given, isOpen, lines, only, REDECIDE, settings, wanted } from './spec-kit';
import { rules, master, ref, start } from './spec-note';

describe('story 6: pause, go-live and what is older', () => {
  const before = { at: '2026-10-30T08:00:00Z' };

  it('story 6: a record first heard of before go-live is skipped, by its time or by its own day', () => {
    const byTime = start().when(changed('sent', 1, { text: 'a' }, before));
    expect(lines(byTime.events)).toEqual(['Changed sent', 'Skipped before_cutover']);
    const byDay = start().when(changed('sent', 1, { text: 'a', day: '2026-10-31' }));
    expect(lines(byDay.events)).toEqual(['Changed sent', 'Skipped before_cutover']);
    const sameDay = start().when(changed('sent', 1, { text: 'a', day: '2026-11-01' }));
    expect(lines(sameDay.events)).toContain('PushRequested put note:n_1');
  });

  it('story 6: go-live skips what waited from before it and takes what came after', () => {
    const off = start({ settings: settings({ goLiveAt: null }) });
    const older = off
      .when(changed('sent', 1, { text: 'a' }, before))
      .under({ settings: settings() })
      .when(REDECIDE);
    expect(lines(older.events)).toEqual(['Skipped before_cutover']);
    const newer = off
      .when(changed('sent', 1, { text: 'a' }))
      .under({ settings: settings() })
      .when(REDECIDE);
    expect(lines(newer.events)).toEqual(['PushRequested put note:n_1']);
  });

  it('story 6: a pause changes no decision: the gateway holds', () => {
    const paused = start({ settings: settings({ active: false }) }).when(changed('sent', 1, { text: 'a' }));
    expect(lines(paused.events)).toContain('PushRequested put note:n_1');
  });

  it('story 6: settings changed in a pause re-decide what is not posted, as a higher revision', () => {
    const one = given(rules, ref, context({})).when(changed('sent', 1, { text: 'a' }));
    const plan: Plan = { do: 'hold', reason: { code: 'tax_off' } };
    const held = one.under({ related: { plan } }).when(REDECIDE);
    expect(lines(held.events)).toEqual(['PushRequested cancel note:n_1', 'Held tax_off']);
    expect(held.when(REDECIDE).events).toEqual([]);
    const taken = held.when(answered(held, { outcome: 'cancelled' }));
    expect(lines(taken.events)).toEqual(['Skipped replaced']);
    expect(taken.state.stop).toMatchObject({ type: 'Held', covers: [{ id: 'evt_1' }] });
    const back = taken.under({ related: {} }).when(REDECIDE);
    expect(lines(back.events)).toEqual(['PushRequested put note:n_1']);
    expect(one.when(REDECIDE).events).toEqual([]);
  });

  it('story 6: what was sent before it could be taken back is settled beside the stop', () => {
    const one = start().when(changed('sent', 1, { text: 'a' }));
    const answer = answered(one, { record: { text: 'a' } });
    const plan: Plan = { do: 'skip', reason: { code: 'setting_off' } };
    const off = one.under({ related: { plan } }).when(REDECIDE);
    expect(lines(off.events)).toEqual(['PushRequested cancel note:n_1', 'Skipped setting_off']);
    const settled = off.when(answer);
    expect(lines(settled.events)).toEqual(['Settled']);
    expect(isOpen(settled.when(answered(settled, { outcome: 'cancelled' })))).toBe(false);
  });

  it('story 6: a linked record follows its updates, whenever it was first heard of', () => {
    const run = start({ settings: settings({ goLiveAt: null }) })
      .when(changed('sent', 1, { text: 'a' }, before))
      .when(wanted('run_1'));
    expect(lines(run.events)).toEqual(['Wanted', 'PushRequested put note:n_1']);
    expect(only(run.events, 'PushRequested').data).toMatchObject({ run: 'run_1', covers: [{ id: 'evt_1' }] });
    const verified = run.when(answered(run, { record: { text: 'a' } }));
    expect(verified.state.run).toBeUndefined();
    const live = verified.under({ settings: settings() }).when(changed('updated', 2, { text: 'b' }));
    expect(lines(live.events)).toEqual(['Changed updated', 'PushRequested put note:n_1']);
  });

  it('story 6: a Verify run in a pause asks again for what the gateway holds', () => {
    const paused = start({ settings: settings({ active: false }) }).when(changed('sent', 1, { text: 'a' }));
    const run = paused.when(wanted('run_1'));
    expect(only(run.events, 'PushRequested').data).toMatchObject({ run: 'run_1', covers: [{ id: 'evt_1' }] });
    expect(lines(run.when(wanted('run_1')).events)).toEqual(['Wanted']);
  });

  it('story 6: a master is pulled in when a document needs it; a document never', () => {
    const skipped = (of: typeof rules) =>
      given(of, ref, context({})).when(changed('created', 1, { text: 'a' }, before));
    expect(lines(skipped(master).when(wanted()).events)).toEqual(['Wanted', 'PushRequested put note:n_1']);
    expect(lines(skipped(rules).when(wanted()).events)).toEqual(['Wanted']);
  });

  it('story 6: skipped records are not decided again by new settings', () => {
    const story = start().when(changed('sent', 1, { text: 'a' }, before));
    expect(story.when(REDECIDE).events).toEqual([]);
  });
});
