import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { StreamEvent } from './events';
import type { Rules } from './rules';
import { plainVerdict } from './refusals';
import { answered, changed, context, given, isOpen, lines, only, REDECIDE, type Story } from './spec-kit';
import { evolve } from './evolve';
import { initial } from './stream-state';

interface Note {
  readonly text: string;
  readonly hold?: string;
}

/** A document as plain as can be: its text is the body. */
const rules: Rules<Note, object> = {
  entity: 'note',
  nature: 'document',
  facts: ['voided'],
  describe: (view) => ({ number: view.data?.text ?? '' }),
  plan: ({ ref, data }) => {
    if (data === undefined || data.text === undefined) throw new Error('planned without data');
    const { text, hold } = data;
    if (hold !== undefined) return { do: 'hold', reason: { code: 'tax_off', params: { n: hold } } };
    const how = { path: 'note', update: 'whole' } as const;
    const push = { ref, kind: 'put', resource: 'Note', how, body: JSON.stringify({ text }), expect: { text } } as const;
    return { do: 'push', pushes: [push], warnings: [] };
  },
  judge: (answer, expect) => plainVerdict(answer, expect),
  propose: ({ data }) => (data !== undefined && data.text === undefined ? [{ kind: 'broken' }] : []),
};
const start = (): Story<object> => given(rules, 'note:n_1', context({}));
const sent = (): Story<object> => start().when(changed('sent', 1, { text: 'a' }));
const held = (): Story<object> => start().when(changed('sent', 1, { text: 'a', hold: 'x' }));
const unclear = (): Story<object> => {
  const story = sent();
  return story.when(answered(story, { outcome: 'refused', code: 'unclear' }));
};
const by = { commandId: 'cmd_9', by: 'pat' } as const;
const choose = (choice: string, revision?: number): Trigger => ({
  kind: 'resolve',
  ...by,
  choice,
  ...(revision === undefined ? {} : { revision }),
});

describe('dismissing', () => {
  it('counts for the row the person saw', () => {
    const story = held();
    const { stop } = story.state;
    expect(story.when({ kind: 'dismiss', ...by, revision: (stop?.revision ?? 0) - 1 }).events).toEqual([]);
    expect(lines(story.when({ kind: 'dismiss', ...by, revision: stop?.revision ?? 0 }).events)).toEqual(['Dismissed']);
  });

  it('is undone: what was held stands as it stood, and stays for its person', () => {
    const story = unclear();
    const back = story.when({ kind: 'dismiss', ...by }).when({ kind: 'restore', ...by });
    expect(lines(back.events)).toEqual(['Held unclear']);
    expect(only(back.events, 'Held').data.covers).toMatchObject([{ id: 'evt_1' }]);
    expect(back.when(REDECIDE).events).toEqual([]);
    expect(back.when({ kind: 'restore', ...by }).events).toEqual([]);
  });

  it('is undone: what waited is decided again', () => {
    const story = given(rules, 'note:n_1', context({}, { settings: null })).when(changed('sent', 1, { text: 'a' }));
    const gone = story.when({ kind: 'dismiss', ...by });
    expect(lines(gone.when({ kind: 'restore', ...by }).events)).toEqual(['Deferred not_active']);
    const live = gone.under(context({})).when({ kind: 'restore', ...by });
    expect(lines(live.events)).toEqual(['PushRequested put note:n_1']);
  });

  it('cannot be undone once something newer was decided', () => {
    const story = held()
      .when({ kind: 'dismiss', ...by })
      .when(changed('updated', 2, { text: 'b' }));
    expect(story.when({ kind: 'restore', ...by }).events).toEqual([]);
  });
});

describe('a person’s choice', () => {
  it('retry asks once more, also where only a person may', () => {
    const again = unclear().when(choose('retry'));
    expect(lines(again.events)).toEqual(['PushRequested put note:n_1']);
    expect(only(again.events, 'PushRequested').data.covers).toMatchObject([{ id: 'evt_1' }]);
    const gone = sent();
    const held = gone.when(answered(gone, { outcome: 'gone' }));
    expect(lines(held.when(choose('retry')).events)).toEqual(['PushRequested put note:n_1']);
  });

  it('retry says so when the rule still holds it', () => {
    expect(lines(held().when(choose('retry')).events)).toEqual(['Held tax_off']);
  });

  it('link makes that record ours, and compares a document’s amounts', () => {
    const linking = unclear().when(choose('link 58'));
    expect(only(linking.events, 'PushRequested')).toMatchObject({
      data: { kind: 'link', resource: 'Note' },
      personal: { body: '{"Id":"58"}', expect: { text: 'a' } },
    });
    const right = linking.when(answered(linking, { record: { text: 'a' }, quickbooksId: '58' }));
    expect(lines(right.events)).toEqual(['Settled']);
    const wrong = linking.when(answered(linking, { record: { text: 'b' }, quickbooksId: '58' }));
    expect(lines(wrong.events)).toEqual(['Held refused']);
  });

  it('leave dismisses it', () => {
    const left = unclear().when(choose('leave'));
    expect(lines(left.events)).toEqual(['Dismissed']);
    expect(isOpen(left)).toBe(false);
  });

  it('counts for what is held, in the row the person saw', () => {
    const story = unclear();
    const revision = story.state.stop?.revision ?? 0;
    expect(story.when(choose('retry', revision + 7)).events).toEqual([]);
    expect(lines(story.when(choose('retry', revision)).events)).toEqual(['PushRequested put note:n_1']);
    expect(sent().when(choose('retry')).events).toEqual([]);
  });
});

describe('a stream whose payloads were erased', () => {
  const past = (...steps: ((story: Story<object>) => Trigger)[]): readonly StreamEvent[] => {
    const events: StreamEvent[] = [];
    let story = start();
    for (const step of steps) {
      story = story.when(step(story));
      events.push(...story.events);
    }
    return events;
  };
  /** As the event store gives back what was erased: without the personal side. */
  const erased = (events: readonly StreamEvent[]): readonly StreamEvent[] =>
    events.map((event) => JSON.parse(JSON.stringify({ ...event, personal: undefined })) as StreamEvent);
  const after = (events: readonly StreamEvent[]): Story<object> => given(rules, 'note:n_1', context({}), events);

  it('is folded whatever it holds', () => {
    const all = past(
      () => changed('sent', 1, { text: 'a', hold: 'x' }),
      () => ({ kind: 'dismiss', ...by }),
      () => changed('updated', 2, { text: 'b' }),
      (story) => answered(story, { record: { text: 'b' } }),
      () => changed('voided', 3, { text: 'b' }),
    );
    const state = erased(all).reduce(evolve, initial('acme', 'note:n_1'));
    expect(state.version).toBe(all.length);
    expect(state.links).toEqual({ 'books_1 note:n_1': { type: 'Note', id: '58' } });
  });

  it('is not decided on any more, and only ends what is under way', () => {
    const story = after(erased(past(() => changed('sent', 1, { text: 'a' }))));
    expect(story.when(REDECIDE).events).toEqual([]);
    expect(story.when({ kind: 'wanted', ...by, at: '2026-11-20T16:05:00Z' }).events).toEqual([]);
    expect(lines(story.when(changed('updated', 1, { text: 'z' }, { id: 'evt_0' })).events)).toEqual([
      'Skipped replaced',
    ]);
    expect(lines(story.when(answered(story, { record: { text: 'a' } })).events)).toEqual(['Settled']);
    expect(lines(story.when(answered(story, { outcome: 'refused', code: '6240' })).events)).toEqual(['Held refused']);
  });

  it('lives on with what Run a Call says next', () => {
    const all = past(
      () => changed('sent', 1, { text: 'a' }),
      (story) => answered(story, { record: { text: 'a' } }),
      () => changed('voided', 2, { text: 'a' }),
    );
    const story = after(erased(all)).when(changed('updated', 3, { text: 'c' }));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested put note:n_1']);
    const done = story.when(answered(story, { record: { text: 'c' } }));
    expect(lines(done.events)).toEqual(['Settled']);
  });
});
