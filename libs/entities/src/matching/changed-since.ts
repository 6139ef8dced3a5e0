import type { Reason } from '@qbo-sync/contracts/reasons';
import type { MatchSince } from '@qbo-sync/contracts/internal/matches';

/**
 * Why a link that was decided was not made: what became of a record since. `name`: ours, `record`: QuickBooks', as they are
 * called now.
 */
export function notLinked(since: MatchSince, name: string, record: string): Reason {
  switch (since) {
    case 'gone':
      return { code: 'match_gone', params: { name } };
    case 'inactive':
      return { code: 'match_inactive', params: { name, record } };
    case 'renamed':
      return { code: 'match_renamed', params: { name, record } };
    case 'taken':
      return { code: 'match_taken', params: { name, record } };
  }
}
