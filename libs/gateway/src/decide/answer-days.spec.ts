import { AHEAD_DAYS, daysToMake, tablesToDrop } from './answer-days';

const NOW = new Date('2026-11-25T23:30:00Z');
const before = { name: 'answer_before', until: new Date('2026-11-27T00:00:00Z') };

describe('the tables of answers by day', () => {
  it('are made from where the last one ends to a week ahead', () => {
    const days = daysToMake([before], NOW);
    expect(days[0]).toEqual({
      name: 'answer_2026_11_27',
      from: new Date('2026-11-27T00:00:00Z'),
      until: new Date('2026-11-28T00:00:00Z'),
    });
    expect(days.at(-1)?.from).toEqual(new Date('2026-12-02T00:00:00Z'));
  });

  it('are made from today where nobody looked for longer than they were made ahead', () => {
    const days = daysToMake([{ name: 'answer_2026_11_01', until: new Date('2026-11-02T00:00:00Z') }], NOW);
    expect(days.map(({ from }) => from.toISOString().slice(0, 10))).toEqual([
      ...['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28'],
      ...['2026-11-29', '2026-11-30', '2026-12-01', '2026-12-02'],
    ]);
    expect(days).toHaveLength(AHEAD_DAYS + 1);
  });

  it('are none while enough are ahead', () => {
    expect(daysToMake([{ name: 'far', until: new Date('2026-12-03T00:00:00Z') }], NOW)).toEqual([]);
  });

  it('go once their last answer is older than the days kept, oldest first', () => {
    const table = (day: string) => ({ name: day, until: new Date(`${day}T00:00:00Z`) });
    const tables = [table('2026-08-27'), table('2026-08-26'), table('2026-08-28')];
    expect(tablesToDrop(tables, NOW, 90).map(({ name }) => name)).toEqual(['2026-08-26', '2026-08-27']);
  });
});
