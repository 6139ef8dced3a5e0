import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { toMessages } from './messages';
import { plainVerdict } from './refusals';
import type { Rules } from './rules';
import { answered, changed, context, given, lines, only, REDECIDE, settings, type Story, TENANT } from './spec-kit';

interface Note {
  readonly text: string;
  readonly closed?: true;
}

/** A document that keeps the mode it was first decided on in, and takes a person's day. */
const rules: Rules<Note, object> = {
  entity: 'note',
  nature: 'document',
  facts: ['voided'],
  describe: () => ({}),
  fix: ({ basis }, { settings: set }) => ({ when: String(basis?.['when'] ?? set?.values['invoices.when']) }),
  choose: (choice) => (choice.startsWith('date ') ? { date: choice.slice('date '.length) } : undefined),
  tell: ({ record }, { data }) =>
    typeof record?.['DocNumber'] === 'string'
      ? { command: 'com.runacall.note.number.v1', fields: { id: data?.text ?? '', number: record['DocNumber'] } }
      : undefined,
  plan({ ref, data, chosen, refusals, basis }) {
    if (data?.closed && chosen['date'] === undefined) return { do: 'hold', reason: { code: 'closed_period' } };
    const body = JSON.stringify({ text: data?.text, ...chosen });
    const how = { path: 'note', update: 'whole' } as const;
    const next = { refusals, before: basis?.['next'] ?? null };
    return {
      do: 'push',
      pushes: [{ ref, kind: 'put', resource: 'Note', how, body, expect: {}, basis: { next, when: chosen['when'] } }],
      warnings: [],
    };
  },
  judge: (answer, expect) => plainVerdict(answer, expect),
};
const start = (): Story<object> => given(rules, 'note:n_1', context({}));
const onPayment = { settings: settings({ values: { 'invoices.when': 'on_payment' } }) };
const bodyOf = (story: Story<object>): unknown => JSON.parse(only(story.events, 'PushRequested').personal.body);
const resolve = (choice: string, revision?: number): Trigger => ({
  kind: 'resolve',
  commandId: 'cmd_9',
  by: 'pat',
  choice,
  ...(revision === undefined ? {} : { revision }),
});

describe('what counts for one record', () => {
  it('is fixed when it is first decided on, and stays under other settings', () => {
    const first = start().when(changed('sent', 1, { text: 'a' }));
    expect(lines(first.events)).toEqual(['Changed sent', 'PushRequested put note:n_1']);
    const later = first.under(onPayment).when(changed('updated', 2, { text: 'b' }));
    expect(lines(later.events)).toEqual(['Changed updated', 'PushRequested put note:n_1']);
    expect(bodyOf(later)).toEqual({ text: 'b', when: 'on_send' });
  });

  it('is kept by an event where nothing is asked for', () => {
    const held = start().when(changed('sent', 1, { text: 'a', closed: true }));
    expect(lines(held.events)).toEqual(['Changed sent', 'Held closed_period', 'Chosen']);
    const later = held.under(onPayment).when(changed('updated', 2, { text: 'b' }));
    expect(lines(later.events)).toEqual(['Changed updated', 'Skipped replaced', 'PushRequested put note:n_1']);
    expect(bodyOf(later)).toEqual({ text: 'b', when: 'on_send' });
    expect(held.when(REDECIDE).events).toEqual([]);
  });

  it('is not fixed before the record may be sent', () => {
    const off = start().under({ settings: settings({ goLiveAt: null }) });
    const waits = off.when(changed('sent', 1, { text: 'a' }));
    expect(lines(waits.events)).toEqual(['Changed sent', 'Deferred not_active']);
    const live = waits.under(onPayment).when(REDECIDE);
    expect(bodyOf(live)).toEqual({ text: 'a', when: 'on_payment' });
  });

  it("takes a person's choice, in the row the person saw, and goes to nobody else", () => {
    const held = start().when(changed('sent', 1, { text: 'a', closed: true }));
    const revision = held.state.stop?.revision ?? 0;
    expect(held.when(resolve('date 2026-12-02', revision + 1)).events).toEqual([]);
    expect(held.when(resolve('another')).events).toEqual([]);
    const chosen = held.when(resolve('date 2026-12-02', revision));
    expect(lines(chosen.events)).toEqual(['Chosen', 'PushRequested put note:n_1']);
    expect(only(chosen.events, 'Chosen').data).toMatchObject({ by: 'pat', commandId: 'cmd_9' });
    expect(bodyOf(chosen)).toMatchObject({ date: '2026-12-02' });
    expect(only(chosen.events, 'PushRequested').data.covers).toMatchObject([{ id: 'evt_1' }]);
    const place = { tenant: TENANT, ref: 'note:n_1', version: 4, service: 'notes' };
    expect(toMessages(place, only(chosen.events, 'Chosen'))).toEqual([]);
  });

  it('counts refusals of the same request in a row, and hands the basis back', () => {
    const first = start().when(changed('sent', 1, { text: 'a' }));
    const refused = (story: Story<object>): Story<object> =>
      story.when(answered(story, { outcome: 'refused', code: '6180' })).when(resolve('retry'));
    const basisOf = (story: Story<object>): unknown => only(story.events, 'PushRequested').personal.basis?.['next'];
    const second = refused(first);
    expect(basisOf(second)).toMatchObject({ refusals: 1, before: { refusals: 0 } });
    expect(basisOf(refused(second))).toMatchObject({ refusals: 2 });
    const other = second
      .when(answered(second, { outcome: 'refused', code: '6180' }))
      .when(changed('updated', 2, { text: 'b' }));
    expect(only(other.when(answered(other, { outcome: 'refused', code: '6180' })).events, 'Held')).toBeDefined();
    expect(other.state.asked['note:n_1']?.refusals).toBe(0);
  });
});

describe('what only QuickBooks says', () => {
  it('is told to Run a Call with the answer, once per state of the record', () => {
    const story = start().when(changed('sent', 1, { text: 'n_1' }));
    const answer = answered(story, { record: { Id: '58', SyncToken: '0', DocNumber: '1001' } });
    const told = story.when(answer);
    expect(lines(told.events)).toEqual(['Told', 'Settled']);
    const [message] = toMessages(
      { tenant: TENANT, ref: 'note:n_1', version: 3, service: 'notes' },
      only(told.events, 'Told'),
    );
    expect(message).toMatchObject({
      topic: 'runacall.commands.v1',
      key: 'acme:n_1',
      value: '{"id":"n_1","number":"1001"}',
      headers: { ce_id: 'books_1/Note/58/0', ce_type: 'com.runacall.note.number.v1', ce_subject: 'n_1' },
    });
    const again = told.when(changed('updated', 2, { text: 'n_2' }));
    expect(
      lines(again.when(answered(again, { record: { Id: '58', SyncToken: '0', DocNumber: '1001' } })).events),
    ).toEqual(['Settled']);
  });
});
