import { roomFor } from './pacing';
import { ORDER } from './plan';

const rank = (kind: (typeof ORDER)[number]): number => ORDER.indexOf(kind);
const ALLOWED = { documents: 100, masters: 10 };

describe('what a backfill hands over next', () => {
  it.each([
    ['invoices', 'customers', 80, 'beside what they depend on, which they wait for themselves'],
    ['payments', 'customers', 0, 'once all before them have ended'],
    ['payments', 'invoices', 0, 'once all before them have ended'],
    ['refunds', 'invoices', 0, 'once all before them have ended'],
    ['refunds', 'payments', 80, 'beside payments, which wait for the entries they pay'],
    ['customers', 'invoices', 0, 'as many as masters may be under way'],
  ] as const)('%s, with %s under way: room for %i: %s', (next, open, room, _why) => {
    expect(roomFor(rank(next), new Map([[rank(open), 20]]), ALLOWED)).toBe(room);
  });
});
