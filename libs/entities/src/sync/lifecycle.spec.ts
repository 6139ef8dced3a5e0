import fc from 'fast-check';
import { decide } from './decide';
import { answered, BOOKS, changed, context, given, isOpen, lines, NOW, only, settings, wanted } from './spec-kit';
import { rules, master, ref, start, posted } from './spec-note';
import { standing } from './stream-state';

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
