import type { Plan } from './rules';
import { answered, changed, context, given, isOpen, lines, only, REDECIDE, settings, wanted } from './spec-kit';
import { rules, ref, start, posted } from './spec-note';
import { standing } from './stream-state';

describe('answers', () => {
  const sent = () => start().when(changed('sent', 1, { text: 'a' }));

  it('another value than asked for is never synced', () => {
    const story = sent();
    const held = story.when(answered(story, { record: { text: 'other' } }));
    expect(lines(held.events)).toEqual(['Held refused']);
    expect(only(held.events, 'Held').data).toMatchObject({ quickbooks: { id: '58' }, answer: { revision: 2 } });
  });

  it.each([
    ['gone', 'Held gone_in_qbo'],
    ['clash', 'Held both_changed'],
    ['cancelled', 'Skipped replaced'],
  ] as const)('%s → %s', (outcome, line) => {
    const story = sent();
    expect(lines(story.when(answered(story, { outcome })).events)).toEqual([line]);
  });

  it('a removal of what never was posted is unchanged', () => {
    const story = start().when(changed('voided', 1, { text: 'a' }));
    const done = story.when(answered(story, { outcome: 'cancelled' }));
    expect(lines(done.events)).toEqual(['Skipped unchanged']);
    expect(isOpen(done)).toBe(false);
  });

  it('again: the next form is asked for, kept while the record is the same, dropped when it changes', () => {
    const story = sent();
    const second = story.when(answered(story, { outcome: 'refused', code: '6240' }));
    expect(lines(second.events)).toEqual(['PushRequested put note:n_1']);
    expect(only(second.events, 'PushRequested')).toMatchObject({
      data: { round: 1, covers: [{ id: 'evt_1' }] },
      personal: { body: '{"text":"a","form":1}', lastAnswer: { code: '6240' } },
    });
    expect(second.state.unanswered).toHaveLength(1);
    const done = second.when(answered(second, { record: { text: 'a' } }));
    expect(lines(done.when(changed('paid', 2, { text: 'a' })).events)).toEqual(['Changed paid', 'Skipped unchanged']);
    const other = done.when(changed('updated', 2, { text: 'b' }));
    expect(only(other.events, 'PushRequested')).toMatchObject({
      data: { round: 0 },
      personal: { body: '{"text":"b"}' },
    });
  });

  it('again without an end is held in the end', () => {
    let story = sent();
    for (let round = 0; round < 20 && isOpen(story) && story.state.stop === undefined; round += 1) {
      story = story.when(answered(story, { outcome: 'refused', code: '6240' }));
    }
    expect(lines(story.events)).toEqual(['Held refused']);
  });

  describe('what was refused', () => {
    const refused = (code: string) => {
      const story = sent();
      return story.when(answered(story, { outcome: 'refused', code }));
    };

    it('is asked for again when a person says so or the record changes, not by settings that change nothing', () => {
      const held = refused('6180');
      expect(lines(held.events)).toEqual(['Held too_deep']);
      expect(held.when(REDECIDE).events).toEqual([]);
      expect(lines(held.when({ kind: 'redecide', why: 'command' }).events)).toEqual(['PushRequested put note:n_1']);
      expect(lines(held.when(changed('paid', 2, { text: 'a' })).events)).toContain('PushRequested put note:n_1');
    });

    it('is asked for again when settings make another record of it', () => {
      const held = refused('6180');
      const how = { path: 'note', update: 'whole' } as const;
      const push = { ref, kind: 'put', resource: 'Note', how, body: '{"text":"other"}', expect: {} } as const;
      const other = held.under({ related: { plan: { do: 'push', pushes: [push], warnings: [] } } });
      expect(lines(other.when(REDECIDE).events)).toEqual(['PushRequested put note:n_1']);
    });

    it('is asked for again when a stop of another kind that came after it ends', () => {
      const stopped = refused('6180').under({ settings: settings({ goLiveAt: null, books: null }) });
      const waits = stopped.when(changed('updated', 2, { text: 'a' }));
      expect(lines(waits.events)).toContain('Deferred not_active');
      expect(lines(waits.under({ settings: settings() }).when(REDECIDE).events)).toEqual([
        'PushRequested put note:n_1',
      ]);
    });
  });

  it.each([
    ['unclear', { outcome: 'refused', code: 'unclear' }],
    ['gone_in_qbo', { outcome: 'gone' }],
    ['both_changed', { outcome: 'clash' }],
  ] as const)('%s is ended by a person only', (code, answer) => {
    const story = sent();
    const held = story.when(answered(story, answer));
    expect(lines(held.events)).toEqual([`Held ${code}`]);
    const hold: Plan = { do: 'hold', reason: { code: 'tax_off' } };
    for (const why of ['settings', 'related', 'revisit'] as const) {
      expect(held.under({ related: { plan: hold } }).when({ kind: 'redecide', why }).events).toEqual([]);
    }
    expect(lines(held.when({ kind: 'redecide', why: 'command' }).events)).toEqual(['PushRequested put note:n_1']);
  });

  it('unclear: a newer change waits for the same person, and a document that needs it does not ask again', () => {
    const story = sent();
    const held = story.when(answered(story, { outcome: 'refused', code: 'unclear' }));
    expect(lines(held.when(wanted()).events)).toEqual(['Wanted']);
    const newer = held.when(changed('updated', 2, { text: 'b' }));
    expect(lines(newer.events)).toEqual(['Changed updated', 'Skipped replaced', 'Held unclear']);
    expect(newer.when(REDECIDE).events).toEqual([]);
    const looked = newer.when({ kind: 'redecide', why: 'command' });
    expect(only(looked.events, 'PushRequested')).toMatchObject({
      personal: { body: '{"text":"b"}' },
      data: { covers: [{ id: 'evt_2' }] },
    });
  });

  it('an answer nobody waits for is ignored', () => {
    const story = sent();
    expect(story.when(answered(story, { revision: 99 })).events).toEqual([]);
  });
});

describe('a stop', () => {
  it('is said once: deciding again with the same outcome says nothing', () => {
    const story = start().when(changed('sent', 1, { text: 'a', hold: 'x' }));
    expect(lines(story.events)).toEqual(['Changed sent', 'Held tax_off']);
    expect(story.when(REDECIDE).events).toEqual([]);
  });

  it('ends when settings end its reason, for the events it held', () => {
    const story = start({ settings: settings({ goLiveAt: null }) }).when(changed('sent', 1, { text: 'a' }));
    const live = story.under({ settings: settings() }).when(REDECIDE);
    expect(lines(live.events)).toEqual(['PushRequested put note:n_1']);
    expect(only(live.events, 'PushRequested').data).toMatchObject({ covers: [{ id: 'evt_1' }], lane: 'backlog' });
  });

  it('is replaced by a newer change; the older row ends', () => {
    const story = start()
      .when(changed('sent', 1, { text: 'a', hold: 'x' }))
      .when(changed('updated', 2, { text: 'b' }));
    expect(lines(story.events)).toEqual(['Changed updated', 'Skipped replaced', 'PushRequested put note:n_1']);
    expect(only(story.events, 'Skipped').data.covers).toMatchObject([{ id: 'evt_1' }]);
  });

  it('of a fact goes on with it: its row is never replaced', () => {
    const story = posted()
      .when(changed('refunded', 2, { text: 'a' }))
      .when(changed('refunded', 3, { text: 'a' }));
    expect(lines(story.events)).toEqual(['Changed refunded', 'Held unreadable']);
    expect(only(story.events, 'Held').data.covers).toMatchObject([{ id: 'evt_2' }, { id: 'evt_3' }]);
  });

  it('beside a request in flight leaves that request to be settled', () => {
    const sent = start().when(changed('sent', 1, { text: 'a' }));
    const answer = answered(sent, { record: { text: 'a' } });
    const held = sent.when(changed('refunded', 2, { text: 'a' }));
    const done = held.when(answer);
    expect(lines(done.events)).toEqual(['Settled']);
    expect(done.state.stop).toMatchObject({ type: 'Held', covers: [{ id: 'evt_2' }] });
    expect(done.when(REDECIDE).events).toEqual([]);
  });

  it('waits on a ref or a time, which the standing says', () => {
    const plan: Plan = {
      do: 'wait',
      reason: { code: 'parent' },
      waitsOn: 'invoice:inv_1',
      revisitAt: '2026-11-21T00:00:00Z',
    };
    const story = given(rules, ref, context({ plan })).when(changed('sent', 1, { text: 'a' }));
    expect(standing(story.state)).toEqual({ open: true, waitsOn: 'invoice:inv_1', revisitAt: '2026-11-21T00:00:00Z' });
    const on = story.under({ related: {} }).when({ kind: 'redecide', why: 'related' });
    expect(lines(on.events)).toEqual(['PushRequested put note:n_1']);
  });

  it('is dismissed by a person and stays so', () => {
    const story = start().when(changed('sent', 1, { text: 'a', hold: 'x' }));
    const gone = story.when({ kind: 'dismiss', commandId: 'cmd_9', by: 'pat' });
    expect(lines(gone.events)).toEqual(['Dismissed']);
    expect(only(gone.events, 'Dismissed').data).toMatchObject({ by: 'pat', covers: [{ id: 'evt_1' }] });
    expect(isOpen(gone)).toBe(false);
    expect(gone.when(REDECIDE).events).toEqual([]);
  });
});
