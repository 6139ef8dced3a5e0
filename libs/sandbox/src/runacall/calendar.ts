import { addDays } from '@qbo-sync/money/zone';
import type { Phase } from './journal';

/**
 * The days a company works: from the day it begins to the end of that month, and then, for late acts, the first business
 * days of the next.
 *
 *   begins ── day 1 ── day 2 … month's end │ next month: first business day ── next …
 */
export class Calendar {
  readonly monthEnd: string;
  private readonly nextMonth: string;

  /** @param begins `YYYY-MM-DD` */
  constructor(private readonly begins: string) {
    this.monthEnd = monthEndOf(begins);
    this.nextMonth = businessDay(addDays(this.monthEnd, 1));
  }

  /** The day so many days after the phase began; this month's days never pass its end. */
  day(phase: Phase, offset: number): string {
    if (phase === 'late') return addDays(this.nextMonth, offset);
    const day = addDays(this.begins, offset);
    return day < this.monthEnd ? day : this.monthEnd;
  }
}

/** The last day of a day's month. */
function monthEndOf(day: string): string {
  const [year, month] = day.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

function businessDay(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 6 ? addDays(day, 2) : weekday === 0 ? addDays(day, 1) : day;
}
