import fc from 'fast-check';
import type { RecordActivity, RecordState } from '@qbo-sync/contracts/sync/activity';
import { showRows, type ShownRow } from './log-board';
import { rowKeys } from './row-key';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 3, 14, 0, second)).toISOString();
const event = (id: string) => ({
  id,
  type: 'com.runacall.invoice.sent.v1',
  occurredAt: at(0),
  receivedAt: at(1),
  topic: 'runacall.invoices.v1',
  partition: 0,
  offset: '1',
});

function record(part: Partial<RecordActivity>): RecordActivity {
  return {
    kind: 'record',
    tenant: 't',
    ref: 'invoice:i',
    revision: 1,
    attempt: 0,
    stage: 1,
    at: at(1),
    state: 'waiting',
    ...part,
  };
}

/** What the row of an event shows after these messages. */
function shows(messages: RecordActivity[], id = 'a'): string {
  const [key] = rowKeys(record({ events: [event(id)] }));
  const found = showRows([], messages).find(({ row }) => row.id === key?.id);
  return found === undefined ? 'no row' : [found.shown.state, found.shown.reason?.code].filter(Boolean).join(': ');
}

const a = [event('a')];
const b = [event('b')];

describe('a row shows its greatest (revision, attempt, stage)', () => {
  it.each<[string, RecordActivity[], string]>([
    [
      'received, decided',
      [record({ events: a, stage: 0 }), record({ events: a, revision: 2, reason: { code: 'not_active' } })],
      'waiting: not_active',
    ],
    [
      'the gateway sends its revision',
      [record({ events: a, revision: 2 }), record({ revision: 2, stage: 3, attempt: 1, state: 'sending' })],
      'sending',
    ],
    [
      'the gateway sends another revision',
      [record({ events: a, revision: 2 }), record({ revision: 3, stage: 3, attempt: 1, state: 'sending' })],
      'waiting',
    ],
    [
      'settled after it was sent',
      [
        record({ events: a, revision: 2, attempt: 1, stage: 5, state: 'synced' }),
        record({ revision: 2, stage: 4, attempt: 1, state: 'sending' }),
      ],
      'synced',
    ],
    [
      'decided again after a refusal',
      [
        record({ events: a, revision: 2, attempt: 1, stage: 5, state: 'needs attention' }),
        record({ events: a, revision: 4 }),
      ],
      'waiting',
    ],
    [
      'a newer change was synced',
      [record({ events: a, revision: 2 }), record({ events: b, revision: 4, attempt: 1, stage: 5, state: 'synced' })],
      'skipped: replaced',
    ],
    [
      'a newer change was synced while it was held',
      [
        record({ events: a, revision: 2, state: 'needs attention', reason: { code: 'arithmetic' } }),
        record({ events: b, revision: 4, attempt: 1, stage: 5, state: 'synced with warnings' }),
      ],
      'skipped: replaced',
    ],
    [
      'an older change was synced',
      [record({ events: a, revision: 4 }), record({ events: b, revision: 2, attempt: 1, stage: 5, state: 'synced' })],
      'waiting',
    ],
    [
      'a newer change was held',
      [record({ events: a, revision: 2 }), record({ events: b, revision: 4, state: 'needs attention' })],
      'waiting',
    ],
    [
      'it was synced, and so was a newer change',
      [
        record({ events: a, revision: 2, attempt: 1, stage: 5, state: 'synced' }),
        record({ events: b, revision: 4, attempt: 1, stage: 5, state: 'synced' }),
      ],
      'synced',
    ],
    [
      'another record was synced',
      [
        record({ events: a, revision: 2 }),
        record({ ref: 'invoice:j', events: b, revision: 4, stage: 5, state: 'synced' }),
      ],
      'waiting',
    ],
    [
      'another company’s record was synced',
      [record({ events: a, revision: 2 }), record({ tenant: 'u', events: b, revision: 4, stage: 5, state: 'synced' })],
      'waiting',
    ],
    ['the gateway alone', [record({ revision: 2, stage: 3, state: 'sending' })], 'no row'],
  ])('%s', (_name, messages, expected) => {
    expect(shows(messages)).toBe(expected);
    expect(shows(messages.toReversed())).toBe(expected);
  });

  it('keeps names that a later message does not say', () => {
    const [shown] = showRows(
      [],
      [
        record({ events: a, number: 'RAC-1', party: 'Maria', amount: '1.00' }),
        record({ events: a, revision: 3, state: 'dismissed' }),
      ],
    );
    expect(shown).toMatchObject({ row: { named: { number: { value: 'RAC-1' } } }, shown: { state: 'dismissed' } });
  });

  it('has a row of its own for a wanted record and for a parked message', () => {
    const parked = { topic: 'x', partition: 0, offset: '7' };
    const rows = showRows(
      [],
      [
        record({ events: [], change: 'wanted' }),
        record({
          tenant: null,
          ref: 'x/0/7',
          events: [],
          parked,
          state: 'needs attention',
          reason: { code: 'not_json' },
        }),
      ],
    );
    expect(rows.map(({ row }) => row.kind)).toEqual(['ref', 'parked']);
    expect(new Set(rows.map(({ row }) => row.id)).size).toBe(2);
  });
});

describe('any order of arrival, in any batches, with any duplicates', () => {
  const states: readonly RecordState[] = ['waiting', 'synced', 'synced with warnings', 'needs attention', 'skipped'];
  const own = fc.record({
    ref: fc.constantFrom('invoice:i', 'invoice:j'),
    revision: fc.integer({ min: 1, max: 4 }),
    attempt: fc.integer({ min: 0, max: 2 }),
    stage: fc.constantFrom(0 as const, 1 as const, 5 as const),
    state: fc.constantFrom(...states),
    events: fc.constantFrom(a, b, [...a, ...b], []),
    number: fc.option(fc.constantFrom('RAC-1', 'RAC-2'), { nil: undefined }),
    second: fc.integer({ min: 1, max: 9 }),
  });
  const gateway = fc.record({
    ref: fc.constantFrom('invoice:i', 'invoice:j'),
    revision: fc.integer({ min: 1, max: 4 }),
    attempt: fc.integer({ min: 0, max: 2 }),
    stage: fc.constantFrom(2 as const, 3 as const, 4 as const),
    state: fc.constantFrom<RecordState>('waiting', 'sending'),
    second: fc.integer({ min: 1, max: 9 }),
  });
  const messages = fc.array(
    fc.oneof(own, gateway).map(({ second, ...part }) => {
      const { number, ...rest } = { number: undefined, ...part };
      return record({ ...rest, ...(number === undefined ? {} : { number }), at: at(second) });
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('give the same rows', () => {
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 6 }), (sent, random, size) => {
        const arrived = [...sent, ...sent.slice(0, 3)]
          .map((message) => ({ message, place: random.next().value as number }))
          .toSorted((left, right) => left.place - right.place)
          .map(({ message }) => message);
        expect(picture(inBatches(arrived, size))).toEqual(picture(showRows([], sent)));
      }),
      { numRuns: 1000 },
    );
  });

  /** As the writer does it: the rows stored so far, every message kept, and a batch of new ones. */
  function inBatches(arrived: readonly RecordActivity[], size: number): ShownRow[] {
    let rows: ShownRow[] = [];
    for (let start = 0; start < arrived.length; start += size) {
      rows = showRows(
        rows.map(({ row }) => row),
        arrived.slice(0, start + size),
      );
    }
    return rows;
  }

  function picture(rows: readonly ShownRow[]): unknown {
    return rows.toSorted((left, right) => (left.row.id < right.row.id ? -1 : 1));
  }
});
