import type { MatchCounts, MatchGroup, MatchSince } from '@qbo-sync/contracts/internal/matches';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { Match } from './definition';
import type { Place } from './lists';

type Reader = Pick<Client, 'query'>;

/** `choice`: `link 58`, `create` or `leave`; null: nobody said. `since`: why a link that was decided was not made. */
export interface Candidate extends Match {
  readonly ref: string;
  readonly choice: string | null;
  readonly appliedAt: string | null;
  readonly since: MatchSince | null;
}

interface Row {
  ref: string;
  match_group: MatchGroup;
  why: string;
  candidates: string[];
  choice: string | null;
  applied_at: Date | null;
  since: MatchSince | null;
}

const COLUMNS = 'ref, match_group, why, candidates, choice, applied_at, since';

/** `isDone`: there is nothing to apply (linked already, or decided just now). `version`: of our stream as it was matched. */
export interface MatchedRow {
  readonly ref: string;
  readonly match: Match;
  readonly isDone: boolean;
  readonly version: number | null;
}

/**
 * Stores where records stand. A choice stays as long as it was made on the same candidates; so does that it was applied.
 */
export async function storeCandidates(
  client: Reader,
  { tenant, books }: Place,
  readId: string,
  matches: readonly MatchedRow[],
): Promise<void> {
  await client.query(
    `insert into match_candidate as c (tenant, books, ref, read_id, match_group, why, candidates, applied_at, seen_version)
     select $1, $2, m.ref, $3, m.match_group, m.why, string_to_array(m.candidates, ' '),
            case when m.done then clock_timestamp() end, m.version
       from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::integer[])
         as m (ref, match_group, why, candidates, done, version)
     on conflict (tenant, books, ref) do update set
       read_id     = excluded.read_id,
       match_group = excluded.match_group,
       why         = excluded.why,
       candidates  = excluded.candidates,
       choice      = case when c.candidates = excluded.candidates then c.choice end,
       applied_at  = coalesce(excluded.applied_at,
                              case when c.candidates = excluded.candidates and c.match_group = excluded.match_group
                                   then c.applied_at end),
       seen_version = case when c.candidates = excluded.candidates and c.choice is not null
                           then c.seen_version else excluded.seen_version end,
       since       = null`,
    [
      ...[tenant, books, readId],
      matches.map(({ ref }) => ref),
      matches.map(({ match }) => match.group),
      matches.map(({ match }) => match.why),
      matches.map(({ match }) => match.candidates.join(' ')),
      matches.map(({ isDone }) => isDone),
      matches.map(({ version }) => version),
    ],
  );
}

/** Records that this reading did not match: merged, erased or made inactive since. */
export async function dropOthers(client: Reader, { tenant, books }: Place, readId: string): Promise<void> {
  await client.query(`delete from match_candidate where tenant = $1 and books = $2 and read_id <> $3`, [
    tenant,
    books,
    readId,
  ]);
}

/** A group's rows after a ref, in the order of their refs. */
export async function selectGroup(
  client: Reader,
  { tenant, books }: Place,
  { group, after, limit }: { group: MatchGroup; after: string; limit: number },
): Promise<readonly Candidate[]> {
  const { rows } = await client.query<Row>(
    `select ${COLUMNS} from match_candidate
      where tenant = $1 and books = $2 and match_group = $3 and ref > $4 order by ref limit $5`,
    [tenant, books, group, after, limit],
  );
  return rows.map(read);
}

/** A row with the record it is a link to, or was to be, as it was read: JSON text. */
export interface StandingCandidate extends Candidate {
  readonly shown: string | undefined;
}

/** QuickBooks' id that a row is a link to: a person's choice, or the one beyond doubt. */
export const LINKED_ID = `case when choice is null then case when match_group = 'exact' then candidates[1] end
                        when choice like 'link %' then substr(choice, 6) end`;

/** By their refs; what was never matched is absent. */
export async function selectCandidates(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  refs: readonly string[],
): Promise<ReadonlyMap<string, StandingCandidate>> {
  const { rows } = await client.query<Row & { shown: string | null }>(
    `select ${COLUMNS}, (select record from match_record r
                          where r.tenant = $1 and r.books = $2 and r.resource = $3
                             and r.id = case when since is null then ${LINKED_ID} else candidates[1] end) as shown
       from match_candidate where tenant = $1 and books = $2 and ref = any($4::text[])`,
    [tenant, books, resource, refs],
  );
  return new Map(rows.map(({ shown, ...row }) => [row.ref, { ...read(row), shown: shown ?? undefined }]));
}

/** Whether a record of QuickBooks may be one of ours, of which a person has not said, or is about to be linked to one. */
export async function isSpokenFor(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  id: string,
): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `select exists (select from match_candidate
                     where tenant = $1 and books = $2 and applied_at is null and candidates @> array[$4])
         or exists (select from match_record
                     where tenant = $1 and books = $2 and resource = $3 and id = $4 and held_by is not null) as is`,
    [tenant, books, resource, id],
  );
  return rows[0]?.is === true;
}

/** A row that Apply takes: answered, or beyond doubt. */
export const READY = `applied_at is null and (choice is not null or match_group in ('exact', 'new'))`;

export async function countCandidates(client: Reader, { tenant, books }: Place): Promise<MatchCounts> {
  const { rows } = await client.query<{ match_group: MatchGroup; count: number; ready: number; changed: number }>(
    `select match_group, count(*)::int as count, (count(*) filter (where ${READY}))::int as ready,
            (count(*) filter (where since is not null and choice is null))::int as changed
       from match_candidate where tenant = $1 and books = $2 group by 1`,
    [tenant, books],
  );
  const of = (group: MatchGroup): number => rows.find(({ match_group: one }) => one === group)?.count ?? 0;
  return {
    ...{ exact: of('exact'), likely: of('likely'), conflict: of('conflict'), new: of('new') },
    toApply: rows.reduce((sum, { ready }) => sum + ready, 0),
    changed: rows.reduce((sum, { changed }) => sum + changed, 0),
  };
}

/** Rows a choice is made for: named ones, or all of a group. */
export type Chosen = { readonly refs: readonly string[] } | { readonly group: MatchGroup };

/**
 * Keeps a choice for rows that are not applied, with what both records were then, and what it replaced under `token`. `link` alone takes each row's only
 * candidate; a row with none, or several, stays as it is. How many rows it changed.
 */
export async function choose(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  { chosen, choice, by, token }: { chosen: Chosen; choice: string; by: string; token: string },
): Promise<number> {
  const { rows } = await client.query<{ changed: number }>(
    `with rows as (
       select ref, choice as before,
              case when $5 = 'link' then 'link ' || candidates[1] else $5 end as after
         from match_candidate
        where tenant = $1 and books = $2 and applied_at is null
          and ($3::text[] is null or ref = any($3)) and ($4::text is null or match_group = $4)
          and ($5 <> 'link' or cardinality(candidates) = 1)
        order by ref for update),
     kept as (
       insert into match_undo (token, tenant, books, ref, before, after)
       select $6, $1, $2, ref, before, after from rows where before is distinct from after),
     done as (
       update match_candidate c set choice = r.after, chosen_by = $7,
              seen_version = s.version, chosen_of = m.record, chosen_held = m.held_by
         from rows r
         left join stream s on s.tenant = $1 and s.ref = r.ref
         left join match_record m
           on m.tenant = $1 and m.books = $2 and m.resource = $8 and r.after like 'link %' and m.id = substr(r.after, 6)
        where c.tenant = $1 and c.books = $2 and c.ref = r.ref and r.before is distinct from r.after
       returning 1)
     select count(*)::int as changed from done`,
    [
      ...[tenant, books],
      'refs' in chosen ? chosen.refs : null,
      'group' in chosen ? chosen.group : null,
      ...[choice, token, by, resource],
    ],
  );
  return rows[0]?.changed ?? 0;
}

/** Takes a decision back where it still stands and is not applied. How many rows; undefined: no such decision. */
export async function undo(
  client: Reader,
  { tenant, books }: Place,
  resource: string,
  token: string,
): Promise<number | undefined> {
  const { rows } = await client.query<{ known: number; changed: number }>(
    `with taken as (delete from match_undo where token = $3 and tenant = $1 and books = $2 returning ref, before, after),
     done as (
       update match_candidate c set choice = t.before, chosen_of = m.record, chosen_held = m.held_by
         from taken t
         left join match_record m
           on m.tenant = $1 and m.books = $2 and m.resource = $4 and t.before like 'link %' and m.id = substr(t.before, 6)
        where c.tenant = $1 and c.books = $2 and c.ref = t.ref and c.choice = t.after and c.applied_at is null
       returning 1)
     select (select count(*) from taken)::int as known, (select count(*) from done)::int as changed`,
    [tenant, books, token, resource],
  );
  return rows[0] === undefined || rows[0].known === 0 ? undefined : rows[0].changed;
}

/** A record is not as it was compared: what would be linked to it by itself is matched anew by Apply. */
export async function unsettle(client: Reader, { tenant, books }: Place, id: string): Promise<void> {
  await client.query(
    `update match_candidate set seen_version = null
      where tenant = $1 and books = $2 and applied_at is null and choice is null and candidates @> array[$3]`,
    [tenant, books, id],
  );
}

/** Marks everything else that is ready: what is created when first used, and what is left out. */
export async function takeOthers(client: Reader, { tenant, books }: Place): Promise<number> {
  const { rowCount } = await client.query(
    `update match_candidate set applied_at = clock_timestamp() where tenant = $1 and books = $2 and ${READY}`,
    [tenant, books],
  );
  return rowCount ?? 0;
}

function read({ ref, match_group: group, why, candidates, choice, applied_at: appliedAt, since }: Row): Candidate {
  return { ref, group, why, candidates, choice, appliedAt: appliedAt?.toISOString() ?? null, since };
}
