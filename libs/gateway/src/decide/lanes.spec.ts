import { EMPTY, size, sparedForLive, takeHeads, type Lanes } from './lanes';

const LIVE_RUN = 4;
const all = (): boolean => true;
const both = (most: number) => ({ all: most, backlog: most });
const lanes = (live: number, backlog: number): Lanes<string> => ({
  ...EMPTY,
  live: Array.from({ length: live }, (_, n) => `l${n}`),
  backlog: Array.from({ length: backlog }, (_, n) => `b${n}`),
});

describe('lanes', () => {
  it('four of live to one of backlog, each in its order', () => {
    const { heads, lanes: left } = takeHeads(lanes(6, 50), both(8), all);
    expect(heads).toEqual(['l0', 'l1', 'l2', 'l3', 'b0', 'l4', 'l5', 'b1']);
    expect(size(left)).toBe(48);
  });

  it('the turn goes on where it stopped, so that small takes are fair too', () => {
    let left = lanes(40, 40);
    const taken: string[] = [];
    for (let n = 0; n < 50; n += 1) {
      const one = takeHeads(left, both(1), all);
      taken.push(...one.heads);
      left = one.lanes;
    }
    expect(taken.filter((head) => head.startsWith('b'))).toHaveLength(10);
  });

  it('where the backlog may go no further, what is live goes on and takes no turn from it', () => {
    const { heads, lanes: left } = takeHeads(lanes(7, 50), { all: 30, backlog: 1 }, all);
    expect(heads).toEqual(['l0', 'l1', 'l2', 'l3', 'b0', 'l4', 'l5', 'l6']);
    expect(left.backlog).toHaveLength(49);
    expect(takeHeads(lanes(0, 50), { all: 30, backlog: 0 }, all).heads).toEqual([]);
  });

  it('a window’s singles are spared for live traffic, too few of them to miss 95 % of the limit', () => {
    const spared = sparedForLive(455);
    expect(spared).toBe(10);
    expect(455 - spared + 40 * 30).toBeGreaterThan(0.99 * 1_655);
    expect([45, 5].map(sparedForLive)).toEqual([1, 0]);
  });

  it('what may not go leaves the window and takes no turn', () => {
    const { heads, lanes: left } = takeHeads(lanes(5, 0), both(2), (head) => head !== 'l0');
    expect(heads).toEqual(['l1', 'l2']);
    expect(left.live).toEqual(['l3', 'l4']);
  });

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'nothing starves, nothing is lost, order is kept (seed %i)',
    (seed) => {
      let left = lanes((seed * 7) % 40, (seed * 13) % 60);
      const taken: string[] = [];
      while (size(left) > 0) {
        const before = left;
        const { heads, lanes: after } = takeHeads(left, both(1 + ((seed + taken.length) % 9)), all);
        taken.push(...heads);
        // With both waiting, no five in a row are of one lane alone.
        if (after.live.length > 0 && after.backlog.length > 0 && heads.length > LIVE_RUN) {
          expect(new Set(heads.map((head) => head[0])).size).toBe(2);
        }
        expect(size(after)).toBe(size(before) - heads.length);
        left = after;
      }
      for (const lane of ['l', 'b']) {
        const places = taken.filter((head) => head.startsWith(lane)).map((head) => Number(head.slice(1)));
        expect(places).toEqual(places.map((_, n) => n));
      }
    },
  );
});
