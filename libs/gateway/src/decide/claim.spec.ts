import { claim, type Head, type Surroundings } from './claim';

const head = (bend: Partial<Head> = {}): Head => ({
  ref: 'child:1',
  kind: 'put',
  last: false,
  refs: ['parent:1'],
  ...bend,
});
const around = (bend: Partial<Surroundings> = {}): Surroundings => ({
  linked: new Set(),
  pending: new Map(),
  dependants: [],
  ...bend,
});
const linked = new Set(['parent:1']);
const pendingParent = (kind: Head['kind'], last = false) => new Map([['parent:1', { kind, last }]]);

describe('claim (scenarios.md 1, 14)', () => {
  it.each([
    ['story 1: linked and nothing pending', head(), around({ linked }), { do: 'go' }],
    [
      'story 1: a linked parent with a put pending',
      head(),
      around({ linked, pending: pendingParent('put') }),
      { do: 'wait', on: 'parent:1', ask: false },
    ],
    [
      'story 1: an unlinked parent with a put pending',
      head(),
      around({ pending: pendingParent('put') }),
      { do: 'wait', on: 'parent:1', ask: false },
    ],
    ['story 1: a parent nobody sent', head(), around(), { do: 'wait', on: 'parent:1', ask: true }],
    [
      'an unlinked parent being linked',
      head(),
      around({ pending: pendingParent('link') }),
      { do: 'wait', on: 'parent:1', ask: false },
    ],
    ['nothing waits for a removal', head(), around({ linked, pending: pendingParent('remove') }), { do: 'go' }],
    [
      'nothing waits for a put marked last',
      head(),
      around({ linked, pending: pendingParent('put', true) }),
      { do: 'go' },
    ],
    ['a record does not wait for itself', head({ refs: ['child:1'] }), around(), { do: 'go' }],
    [
      'story 14: a removal waits for what refers to it',
      head({ kind: 'remove', refs: [] }),
      around({ dependants: ['x:1'] }),
      { do: 'wait', on: 'x:1', ask: false },
    ],
    [
      'story 14: a put marked last waits for what refers to it',
      head({ last: true }),
      around({ linked, dependants: ['x:1'] }),
      { do: 'wait', on: 'x:1', ask: false },
    ],
    ['an ordinary put does not', head(), around({ linked, dependants: ['x:1'] }), { do: 'go' }],
    ['a list waits for nothing', head({ kind: 'list' }), around(), { do: 'go' }],
  ])('%s', (_what, row, surroundings, expected) => {
    expect(claim(row, surroundings)).toEqual(expected);
  });
});
