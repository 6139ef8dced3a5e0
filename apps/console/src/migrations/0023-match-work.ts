/**
 * Readings and applies of Match, the last one of each company and kind (console.md §5).
 *
 *   begun ─▶ under way, while its lease lasts ─▶ done | failed
 *              ▲      └─ its process ended ─▶ stopped ─┐
 *              └────────── whoever looks next ─────────┘
 */
export const MATCH_WORK_SQL = `
create table match_work (
  tenant       text        not null,
  kind         text        not null,
  id           text        not null unique,
  does         text        not null,
  by           text        not null,
  done         integer     not null default 0,
  ended        text,
  failed       text,
  begun_at     timestamptz not null,
  leased_by    text        not null,
  leased_until timestamptz not null,
  primary key (tenant, kind)
);
create index match_work_under_way on match_work (id) where ended is null;
`;
