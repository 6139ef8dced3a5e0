/** A table that holds the answers of some days, up to but without `until`. */
export interface AnswerTable {
  readonly name: string;
  readonly until: Date;
}

export interface AnswerDay {
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
}

const DAY_MS = 86_400_000;
/** Days whose tables are there before their first answer: so long nobody need look. */
export const AHEAD_DAYS = 7;

/** Tables to be made, for today and the days ahead where there are none; days are UTC's. */
export function daysToMake(tables: readonly AnswerTable[], now: Date): AnswerDay[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const held = Math.max(0, ...tables.map(({ until }) => until.getTime()));
  const days: AnswerDay[] = [];
  for (let at = Math.max(today, held); at <= today + AHEAD_DAYS * DAY_MS; at += DAY_MS) {
    const from = new Date(at);
    days.push({
      name: `answer_${from.toISOString().slice(0, 10).replaceAll('-', '_')}`,
      from,
      until: new Date(at + DAY_MS),
    });
  }
  return days;
}

/** Tables whose last answer is older than so many days, oldest first. */
export function tablesToDrop(tables: readonly AnswerTable[], now: Date, keptDays: number): AnswerTable[] {
  const before = now.getTime() - keptDays * DAY_MS;
  return tables
    .filter(({ until }) => until.getTime() <= before)
    .sort((one, other) => one.until.getTime() - other.until.getTime());
}
