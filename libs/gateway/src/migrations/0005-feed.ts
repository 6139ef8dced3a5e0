/**
 * What comes back from QuickBooks: webhook deliveries as they came (sealed: they name realms), the events in them, each
 * company's place in the changes it has read, and changes that wait for an answer of ours.
 *
 * A link's `seen` is what was last read of a record that somebody changed there; `sync_token` and `shown` stay those of
 * the last agreement, so that our next update finds out what both sides changed.
 */
export const FEED_SQL = `
create table webhook_delivery (
  body_hash   text primary key,
  sealed      text not null,
  received_at timestamptz not null
);
create index webhook_delivery_age on webhook_delivery (received_at);

create table webhook_event (
  id          text primary key,
  books       text,
  resource    text not null,
  qbo_id      text not null,
  operation   text not null,
  merged_from text,
  received_at timestamptz not null,
  done_at     timestamptz
);
create index webhook_event_open on webhook_event (books) where done_at is null;
create index webhook_event_age on webhook_event (received_at);

create table feed (
  books      text primary key,
  tenant     text not null unique,
  cursor_at  timestamptz not null,
  checked_at timestamptz not null,
  called_at  timestamptz,
  named      text[] not null default '{}',
  refused    text[] not null default '{}'
);

create table held_change (
  books    text not null,
  resource text not null,
  qbo_id   text not null,
  tenant   text not null,
  record   text not null,
  held_at  timestamptz not null,
  primary key (books, resource, qbo_id)
);

create table noticed (
  books      text not null,
  resource   text not null,
  qbo_id     text not null,
  sync_token bigint not null,
  primary key (books, resource, qbo_id)
);

alter table link add column seen jsonb, add column seen_token text;
`;
