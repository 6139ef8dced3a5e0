import { group, HANDFUL, type Coming, type Room, type Waiting } from './grouping';

const one = (bend: Partial<Waiting> = {}): Waiting => ({
  ...{ lane: 'backlog', batchable: true, bound: null, waitedMs: 1_000 },
  ...bend,
});
const many = (count: number, bend: Partial<Waiting> = {}): Waiting[] => Array.from({ length: count }, () => one(bend));
const ROOM: Room = { single: 500, backlogSingle: 490, batch: 40, calls: 10 };
const coming = (change: Partial<Coming> = {}): Coming => ({ live: 0, backlog: 0, bound: new Map(), ...change });
const sizes = (waiting: readonly Waiting[], others = coming(), room = ROOM) =>
  group(waiting, others, room, 30).groups.map(({ kind, places }) => `${kind} ${places.length}`);

describe('grouping', () => {
  it('a handful goes singly, at once', () => {
    expect(sizes(many(HANDFUL, { waitedMs: 0 }))).toEqual(Array(HANDFUL).fill('single 1'));
  });

  it('more than a handful goes by batch, what is left over singly', () => {
    expect(sizes(many(6))).toEqual(['batch 6']);
    expect(sizes(many(62))).toEqual(['batch 30', 'batch 30', 'single 1', 'single 1']);
  });

  it('without a batch left, singles; without a single left, batches', () => {
    expect(sizes(many(40), coming(), { ...ROOM, batch: 0, calls: 3 })).toEqual(['single 1', 'single 1', 'single 1']);
    expect(sizes(many(62), coming(), { ...ROOM, single: 0, backlogSingle: 0 })).toEqual(['batch 30', 'batch 30']);
    expect(sizes(many(40), coming(), { single: 0, backlogSingle: 0, batch: 0, calls: 10 })).toEqual([]);
  });

  it('a handful of live goes singly beside a backlog, and first; more of it stands first in the batches', () => {
    const waiting = [...many(29), ...many(2, { lane: 'live', waitedMs: 0 })];
    expect(group(waiting, coming({ backlog: 40 }), ROOM, 30)).toEqual({
      groups: [
        { kind: 'single', places: [29] },
        { kind: 'single', places: [30] },
      ],
      againInMs: 500,
    });
    const [batch] = group([...many(29), ...many(8, { lane: 'live' })], coming(), ROOM, 30).groups;
    expect(batch?.places.slice(0, 9)).toEqual([29, 30, 31, 32, 33, 34, 35, 36, 0]);
  });

  it('singles that are spared are for live alone', () => {
    const room = { single: 3, backlogSingle: 1, batch: 0, calls: 10 };
    expect(sizes(many(40), coming(), room)).toEqual(['single 1']);
    const both = group([...many(40), ...many(2, { lane: 'live' })], coming(), room, 30).groups;
    expect(both.map(({ places }) => places)).toEqual([[40], [41]]);
    expect(sizes(many(7, { lane: 'live' }), coming(), room)).toEqual(Array(3).fill('single 1'));
  });

  it('a batch that is not full lingers for what is being prepared, longer where that would fill it', () => {
    expect(group(many(10, { waitedMs: 5 }), coming({ backlog: 3 }), ROOM, 30)).toEqual({ groups: [], againInMs: 20 });
    expect(sizes(many(10, { waitedMs: 25 }), coming({ backlog: 3 }))).toEqual(['batch 10']);
    expect(group(many(10, { waitedMs: 25 }), coming({ live: 20 }), ROOM, 30)).toEqual({ groups: [], againInMs: 1475 });
    expect(sizes(many(30, { waitedMs: 0 }), coming({ live: 20 }))).toEqual(['batch 30']);
  });

  it('what stands in no batch goes singly beside it', () => {
    expect(sizes([...many(8), one({ batchable: false })])).toEqual(['batch 8', 'single 1']);
  });

  it('what was sent in a batch goes again in that batch, never with others', () => {
    const waiting = [one({ bound: 'a' }), ...many(6), one({ bound: 'b' }), one({ bound: 'a' })];
    expect(group(waiting, coming(), ROOM, 30).groups).toEqual([
      { kind: 'batch', places: [0, 8] },
      { kind: 'batch', places: [7] },
      { kind: 'batch', places: [1, 2, 3, 4, 5, 6] },
    ]);
  });

  it('a batch sent before lingers for its own parts, so that it goes again as one call', () => {
    const waiting = [one({ bound: 'a', waitedMs: 400 }), one({ bound: 'b' })];
    const grouping = group(waiting, coming({ bound: new Map([['a', 3]]) }), ROOM, 30);
    expect(grouping).toEqual({ groups: [{ kind: 'batch', places: [1] }], againInMs: 14_600 });
    expect(sizes([one({ bound: 'a', waitedMs: 15_000 })], coming({ bound: new Map([['a', 3]]) }))).toEqual(['batch 1']);
  });

  it.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'no place twice, no limit passed, order kept, nothing idle (seed %i)',
    (seed) => {
      let state = seed + 1;
      const random = (below: number): number => {
        state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
        return Math.floor((state / 2 ** 32) * below);
      };
      const waiting = Array.from({ length: random(100) }, () =>
        one({
          ...{ lane: random(4) > 0 ? 'backlog' : 'live', batchable: random(5) > 0, waitedMs: random(400) },
          bound: random(8) > 0 ? null : `b${random(3)}`,
        }),
      );
      const single = random(12);
      const room = { single, backlogSingle: Math.max(0, single - random(4)), batch: random(5), calls: random(12) };
      const { groups, againInMs } = group(waiting, coming({ live: random(20), backlog: random(40) }), room, 30);
      const places = groups.flatMap((each) => each.places);
      expect(new Set(places).size).toBe(places.length);
      expect(groups.length).toBeLessThanOrEqual(room.calls);
      expect(groups.filter(({ kind }) => kind === 'single').length).toBeLessThanOrEqual(room.single);
      expect(groups.filter(({ kind }) => kind === 'batch').length).toBeLessThanOrEqual(room.batch);
      for (const { kind, places: of } of groups) {
        expect(of.length).toBeLessThanOrEqual(kind === 'batch' ? 30 : 1);
        const isLive = (place: number): boolean => waiting[place]?.lane === 'live';
        for (const places of [of.filter(isLive), of.filter((place) => !isLive(place))])
          expect(places.toSorted((a, b) => a - b)).toEqual(places);
        const bound = of.map((place) => waiting[place]?.bound);
        expect(new Set(bound).size).toBe(1);
        if (kind === 'batch') expect(of.every((place) => waiting[place]?.batchable || bound[0] !== null)).toBe(true);
      }
      const backlogSingles = groups.filter(
        ({ kind, places: [place = 0] }) => kind === 'single' && waiting[place]?.lane === 'backlog',
      );
      expect(backlogSingles.length).toBeLessThanOrEqual(room.backlogSingle);
      const idle = waiting.some(({ bound }) => bound === null) && room.backlogSingle > 0 && room.calls > 0;
      if (idle && groups.length === 0) expect(againInMs).toBeGreaterThan(0);
    },
  );
});
