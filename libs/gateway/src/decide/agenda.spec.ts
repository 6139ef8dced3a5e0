import { Agenda } from './agenda';

describe('agenda', () => {
  it('gives realms out when their moment has come, the earliest first', () => {
    const agenda = new Agenda();
    agenda.add('late', 300);
    agenda.add('soon', 100);
    agenda.add('mid', 200);
    expect(agenda.nextMs()).toBe(100);
    expect(agenda.due(99)).toEqual([]);
    expect(agenda.due(250)).toEqual(['soon', 'mid']);
    expect(agenda.nextMs()).toBe(300);
  });

  it('the earlier of two moments stands, and a realm is given out once', () => {
    const agenda = new Agenda();
    agenda.add('a', 300);
    agenda.add('a', 100);
    agenda.add('a', 200);
    expect(agenda.due(1000)).toEqual(['a']);
    expect(agenda.nextMs()).toBeUndefined();
    agenda.add('a', 500);
    expect(agenda.due(1000)).toEqual(['a']);
  });

  it.each(Array.from({ length: 50 }, (_, seed) => seed))('is what a sorted list is (seed %i)', (seed) => {
    let state = seed + 1;
    const random = (below: number): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return Math.floor((state / 2 ** 32) * below);
    };
    const agenda = new Agenda();
    const model = new Map<string, number>();
    for (let now = 0; now < 400; now += random(20)) {
      for (let n = random(6); n > 0; n -= 1) {
        const tenant = `t${random(15)}`;
        const at = now + random(100);
        agenda.add(tenant, at);
        model.set(tenant, Math.min(at, model.get(tenant) ?? Infinity));
      }
      const due = [...model].filter(([, at]) => at <= now).sort((a, b) => a[1] - b[1]);
      const got = agenda.due(now);
      expect(got.map((tenant) => model.get(tenant))).toEqual(due.map(([, at]) => at));
      expect(new Set(got)).toEqual(new Set(due.map(([tenant]) => tenant)));
      for (const [tenant] of due) model.delete(tenant);
      expect(agenda.nextMs()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
    }
  });
});
