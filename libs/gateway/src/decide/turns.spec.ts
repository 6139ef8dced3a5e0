import { giveTurns } from './turns';

const ask = (tenant: string, wants: number) => ({ tenant, wants });

describe('turns', () => {
  it('a small realm beside a hot one gets all it wants', () => {
    const { given } = giveTurns([ask('hot', 50_000), ask('a', 3), ask('b', 5)], 100, 4, null);
    expect(Object.fromEntries(given)).toEqual({ hot: 92, a: 3, b: 5 });
  });

  it('with less to give than there are realms, the next ones come next time', () => {
    const asks = ['a', 'b', 'c', 'd', 'e'].map((tenant) => ask(tenant, 10));
    const first = giveTurns(asks, 2, 1, null);
    expect([...first.given.keys()]).toEqual(['a', 'b']);
    const second = giveTurns(asks, 2, 1, first.next);
    expect([...second.given.keys()]).toEqual(['c', 'd']);
  });

  it.each(Array.from({ length: 100 }, (_, seed) => seed))('gives all, fairly, and starves nobody (seed %i)', (seed) => {
    let state = seed + 1;
    const random = (below: number): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return Math.floor((state / 2 ** 32) * below);
    };
    const asks = Array.from({ length: 1 + random(30) }, (_, n) => ask(`t${n}`, random(20)));
    const total = random(200);
    const quantum = 1 + random(8);
    const { given } = giveTurns(asks, total, quantum, `t${random(30)}`);
    const sum = [...given.values()].reduce((a, b) => a + b, 0);
    const wanted = asks.reduce((a, { wants }) => a + wants, 0);
    expect(sum).toBe(Math.min(total, wanted));
    const most = Math.max(0, ...given.values());
    for (const { tenant, wants } of asks) {
      const got = given.get(tenant) ?? 0;
      expect(got).toBeLessThanOrEqual(wants);
      if (got < wants) expect(most - got).toBeLessThanOrEqual(quantum);
    }
    let next: string | null = null;
    const served = new Set<string>();
    for (let round = 0; round < asks.length; round += 1) {
      const turns = giveTurns(asks, 1, quantum, next);
      for (const tenant of turns.given.keys()) served.add(tenant);
      ({ next } = turns);
    }
    expect(served.size).toBe(asks.filter(({ wants }) => wants > 0).length);
  });
});
