import type { SqlMigration } from '../migrations';

/**
 * Tables of Match, in the database of each service that matches (postings.md §12), all by company and books.
 *
 *   match_list       where the reading of QuickBooks' list stands: reading ─▶ read ─▶ applied
 *   match_record     what was read, under the keys it can be found by (`acme:n dana ruiz`)
 *   match_candidate  where each of ours stands, a person's choice, and when it was applied
 *                    `seen_version`: of our stream, when it was matched or decided
 *                    `chosen_of`, `chosen_held`: the record a link was chosen to, as it was then, and who of ours had it
 *                    `since`: why Apply did not make a link that was decided
 *   match_undo       the choices a decision replaced, by its token
 */
export const MATCH_MIGRATIONS: readonly SqlMigration[] = [
  {
    name: 'matching/0001-match',
    sql: `
create table match_list (
  tenant     text        not null,
  books      text        not null,
  read_id    text        not null,
  state      text        not null,
  touched_at timestamptz not null,
  read_at    timestamptz,
  applied_at timestamptz,
  primary key (tenant, books)
);
create table match_record (
  tenant   text   not null,
  books    text   not null,
  resource text   not null,
  id       text   not null,
  read_id  text   not null,
  keys     text[] not null,
  record   text   not null,
  held_by  text,
  held_as  text,
  primary key (tenant, books, resource, id)
);
create index match_record_by_key on match_record using gin (keys);
create table match_candidate (
  tenant      text   not null,
  books       text   not null,
  ref         text   not null,
  read_id     text   not null,
  match_group text   not null,
  why         text   not null,
  candidates  text[] not null,
  choice      text,
  chosen_by   text,
  applied_at  timestamptz,
  primary key (tenant, books, ref)
);
create index match_candidate_by_group on match_candidate (tenant, books, match_group, ref);
create table match_undo (
  token  text not null,
  tenant text not null,
  books  text not null,
  ref    text not null,
  before text,
  after  text not null,
  primary key (token, ref)
);`,
  },
  {
    name: 'matching/0002-by-candidate',
    sql: `create index match_candidate_open on match_candidate using gin (candidates) where applied_at is null;`,
  },
  {
    name: 'matching/0003-changed-since',
    sql: `
alter table match_candidate
  add column seen_version integer,
  add column chosen_of    text,
  add column chosen_held  text,
  add column since        text;`,
  },
];
