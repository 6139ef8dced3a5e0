import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planDay } from './day';
import { PublishedDay, type PublishedMessage } from './published-day';

const folder = mkdtempSync(join(tmpdir(), 'day-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { events } = planDay('bytes', '2026-11-21T12:00:00Z', 'short');
const publishAll = (day: PublishedDay, now: string): PublishedMessage[] =>
  events.map((event, place) => day.message(place, event, () => now));

describe('what was published', () => {
  test('is republished to the byte, with the times of its first publishing', () => {
    const first = publishAll(new PublishedDay(folder), '2026-11-21T12:00:01.000Z');
    const again = publishAll(new PublishedDay(folder), '2026-11-22T09:00:00.000Z');
    expect(again).toEqual(first);
    expect(again.every(({ headers }) => headers['ce_time'] === '2026-11-21T12:00:01.000Z')).toBe(true);
  });

  test('a second copy of an event is the first again', () => {
    const folder2 = join(folder, 'copy');
    const day = new PublishedDay(folder2);
    const first = day.message(0, events[0]!, () => '2026-11-21T12:00:01.000Z');
    expect(day.message(1, events[0]!, () => '2026-11-21T12:00:59.000Z')).toBe(first);
  });

  test('goes on after a kill: an unfinished line was never sent', () => {
    const folder3 = join(folder, 'killed');
    const day = new PublishedDay(folder3);
    const first = day.message(0, events[0]!, () => '2026-11-21T12:00:01.000Z');
    appendFileSync(join(folder3, 'published.jsonl'), '{"phase":"da');
    const next = new PublishedDay(folder3);
    expect(next.messages).toEqual([first]);
    const second = next.message(1, events[1]!, () => '2026-11-21T13:00:00.000Z');
    expect(new PublishedDay(folder3).messages).toEqual([first, second]);
    expect(readFileSync(join(folder3, 'published.jsonl'), 'utf8').split('\n')).toHaveLength(3);
  });

  test('keeps which day it is, and where it is anchored', () => {
    const folder4 = join(folder, 'identity');
    const day = new PublishedDay(folder4);
    expect(day.identify(() => ({ seed: 'a', size: 'short' }))).toEqual({ seed: 'a', size: 'short' });
    expect(day.anchor).toBeUndefined();
    day.anchorAt(() => '2026-11-21T12:00:00Z');
    const later = new PublishedDay(folder4);
    expect(later.identify(() => ({ seed: 'b', size: 'full' }))).toEqual({
      seed: 'a',
      size: 'short',
      anchor: '2026-11-21T12:00:00Z',
    });
    expect(later.anchorAt(() => '2027-01-01T00:00:00Z')).toBe('2026-11-21T12:00:00Z');
  });
});
