import { sum, type Cents } from './cents';
import type { ExpectedDocument } from './documents';

/** The books as they stand at the end of a day: documents of later days do not count. */
export interface BooksAtDayEnd {
  readonly day: string;
  readonly owed: Cents;
  /** Income and tips, less discounts. */
  readonly earned: Cents;
}

export function atDayEnd(documents: readonly ExpectedDocument[], day: string): BooksAtDayEnd {
  const until = documents.filter((document) => document.day <= day);
  return {
    day,
    owed: sum(until.map(({ owed }) => owed)),
    earned: sum(until.flatMap(({ earned }) => earned.map(({ amount }) => amount))),
  };
}
