import type { MatchSince } from '@qbo-sync/contracts/internal/matches';
import type { Client } from '@qbo-sync/eventstore/pool';
import { LINKED_ID, READY } from './candidates';
import type { Match } from './definition';
import type { Place } from './lists';

type Reader = Pick<Client, 'query'>;

/** Statements on links that were decided, as Apply goes through them. */

/** Rows that are links to be made: those a person chose, and those beyond doubt. */
const LINKS = `${READY} and (choice like 'link %' or (choice is null and match_group = 'exact'))`;

/** QuickBooks' ids of the next links to be made, by at most so many rows. */
export async function selectDue(client: Reader, { tenant, books }: Place, limit: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select distinct id from (
       select ${LINKED_ID} as id from match_candidate
        where tenant = $1 and books = $2 and ${LINKS} order by ref limit $3) due`,
    [tenant, books, limit],
  );
  return rows.map(({ id }) => id);
}

/** A link that was decided, by a person's `choice` or by itself, with what both records were then. */
export interface DecidedLink {
  readonly ref: string;
  /** QuickBooks'. */
  readonly id: string;
  readonly choice: string | null;
  readonly candidates: readonly string[];
  /** Version of our stream; null: not known. */
  readonly seenVersion: number | null;
  /** The record chosen, JSON text, and who of ours had it. */
  readonly chosenOf: string | null;
  readonly chosenHeld: string | null;
  /** Who has it now shares it by a person's word. */
  readonly isShared: boolean;
}

/** Locks the links to be made to these records. */
export async function lockLinks(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  ids: readonly string[],
): Promise<readonly DecidedLink[]> {
  const { rows } = await client.query<DecidedLink>(
    `with due as (
       select ref, ${LINKED_ID} as id, choice, candidates, seen_version, chosen_of, chosen_held
         from match_candidate
        where tenant = $1 and books = $2 and ${LINKS} and ${LINKED_ID} = any($4::text[])
        order by ref for update)
     select due.ref, due.id, due.choice, due.candidates, due.seen_version as "seenVersion",
            due.chosen_of as "chosenOf", due.chosen_held as "chosenHeld",
            coalesce(h.choice = 'link ' || due.id, false) as "isShared"
       from due
       left join match_record r on r.tenant = $1 and r.books = $2 and r.resource = $3 and r.id = due.id
       left join match_candidate h on h.tenant = $1 and h.books = $2 and h.ref = r.held_by
      order by due.ref`,
    [tenant, books, resource, ids],
  );
  return rows;
}

export async function markLinked(client: Reader, { tenant, books }: Place, refs: readonly string[]): Promise<void> {
  await client.query(
    `update match_candidate set applied_at = clock_timestamp(), since = null
      where tenant = $1 and books = $2 and ref = any($3::text[])`,
    [tenant, books, refs],
  );
}

/** A link that is not made after all: where it stands now, for a person to say anew. */
export interface NotLinked {
  readonly ref: string;
  readonly match: Match;
  readonly since: MatchSince | null;
}

export async function takeBack(client: Reader, { tenant, books }: Place, rows: readonly NotLinked[]): Promise<void> {
  await client.query(
    `update match_candidate c
        set match_group = n.match_group, why = n.why, candidates = string_to_array(n.candidates, ' '), since = n.since,
            choice = null, chosen_by = null, chosen_of = null, chosen_held = null
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
         as n (ref, match_group, why, candidates, since)
      where c.tenant = $1 and c.books = $2 and c.ref = n.ref`,
    [
      ...[tenant, books],
      rows.map(({ ref }) => ref),
      rows.map(({ match }) => match.group),
      rows.map(({ match }) => match.why),
      rows.map(({ match }) => match.candidates.join(' ')),
      rows.map(({ since }) => since),
    ],
  );
}

/** Ours are not there any more: nothing of them is to be matched. */
export async function dropRows(client: Reader, { tenant, books }: Place, refs: readonly string[]): Promise<void> {
  await client.query(`delete from match_candidate where tenant = $1 and books = $2 and ref = any($3::text[])`, [
    tenant,
    books,
    refs,
  ]);
}
