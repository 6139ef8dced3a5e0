import { placeBatch, placeQuiet } from './offsets';

describe('story 16: where a batch stands against the offset row', () => {
  const cases: [string, Parameters<typeof placeBatch>[0], ReturnType<typeof placeBatch>][] = [
    ['follows on the row', { stored: 10n, first: 10n, last: 19n, logStart: 0n }, { place: 'take', from: 10n }],
    ['partly before the row', { stored: 15n, first: 10n, last: 19n, logStart: 0n }, { place: 'take', from: 15n }],
    ['ends at the row', { stored: 19n, first: 10n, last: 19n, logStart: 0n }, { place: 'take', from: 19n }],
    ['wholly before the row', { stored: 20n, first: 10n, last: 19n, logStart: 0n }, { place: 'absorbed' }],
    ['past the row: rewound', { stored: 5n, first: 10n, last: 19n, logStart: 0n }, { place: 'seek', to: 5n }],
    [
      'past the row, log start unknown',
      { stored: 5n, first: 10n, last: 19n, logStart: null },
      { place: 'seek', to: 5n },
    ],
    ['past the row, log starts at it', { stored: 5n, first: 10n, last: 19n, logStart: 5n }, { place: 'seek', to: 5n }],
    [
      'past the row, log starts past it',
      { stored: 5n, first: 10n, last: 19n, logStart: 6n },
      { place: 'stop', why: 'the log starts at 6, past the next offset to handle, 5' },
    ],
    [
      'in hand though the log moved on',
      { stored: 10n, first: 10n, last: 19n, logStart: 15n },
      { place: 'take', from: 10n },
    ],
    ['no row, at the start', { stored: null, first: 3n, last: 9n, logStart: 3n }, { place: 'take', from: 3n }],
    ['no row, past the start', { stored: null, first: 7n, last: 9n, logStart: 3n }, { place: 'seek', to: 3n }],
    ['no row, start unknown', { stored: null, first: 7n, last: 9n, logStart: null }, { place: 'take', from: 7n }],
  ];
  it.each(cases)('%s', (_, batch, place) => {
    expect(placeBatch(batch)).toEqual(place);
  });
});

describe('story 16: what the sweep does with a quiet partition', () => {
  const cases: [string, Parameters<typeof placeQuiet>[0], ReturnType<typeof placeQuiet>][] = [
    ['at the row', { stored: 10n, position: 10n, logStart: 0n }, { place: 'stay' }],
    ['before the row', { stored: 10n, position: 4n, logStart: 0n }, { place: 'stay' }],
    ['past the row', { stored: 4n, position: 10n, logStart: 0n }, { place: 'seek', to: 4n }],
    ['no row, at the start', { stored: null, position: 3n, logStart: 3n }, { place: 'stay' }],
    ['no row, past the start', { stored: null, position: 10n, logStart: 3n }, { place: 'seek', to: 3n }],
    ['all was kept out, then aged', { stored: 10n, position: 10n, logStart: 10n }, { place: 'stay' }],
    [
      'records aged unread',
      { stored: 4n, position: 10n, logStart: 5n },
      { place: 'stop', why: 'the log starts at 5, past the next offset to handle, 4' },
    ],
  ];
  it.each(cases)('%s', (_, partition, place) => {
    expect(placeQuiet(partition)).toEqual(place);
  });
});
