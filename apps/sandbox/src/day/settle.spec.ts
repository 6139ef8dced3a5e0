import type { Prediction } from '@qbo-sync/sandbox/books/predictions';
import type { LogRow } from './console-api';
import { countStates, latencyOf } from './report';
import { settle, standingOf, type SettledEvent } from './settle';
import type { ConnectedCompany, World } from './world';

const predicted = (state: Prediction['state'], more: Partial<Prediction> = {}): Prediction => ({
  ref: 'invoice:inv_1',
  state,
  orReplaced: false,
  orSkipped: false,
  ...more,
});
const row = (state: string, reason?: string, more: Partial<LogRow> = {}): LogRow => ({
  id: '1',
  eventId: 'evt_1',
  entity: 'invoice',
  recordId: 'inv_1',
  change: 'sent',
  occurredAt: '2026-11-21T12:00:00.000Z',
  state,
  ...(reason === undefined ? {} : { reason: { code: reason, text: reason } }),
  ...more,
});
const event = (prediction: Prediction, found: LogRow | undefined): SettledEvent => ({
  tenant: 'us-auto',
  eventId: 'evt_1',
  prediction,
  row: found,
});
const quiet = { progress: { step: () => undefined, live: () => undefined } } as unknown as World;

describe('where an event stands', () => {
  test.each([
    ['not in the log yet', predicted('synced'), undefined, 'moving'],
    ['being sent', predicted('synced'), row('sending'), 'moving'],
    ['synced', predicted('synced'), row('synced'), 'as predicted'],
    ['overtaken', predicted('synced', { orReplaced: true }), row('skipped', 'replaced'), 'as predicted'],
    ['overtaken, unforeseen', predicted('synced'), row('skipped', 'replaced'), 'differs'],
    [
      'taken back before it was sent',
      predicted('synced', { orSkipped: true }),
      row('skipped', 'unchanged'),
      'as predicted',
    ],
    [
      'asked for once more by what waits for it',
      predicted('skipped', { reason: 'unchanged', orSynced: 'synced' }),
      row('synced'),
      'as predicted',
    ],
    ['written, unforeseen', predicted('skipped', { reason: 'unchanged' }), row('synced'), 'differs'],
    [
      'held for the reason foreseen',
      predicted('needs attention', { reason: 'unreadable' }),
      row('needs attention', 'unreadable'),
      'as predicted',
    ],
    [
      'held for another reason',
      predicted('needs attention', { reason: 'unreadable' }),
      row('needs attention', 'refused'),
      'differs',
    ],
    ['waiting as foreseen', predicted('waiting', { reason: 'owes' }), row('waiting', 'owes'), 'as predicted'],
    ['waiting for something else', predicted('waiting', { reason: 'owes' }), row('waiting', 'parent'), 'moving'],
    ['warned, unforeseen', predicted('synced'), row('synced with warnings'), 'differs'],
  ] as const)('%s', (_, prediction, found, standing) => {
    expect(standingOf(event(prediction, found))).toBe(standing);
  });
});

describe('settling', () => {
  const companyWith = (pages: (LogRow | undefined)[]): ConnectedCompany =>
    ({
      company: { id: 'us-auto' },
      api: { log: () => Promise.resolve([pages.length > 1 ? pages.shift() : pages[0]].filter(Boolean)) },
    }) as unknown as ConnectedCompany;
  const expected = [
    { tenant: 'us-auto', predictions: new Map([['evt_1', predicted('synced')]]) },
  ] as unknown as Parameters<typeof settle>[2];

  test('waits until the event is at rest', async () => {
    const events = await settle(quiet, [companyWith([undefined, row('waiting'), row('synced')])], expected);
    expect(events.map(standingOf)).toEqual(['as predicted']);
  });

  test('names what never comes to rest', async () => {
    const stuck = settle(quiet, [companyWith([row('waiting', 'parent')])], expected, { stuckMs: 10 });
    await expect(stuck).rejects.toThrow(
      /1 of 1 events are not at rest:\n {2}us-auto evt_1 invoice:inv_1 sent: waiting \(parent/,
    );
  });
});

describe('the report', () => {
  test('counts what was found beside what was predicted', () => {
    const events = [
      event(predicted('synced', { orReplaced: true }), row('skipped', 'replaced')),
      event(predicted('synced'), row('needs attention', 'refused')),
    ];
    expect(countStates(events)).toEqual({
      found: { posted: 0, warned: 0, held: 1, skipped: 1 },
      predicted: { posted: 1, warned: 0, held: 0, skipped: 1 },
    });
  });

  test('measures from the event to the answer, of what was posted', () => {
    const took = (ms: number): SettledEvent =>
      event(
        predicted('synced'),
        row('synced', undefined, {
          settledAt: new Date(Date.parse('2026-11-21T12:00:00.000Z') + ms).toISOString(),
          quickbooks: { type: 'Invoice', id: '1' },
        }),
      );
    expect(latencyOf([300, 100, 200, 400].map(took))).toEqual({ count: 4, p50Ms: 300, p95Ms: 400 });
    expect(latencyOf([event(predicted('skipped'), row('skipped'))])).toBeNull();
  });
});
