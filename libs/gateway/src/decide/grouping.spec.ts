import { group, HANDFUL, type Room, type Waiting } from './grouping';

const one = (bend: Partial<Waiting> = {}): Waiting => ({ batchable: true, bound: null, waitedMs: 1_000, ...bend });
const many = (count: number, bend: Partial<Waiting> = {}): Waiting[] => Array.from({ length: count }, () => one(bend));
const ROOM: Room = { single: 500, batch: 40, calls: 10 };
const sizes = (waiting: readonly Waiting[], coming = 0, room = ROOM) =>
  group(waiting, coming, room, 30).groups.map(({ kind, places }) => `${kind} ${places.length}`);

describe('grouping', () => {
  it('a handful goes singly, at once', () => {
    expect(sizes(many(HANDFUL, { waitedMs: 0 }))).toEqual(Array(HANDFUL).fill('single 1'));
  });

  it('more than a handful goes by batch, what is left over singly', () => {
    expect(sizes(many(6))).toEqual(['batch 6']);
    expect(sizes(many(62))).toEqual(['batch 30', 'batch 30', 'single 1', 'single 1']);
  });

  it('without a batch left, singles; without a single left, batches', () => {
    expect(sizes(many(40), 0, { ...ROOM, batch: 0, calls: 3 })).toEqual(['single 1', 'single 1', 'single 1']);
    expect(sizes(many(62), 0, { ...ROOM, single: 0 })).toEqual(['batch 30', 'batch 30']);
    expect(sizes(many(40), 0, { single: 0, batch: 0, calls: 10 })).toEqual([]);
  });

  it('a batch that is not full lingers for what is being prepared, longer where that would fill it', () => {
    expect(group(many(10, { waitedMs: 5 }), 3, ROOM, 30)).toEqual({ groups: [], againInMs: 20 });
    expect(sizes(many(10, { waitedMs: 25 }), 3)).toEqual(['batch 10']);
    expect(group(many(10, { waitedMs: 25 }), 20, ROOM, 30)).toEqual({ groups: [], againInMs: 1475 });
    expect(sizes(many(30, { waitedMs: 0 }), 20)).toEqual(['batch 30']);
  });

  it('what stands in no batch goes singly beside it', () => {
    expect(sizes([...many(8), one({ batchable: false })])).toEqual(['batch 8', 'single 1']);
  });

  it('what was sent in a batch goes again in that batch, never with others', () => {
    const waiting = [one({ bound: 'a' }), ...many(6), one({ bound: 'b' }), one({ bound: 'a' })];
    expect(group(waiting, 0, ROOM, 30).groups).toEqual([
      { kind: 'batch', places: [0, 8] },
      { kind: 'batch', places: [7] },
      { kind: 'batch', places: [1, 2, 3, 4, 5, 6] },
    ]);
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
        one({ batchable: random(5) > 0, bound: random(8) > 0 ? null : `b${random(3)}`, waitedMs: random(400) }),
      );
      const room = { single: random(12), batch: random(5), calls: random(12) };
      const { groups, againInMs } = group(waiting, random(40), room, 30);
      const places = groups.flatMap((each) => each.places);
      expect(new Set(places).size).toBe(places.length);
      expect(groups.length).toBeLessThanOrEqual(room.calls);
      expect(groups.filter(({ kind }) => kind === 'single').length).toBeLessThanOrEqual(room.single);
      expect(groups.filter(({ kind }) => kind === 'batch').length).toBeLessThanOrEqual(room.batch);
      for (const { kind, places: of } of groups) {
        expect(of.length).toBeLessThanOrEqual(kind === 'batch' ? 30 : 1);
        expect(of.toSorted((a, b) => a - b)).toEqual(of);
        const bound = of.map((place) => waiting[place]?.bound);
        expect(new Set(bound).size).toBe(1);
        if (kind === 'batch') expect(of.every((place) => waiting[place]?.batchable || bound[0] !== null)).toBe(true);
      }
      const idle = waiting.some(({ bound }) => bound === null) && room.single > 0 && room.calls > 0;
      if (idle && groups.length === 0) expect(againInMs).toBeGreaterThan(0);
    },
  );
});
