import { seeded } from './seeds';

describe('seeded random numbers', () => {
  const draw = (seed: number): number[] => {
    const random = seeded(seed);
    return Array.from({ length: 1_000 }, () => random.integer(3, 8));
  };

  it('repeat for a seed, differ between seeds, and keep to their range', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(draw(1))).toEqual(new Set([3, 4, 5, 6, 7]));
  });

  it('hit a chance about as often as it says', () => {
    const random = seeded(3);
    const hits = Array.from({ length: 1_000 }, () => random.chance(0.2)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(140);
    expect(hits).toBeLessThan(260);
  });
});
