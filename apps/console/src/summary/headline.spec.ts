import type { CompanyActivity, CompanyCondition } from '@qbo-sync/contracts/sync/activity';
import { headlineOf, inWords, type Standing } from './headline';

const AT = '2026-11-03T14:00:00.000Z';
const condition = (said: CompanyCondition): CompanyActivity => ({
  ...{ kind: 'company', tenant: 'acme', at: AT, condition: said, since: AT, books: 'b1' },
  connection: { state: 'connected' },
});
const standing = (change: Partial<Standing>): Standing => ({
  ...{
    condition: condition('ok'),
    active: true,
    waiting: 10,
    sending: 0,
    problems: 0,
    lastSettledAt: null,
    drain: null,
  },
  ...change,
});
const DRAIN = { done: 30, total: 40, etaSeconds: 240 };

describe('the line on top', () => {
  it.each([
    ['a backlog goes down', { drain: DRAIN }, 'catching_up', 'Catching up: 30 of 40 sent, about 4 min left.'],
    ['before problems', { drain: DRAIN, problems: 3 }, 'catching_up', undefined],
    ['not while QuickBooks is down', { drain: DRAIN, condition: condition('qbo_down') }, 'qbo_down', undefined],
    [
      'the month’s reads are used up',
      { condition: condition('quota') },
      'quota',
      "This month's reads of QuickBooks are used up. 10 changes wait and are safe. It goes on when the month turns.",
    ],
    ['off outweighs it', { condition: condition('quota'), active: false }, 'not_active', undefined],
    ['nothing of the kind', {}, 'working', 'Sending 10.'],
  ] as const)('%s', (_what, change, code, text) => {
    const { code: said, text: worded } = headlineOf(standing(change));
    expect([said, text === undefined ? undefined : worded]).toEqual([code, text]);
  });

  it.each([
    [4, '10 s'],
    [61, '60 s'],
    [240, '4 min'],
    [7_300, '2 h'],
  ])('%i s in round words', (seconds, words) => expect(inWords(seconds)).toBe(words));
});
