import { Calendar } from './calendar';

describe('the days of a play', () => {
  test.each([
    // begins, day 1 and day 3 of this month, first and second business day's place in the next
    ['2026-11-23', '2026-11-24', '2026-11-26', '2026-12-01'],
    ['2026-11-29', '2026-11-30', '2026-11-30', '2026-12-01'],
    ['2026-10-31', '2026-10-31', '2026-10-31', '2026-11-02'],
    ['2028-02-28', '2028-02-29', '2028-02-29', '2028-03-01'],
    ['2026-12-31', '2026-12-31', '2026-12-31', '2027-01-01'],
  ])('begun on %s: this month never passes its end, late acts are of the next', (begins, one, three, next) => {
    const calendar = new Calendar(begins);
    expect([calendar.day('day', 1), calendar.day('day', 3), calendar.day('late', 0)]).toEqual([one, three, next]);
    expect(calendar.day('late', 2) > calendar.monthEnd).toBe(true);
  });
});
