import { answered, changed, context, given, NOW, only, settings, TENANT, wanted } from './spec-kit';
import { toMessages, type OutgoingMessage } from './messages';
import type { StreamEvent } from './events';
import type { Rules } from './rules';
import { plainVerdict } from './refusals';

interface Note {
  text: string;
}

const rules: Rules<Note> = {
  entity: 'note',
  nature: 'document',
  facts: [],
  describe: ({ data }) => ({ number: data?.text ?? '', amount: '129.50', currency: 'USD' }),
  plan: (view) => ({
    do: 'push',
    pushes: [
      {
        ref: view.ref,
        kind: 'put',
        resource: 'Note',
        how: { path: 'note', update: 'whole' },
        body: '{"TotalAmt":129.50}',
        after: ['customer:cus_1'],
        find: { agree: ['TotalAmt'], adopt: false },
        expect: { TotalAmt: '129.50' },
      },
    ],
    warnings: [{ code: 'text_shortened' }],
  }),
  judge: (answer, expect) => plainVerdict(answer, expect),
};

const story = () => given(rules, 'note:n_1', context({}));
const place = (version: number) => ({ tenant: TENANT, ref: 'note:n_1', version, service: 'notes' });
const parsed = (message: OutgoingMessage | undefined): Record<string, unknown> =>
  JSON.parse(message?.value ?? 'null') as Record<string, unknown>;
const said = (version: number, event: StreamEvent | undefined) => toMessages(place(version), event!);

describe('what a stored event says', () => {
  const sent = story().when({ ...changed('sent', 1, { text: 'RAC-1' }), traceparent: '00-abc-def-01' });

  it('a change taken in is a row at stage 0', () => {
    const [row, ...others] = said(1, sent.events[0]);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ topic: 'sync.activity.v1', key: 'acme:note:n_1' });
    expect(parsed(row)).toEqual({
      kind: 'record',
      tenant: 'acme',
      ref: 'note:n_1',
      revision: 1,
      attempt: 0,
      stage: 0,
      at: NOW,
      state: 'waiting',
      events: [expect.objectContaining({ id: 'evt_1' })],
      entity: 'note',
      change: 'sent',
      traceparent: '00-abc-def-01',
    });
  });

  it('a request is told to the gateway with its body as text, and is a row at stage 1', () => {
    const [request, row] = said(2, sent.events[1]);
    expect(request).toMatchObject({
      topic: 'qbo.requests.v1',
      key: 'acme:note:n_1',
      headers: { 'content-type': 'application/json', traceparent: '00-abc-def-01' },
    });
    expect(parsed(request)).toEqual({
      tenant: 'acme',
      ref: 'note:n_1',
      revision: 2,
      books: 'books_1',
      lane: 'live',
      occurredAt: NOW,
      traceparent: '00-abc-def-01',
      kind: 'put',
      resource: 'Note',
      how: { path: 'note', update: 'whole' },
      body: '{"TotalAmt":129.50}',
      after: ['customer:cus_1'],
      find: { agree: ['TotalAmt'], adopt: false },
    });
    expect(parsed(row)).toMatchObject({
      revision: 2,
      attempt: 0,
      stage: 1,
      state: 'waiting',
      number: 'RAC-1',
      settingsVersion: 1,
    });
  });

  it('what an answer decided stands at the answer’s place, stage 5, with its warnings and the record', () => {
    const done = sent.when(answered(sent, { attempt: 3, record: { TotalAmt: '129.5' } }));
    expect(parsed(said(3, done.events[0])[0])).toMatchObject({
      revision: 2,
      attempt: 3,
      stage: 5,
      state: 'synced with warnings',
      warnings: [{ code: 'text_shortened' }],
      quickbooks: { type: 'Note', id: '58' },
      amount: '129.50',
    });
    const held = sent.when(answered(sent, { record: { TotalAmt: '129.49' } }));
    expect(parsed(said(3, held.events[0])[0])).toMatchObject({
      state: 'needs attention',
      stage: 5,
      quickbooks: { id: '58' },
    });
  });

  it('a stop is a row with its reason; a wanted record has one of its own, without an event', () => {
    const off = story()
      .under({ settings: settings({ goLiveAt: null }) })
      .when(changed('sent', 1, { text: 'a' }));
    expect(parsed(said(2, off.events[1])[0])).toMatchObject({
      stage: 1,
      state: 'waiting',
      reason: { code: 'not_active' },
    });
    const unknown = story().when(wanted());
    expect(said(1, unknown.events[0])).toEqual([]);
    expect(parsed(said(2, unknown.events[1])[0])).toMatchObject({
      events: [],
      change: 'wanted',
      state: 'waiting',
      reason: { code: 'parent_unknown' },
    });
  });

  it('a dismissal and a proposal', () => {
    const off = story()
      .under({ settings: null })
      .when(changed('sent', 1, { text: 'a' }));
    const gone = off.when({ kind: 'dismiss', commandId: 'cmd_1', by: 'pat' });
    expect(parsed(said(3, only(gone.events, 'Dismissed'))[0])).toMatchObject({
      state: 'dismissed',
      events: [{ id: 'evt_1' }],
    });
    const proposal = { kind: 'proposal', tenant: TENANT };
    expect(parsed(said(4, { type: 'Proposed', data: { at: NOW }, personal: { activity: proposal } })[0])).toEqual(
      proposal,
    );
  });

  it('the same event says the same bytes every time', () => {
    for (const [index, event] of sent.events.entries()) {
      expect(said(index + 1, event)).toEqual(said(index + 1, JSON.parse(JSON.stringify(event)) as StreamEvent));
    }
  });
});
