import * as fc from 'fast-check';
import { addDays, dayOf, daysBetween } from './zone';

describe("days in a company's zone", () => {
  test.each([
    ['2026-11-20T05:59:59Z', 'America/Chicago', '2026-11-19'],
    ['2026-11-20T06:00:00Z', 'America/Chicago', '2026-11-20'],
    ['2026-07-01T04:30:00Z', 'America/Chicago', '2026-06-30'],
    ['2026-07-01T05:00:00Z', 'America/Chicago', '2026-07-01'],
    ['2026-06-30T23:30:00Z', 'Europe/London', '2026-07-01'],
    ['2026-12-31T23:30:00Z', 'Europe/London', '2026-12-31'],
    ['2026-12-31T12:30:00+02:00', 'Pacific/Auckland', '2026-12-31'],
    ['2026-12-31T11:30:00Z', 'Pacific/Auckland', '2027-01-01'],
  ])('%s in %s is %s', (instant, zone, day) => {
    expect(dayOf(instant, zone)).toBe(day);
  });

  test('an unknown zone is a bug', () => {
    expect(() => dayOf('2026-11-20T05:59:59Z', 'Mars/Olympus')).toThrow(RangeError);
  });

  test.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-03-01', -1, '2026-02-28'],
  ])('%s and %i days is %s', (day, days, wanted) => {
    expect(addDays(day, days)).toBe(wanted);
  });

  test('adding and counting days agree', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40_000, max: 40_000 }), fc.integer({ min: -40_000, max: 40_000 }), (a, b) => {
        const from = addDays('2026-11-20', a);
        const to = addDays(from, b);
        expect(daysBetween(from, to)).toBe(b);
        expect(from < to).toBe(b > 0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('text that is no day is a bug', () => {
    expect(() => addDays('2026-02-30', 1)).toThrow('not a day');
  });
});
