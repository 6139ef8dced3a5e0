import { positionOf } from '../http/page-query';
import { readQuery } from '../http/read-query';
import { LogListQuery } from './log-list.dto';
import type { LogFilter } from './log-query';

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
    filter: { states: list(state), entities: list(entity), q: q?.trim() || null, from: from ?? null, to: to ?? null },
    limit,
    before: positionOf(cursor),
  };
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
