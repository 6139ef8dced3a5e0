import fc from 'fast-check';
import { decide } from './decide';
import type { Plan, Rules, Verdict } from './rules';
import { plainVerdict } from './refusals';
import {
  answered,
  BOOKS,
  changed,
  context,
  given,
  isOpen,
  lines,
  NOW,
  only,
  REDECIDE,
  settings,
  wanted,
} from './spec-kit';
import { standing } from './stream-state';

interface Note {
  text: string;
  hold?: string;
  day?: string;
}

/** A document as plain as can be: its text is the body; `voided` is a fact. */
const rules: Rules<Note, { plan?: Plan; verdict?: Verdict }> = {
  entity: 'note',
  nature: 'document',
  facts: ['voided', 'refunded'],
  ownDate: (data) => data.day ?? '2026-11-20',
  describe: (view) => ({ number: view.data?.text ?? '' }),
  plan: (view, { related }) => {
    if (related.plan !== undefined) return related.plan;
    const how = { path: 'note', update: 'whole' } as const;
    const push = { ref: view.ref, resource: 'Note', how, body: '{}', expect: {} };
    if (view.facts.some(({ change }) => change === 'refunded')) {
      return { do: 'hold', reason: { code: 'unreadable' } };
    }
    if (view.facts.some(({ change }) => change === 'voided')) {
      return { do: 'push', pushes: [{ ...push, kind: 'remove' }], warnings: [] };
    }
    const { text, hold } = view.data ?? { text: '' };
    if (hold !== undefined) return { do: 'hold', reason: { code: 'tax_off', params: { n: hold } } };
    const body = JSON.stringify(view.round === 0 ? { text } : { text, form: view.round });
    return { do: 'push', pushes: [{ ...push, kind: 'put', body, expect: { text } }], warnings: [] };
  },
  judge: (answer, expect, _view, { related }) =>
    related.verdict ?? (answer.code === '6240' ? { verdict: 'again' } : plainVerdict(answer, expect)),
};
const master: typeof rules = { ...rules, entity: 'customer', nature: 'master' };
const ref = 'note:n_1';
const start = (change = {}) => given(rules, ref, context({}, change));
const posted = () => {
  const sent = start().when(changed('sent', 1, { text: 'a' }));
  return sent.when(answered(sent, { record: { text: 'a' } }));
};

describe('the first change of a record', () => {
  it('is taken in, asked for and settled by its answer', () => {
    const sent = start().when(changed('sent', 1, { text: 'a' }));
    expect(lines(sent.events)).toEqual(['Changed sent', 'PushRequested put note:n_1']);
    expect(isOpen(sent)).toBe(true);
    const done = sent.when(answered(sent, { record: { text: 'a' } }));
    expect(lines(done.events)).toEqual(['Settled']);
    expect(only(done.events, 'Settled').data).toMatchObject({
      answer: { revision: 2, attempt: 1 },
      covers: [{ id: 'evt_1' }],
      quickbooks: { type: 'Note', id: '58' },
    });
    expect(isOpen(done)).toBe(false);
  });

  it('waits without settings, without books and before go-live, and asks for nothing', () => {
    for (const without of [null, settings({ books: null }), settings({ goLiveAt: null })]) {
      const sent = start({ settings: without }).when(changed('sent', 1, { text: 'a' }));
      expect(lines(sent.events)).toEqual(['Changed sent', 'Deferred not_active']);
      expect(isOpen(sent)).toBe(true);
    }
  });

  it('needs no go-live where only books are needed', () => {
    const story = given({ ...rules, gate: 'books' }, ref, context({}, { settings: settings({ goLiveAt: null }) }));
    expect(lines(story.when(changed('created', 1, { text: 'a' })).events)).toContain('PushRequested put note:n_1');
  });
});

describe('order', () => {
  it('a lower or equal sequence changes nothing and its row ends as replaced', () => {
    for (const sequence of [1, 2]) {
      const story = start().when(changed('updated', 2, { text: 'b' }));
      const late = story.when(changed('sent', sequence, { text: 'x' }, { id: 'evt_late' }));
      expect(lines(late.events)).toEqual(['Skipped replaced']);
      expect(only(late.events, 'Skipped').data.covers).toMatchObject([{ id: 'evt_late' }]);
      expect({ ...late.state, version: 0 }).toEqual({ ...story.state, version: 0 });
    }
  });

  it('a fact that comes late still counts, and the newest data stays', () => {
    const story = start()
      .when(changed('updated', 3, { text: 'c' }))
      .when(changed('voided', 2, { text: 'b' }));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested remove note:n_1']);
    expect(story.state.latest).toMatchObject({ sequence: 3, data: { text: 'c' } });
  });

  it('a fact taken in twice counts once', () => {
    const story = start().when(changed('voided', 2, { text: 'b' }));
    expect(story.when(changed('voided', 2, { text: 'b' })).events).toEqual([]);
  });

  it('any order and duplication of an aggregate’s changes ends in the same request', () => {
    const change = fc.record({ text: fc.constantFrom('a', 'b', 'c'), voids: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }).chain((changes) => {
          const events = changes.map(({ text, voids }, index) =>
            changed(voids && index > 0 ? 'voided' : 'updated', index + 1, { text }),
          );
          const again = fc.subarray(events);
          return fc.tuple(
            fc.constant(events),
            again.chain((extra) =>
              fc.shuffledSubarray([...events, ...extra], { minLength: events.length + extra.length }),
            ),
          );
        }),
        ([inOrder, anyOrder]) => {
          const last = (triggers: typeof inOrder) => {
            const story = triggers.reduce((so, trigger) => so.when(trigger), start());
            const { data, personal } = story.state.asked[ref]!.request;
            return { kind: data.kind, body: personal.body };
          };
          expect(last(anyOrder)).toEqual(last(inOrder));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('story 2: updates while a request is in flight', () => {
  it('story 2: each update is a newer request; the answer of an older one leaves the newer open', () => {
    const first = start().when(changed('sent', 1, { text: 'a' }));
    const answerOfFirst = answered(first, { record: { text: 'a' } });
    const third = first.when(changed('updated', 2, { text: 'b' })).when(changed('updated', 3, { text: 'c' }));
    expect(lines(third.events)).toEqual(['Changed updated', 'PushRequested put note:n_1']);

    const half = third.when(answerOfFirst);
    expect(only(half.events, 'Settled').data.covers).toMatchObject([{ id: 'evt_1' }]);
    expect(isOpen(half)).toBe(true);

    const done = half.when(answered(half, { record: { text: 'c' } }));
    expect(lines(done.events)).toEqual(['Skipped replaced', 'Settled']);
    expect(only(done.events, 'Skipped').data.covers).toMatchObject([{ id: 'evt_2' }]);
    expect(only(done.events, 'Settled').data.covers).toMatchObject([{ id: 'evt_3' }]);
    expect(isOpen(done)).toBe(false);
  });

  it('story 2: the same answer twice says nothing the second time', () => {
    const sent = start().when(changed('sent', 1, { text: 'a' }));
    const answer = answered(sent, { record: { text: 'a' } });
    expect(sent.when(answer).when(answer).events).toEqual([]);
  });

  it('story 2: a refusal of an older request ends its row and leaves the newer one to be answered', () => {
    const first = start().when(changed('sent', 1, { text: 'a' }));
    const refusal = answered(first, { outcome: 'refused', code: '6180' });
    const story = first.when(changed('updated', 2, { text: 'b' })).when(refusal);
    expect(lines(story.events)).toEqual(['Skipped replaced']);
    expect(standing(story.state).open).toBe(true);
  });

  it('story 2: a change that leads to the same record asks for nothing', () => {
    const same = posted().when(changed('paid', 2, { text: 'a' }));
    expect(lines(same.events)).toEqual(['Changed paid', 'Skipped unchanged']);
    const inFlight = start()
      .when(changed('sent', 1, { text: 'a' }))
      .when(changed('paid', 2, { text: 'a' }));
    expect(lines(inFlight.events)).toEqual(['Changed paid', 'Skipped unchanged']);
    expect(isOpen(inFlight)).toBe(true);
  });

  it('story 2: back to an earlier form is a request again', () => {
    const story = posted()
      .when(changed('updated', 2, { text: 'b' }))
      .when(changed('updated', 3, { text: 'a' }));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested put note:n_1']);
  });
});

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

describe('story 1: wanted before it is known', () => {
  it('story 1: an unknown record has a row of its own, which ends when the record comes', () => {
    const asked = given(master, ref, context({})).when(wanted());
    expect(lines(asked.events)).toEqual(['Wanted', 'Deferred parent_unknown']);
    expect(only(asked.events, 'Deferred').data).toMatchObject({ covers: [], change: 'wanted' });
    const came = asked.when(changed('created', 1, { text: 'a' }));
    expect(lines(came.events)).toEqual(['Changed created', 'Skipped replaced', 'PushRequested put note:n_1']);
    expect(only(came.events, 'Skipped').data).toMatchObject({ covers: [], change: 'wanted' });
  });

  it('story 1: asked for twice it is said once', () => {
    const asked = given(master, ref, context({})).when(wanted());
    expect(lines(asked.when(wanted()).events)).toEqual(['Wanted']);
  });

  it('wanted although it was settled: asked for again, for QuickBooks may have lost it; in flight: nothing', () => {
    expect(lines(posted().when(wanted()).events)).toEqual(['Wanted', 'PushRequested put note:n_1']);
    const inFlight = start().when(changed('sent', 1, { text: 'a' }));
    expect(lines(inFlight.when(wanted()).events)).toEqual(['Wanted']);
  });
});

it('another set of books is another record: the same body is asked for there', () => {
  const other = posted().under({ settings: settings({ books: 'books_2' }) });
  const story = other.when(changed('paid', 2, { text: 'a' }));
  expect(lines(story.events)).toEqual(['Changed paid', 'PushRequested put note:n_1']);
  expect(BOOKS).not.toBe(only(story.events, 'PushRequested').data.books);
});

it('decides by the time handed in', () => {
  const [first] = decide(rules, start().state, changed('sent', 1, { text: 'a' }), context({}, { settings: null }));
  expect(first).toMatchObject({ type: 'Changed' });
  const said = decide(rules, start().state, changed('sent', 1, { text: 'a' }), context({}));
  expect(said[1]).toMatchObject({ data: { at: NOW, settingsVersion: 1 } });
});
