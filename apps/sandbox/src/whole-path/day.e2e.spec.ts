import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LocalStack } from '@qbo-sync/testkit/local-stack';
import type { DayResult } from '../day/report';

/** `npm start -- --once`, as a new user runs it, twice; and with a planted error. */
describe('the field-service day', () => {
  const stack = new LocalStack();
  afterAll(() => stack.stop(), 60_000);

  const result = (of: LocalStack): DayResult =>
    JSON.parse(readFileSync(path.join(of.sandboxDir, 'day-result.json'), 'utf8')) as DayResult;

  it('leaves the books equal to the model, to the cent', async () => {
    const code = await stack.run('--once');
    expect({ code, tail: code === 0 ? '' : stack.output.slice(-4000) }).toEqual({ code: 0, tail: '' });
    const day = result(stack);
    expect(day.agreed).toBe(true);
    expect(day.surprises).toEqual([]);
    expect(day.heldShare).toBeLessThanOrEqual(0.03);
    expect(day.comparisons.map(({ differences }) => differences)).toEqual(day.comparisons.map(() => []));
    expect(day.comparisons.length).toBeGreaterThanOrEqual(4);
    expect(day.rows.filter(({ times }) => times === 0)).toEqual([]);
    expect(day.invariants.filter(({ checked, broken }) => checked === 0 || broken.length > 0)).toEqual([]);
    expect(day.writes).toBeGreaterThan(200);
  }, 300_000);

  it('wrote nothing at its end, when every topic was replayed twice (postings.md §14)', () => {
    const day = result(stack);
    expect(day.invariants.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    const replayed = day.invariants.find(({ number }) => number === 5);
    expect(replayed?.broken).toEqual([]);
    expect(replayed?.checked).toBeGreaterThanOrEqual(2 * day.published);
  });

  it('writes nothing when every event comes again with its id, and every webhook of Stripe (postings.md §14)', async () => {
    const first = result(stack);
    const code = await stack.run('--once');
    expect({ code, tail: code === 0 ? '' : stack.output.slice(-4000) }).toEqual({ code: 0, tail: '' });
    const second = result(stack);
    expect(second).toMatchObject({ published: first.published, known: first.published, writes: 0, agreed: true });
    expect(second.toldAgain).toBeGreaterThan(0);
    expect(second.invariants.find(({ number }) => number === 5)).toMatchObject({
      checked: first.published,
      broken: [],
    });
  }, 180_000);
});

describe('a one-cent error in the mapping', () => {
  const stack = new LocalStack({ NODE_OPTIONS: `--require ${path.join(__dirname, 'one-cent-off.cjs')}` });
  afterAll(() => stack.stop(), 60_000);

  it('makes the day end with an exit code other than 0', async () => {
    const code = await stack.run('--once', '--short');
    expect(stack.output).toContain('exit code');
    expect(code).not.toBe(0);
  }, 240_000);
});
