import { listIn } from '../http/is-list-of';
import { positionOf } from '../http/page-query';
import { readQuery } from '../http/read-query';
import { LogListQuery } from './log-list.dto';
import type { LogFilter } from './log-query';

const DAY = /^[\d-]{10}$/;

export interface ListRequest {
  readonly filter: LogFilter;
  readonly limit: number;
  /** Position to go on below; null: from the newest. */
  readonly before: string | null;
}

/** Reads a list's query. Throws the problem that says which parameter is wrong. */
export function readList(query: object): ListRequest {
  const { state, entity, q, from, to, limit, cursor } = readQuery(LogListQuery, query);
  return {
    filter: {
      states: listIn(state),
      entities: listIn(entity),
      q: q?.trim() || null,
      from: when(from),
      to: when(to),
    },
    limit,
    before: positionOf(cursor),
  };
}

/** In UTC: PostgreSQL takes no offset of 16 hours or more. */
function when(text: string | undefined): string | null {
  if (text === undefined) return null;
  return DAY.test(text) ? text : new Date(text.toUpperCase()).toISOString();
}
