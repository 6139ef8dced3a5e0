import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { storyDiff, storySteps } from './story';

const said = (record: object): string => JSON.stringify({ record: JSON.stringify(record) });

describe('a story', () => {
  it('tells its steps in their order, each with its reason', () => {
    const base = {
      kind: 'record',
      tenant: 't',
      ref: 'invoice:i',
      revision: 1,
      attempt: 0,
      at: '2026-11-03T14:00:00Z',
      state: 'waiting',
    } as const;
    const messages: RecordActivity[] = [
      { ...base, stage: 3, attempt: 1, state: 'sending' },
      { ...base, stage: 2, reason: { code: 'parent', params: { ref: 'customer:c' } } },
      { ...base, stage: 0 },
      { ...base, stage: 1 },
      { ...base, revision: 2, stage: 1, state: 'dismissed' },
    ];
    expect(storySteps(messages).map(({ step, text }) => [step, text.code])).toEqual([
      ['event', 'event'],
      ['decision', 'decision'],
      ['wait', 'parent'],
      ['request', 'request'],
      ['person', 'person'],
    ]);
  });

  it('compares what was sent with what QuickBooks kept, to the digit, changed fields first', () => {
    const request = JSON.stringify({ body: '{"DocNumber":"RAC-1","Amount":129.00,"PrivateNote":"x"}' });
    const answer = JSON.stringify({ record: '{"DocNumber":"RAC-1","Amount":9007199254740993.15,"Id":"238"}' });
    expect(storyDiff({ request, answer, before: said({ DocNumber: 'RAC-1' }) })).toEqual([
      { field: 'Amount', before: null, sent: '129.00', kept: '9007199254740993.15' },
      { field: 'DocNumber', before: '"RAC-1"', sent: '"RAC-1"', kept: '"RAC-1"' },
      { field: 'PrivateNote', before: null, sent: '"x"', kept: null },
    ]);
  });

  it('has no diff before anything was sent', () => {
    expect(storyDiff({ request: null, answer: null, before: null })).toEqual([]);
  });
});
