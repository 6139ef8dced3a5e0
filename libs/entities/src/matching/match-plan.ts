import type { MatchSince } from '@qbo-sync/contracts/internal/matches';
import type { Plan, View } from '../sync/rules';
import { notLinked } from './changed-since';

/**
 * What Match says of one record that is not linked (postings.md §12); undefined: the company never read what is there.
 *
 *   open     read and not applied: nothing is made
 *   ask      likely, or in conflict, and nobody has answered; `since`: a link was decided, and `record` changed since
 *   link     the same record, by itself or by a person's word; `shown`: as the list showed it, JSON text
 *   create   nothing there is it; `beside`: a person said so of a record of that name
 *   leave    left out by a person
 */
export type MatchStanding =
  | { readonly is: 'open' | 'leave' }
  | { readonly is: 'ask'; readonly since?: MatchSince; readonly record?: string }
  | { readonly is: 'link'; readonly id: string; readonly shown?: string }
  | { readonly is: 'create'; readonly beside: boolean };

/** What customers and items look at beside their stream. */
export interface MatchRelated {
  readonly match: MatchStanding | undefined;
}

/** The plan where Match has the word; undefined: the record's own rules say. What is asked for already stands. */
export function plannedByMatch(
  view: Pick<View, 'linked' | 'inForce' | 'wanted'>,
  match: MatchStanding | undefined,
  name: string,
  linkTo: (id: string, shown?: string) => Plan,
): Plan | undefined {
  if (match === undefined || view.linked) return undefined;
  if (match.is === 'link') return linkTo(match.id, match.shown);
  if (view.inForce) return undefined;
  switch (match.is) {
    case 'open':
      return { do: 'wait', reason: { code: 'match_open' } };
    case 'ask':
      return {
        do: 'hold',
        reason:
          match.since === undefined
            ? { code: 'match_needed', params: { name } }
            : notLinked(match.since, name, match.record ?? ''),
      };
    case 'leave':
      return { do: view.wanted ? 'wait' : 'skip', reason: { code: 'left_out' } };
    case 'create':
      return undefined;
  }
}

/** A record of this name stays somebody else's: ours is made under another. */
export function isBeside(match: MatchStanding | undefined): boolean {
  return match?.is === 'create' && match.beside;
}
