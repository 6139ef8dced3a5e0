import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { MatchSince } from '@qbo-sync/contracts/internal/matches';
import type { DecidedLink } from './decided-links';
import type { Matching, OurRecord } from './definition';
import type { HeldRecord } from './records';

/** What is known of a link that was decided: both records as they were then, and as they are now. */
export interface LinkFacts {
  readonly link: DecidedLink;
  /** Ours; `now` undefined: merged, erased or made inactive. `then` undefined: not known any more. */
  readonly ours: { readonly then: OurRecord | undefined; readonly now: OurRecord | undefined };
  /** As QuickBooks' list showed it, with who of ours has it. */
  readonly listed: HeldRecord | undefined;
  /** Undefined: QuickBooks has it no more. */
  readonly now: TextObject | undefined;
  /** How many of ours are to be linked to it now. */
  readonly claims: number;
}

/**
 * What Apply does with a link that was decided earlier.
 *
 *   ours is over                              over     nothing is to be matched any more
 *   ours is linked meanwhile                  linked   nothing is to be done
 *   its record is gone, or was made inactive  gone, inactive
 *   it was linked to another of ours          taken    unless a person said of both that they share it
 *   a person's: one of them is renamed        renamed
 *   beyond doubt: anything of them changed    again    looked at anew: what is not beyond doubt any more is asked
 *   else                                      as decided
 */
export function checkLink(
  matching: Matching,
  facts: LinkFacts,
): MatchSince | 'over' | 'linked' | 'again' | 'as decided' {
  const { link, ours, listed, now, claims } = facts;
  if (ours.now === undefined) return 'over';
  if (ours.now.linked !== undefined) return 'linked';
  if (now === undefined) return 'gone';
  const isByPerson = link.choice !== null;
  const then = link.chosenOf === null ? listed?.record : (readNumbersAsText(link.chosenOf) as TextObject);
  if (isInactive(now) && (then === undefined || !isInactive(then))) return 'inactive';
  const holder = listed?.heldBy ?? null;
  if (holder !== null && holder !== link.ref) {
    if (!isByPerson || !(link.isShared || holder === link.chosenHeld)) return 'taken';
  } else if (!isByPerson && claims > 1) return 'taken';
  if (!isByPerson) return isAsMatched(matching, facts) ? 'as decided' : 'again';
  const isRenamed =
    (then !== undefined && nameOf(matching, then) !== nameOf(matching, now)) ||
    (ours.then !== undefined && ourName(matching, ours.then) !== ourName(matching, ours.now));
  return isRenamed ? 'renamed' : 'as decided';
}

/** Nothing of either was changed since they were compared. */
function isAsMatched(matching: Matching, { ours, listed, now }: LinkFacts): boolean {
  const token = listed?.record['SyncToken'];
  return (
    ours.then !== undefined &&
    ours.now !== undefined &&
    traitsOf(matching, ours.then) === traitsOf(matching, ours.now) &&
    token !== undefined &&
    token === now?.['SyncToken']
  );
}

const traitsOf = (matching: Matching, { data }: OurRecord): string =>
  JSON.stringify([matching.keysOfOurs(data), matching.sketchOfOurs(data), matching.besides(data)]);

const isInactive = (record: TextObject): boolean => String(record['Active']) === 'false';
const nameOf = (matching: Matching, record: TextObject): string | undefined => matching.sketchOfRecord(record)['name'];
const ourName = (matching: Matching, { data }: OurRecord): string | undefined => matching.sketchOfOurs(data)['name'];
