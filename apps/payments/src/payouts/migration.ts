import type { SqlMigration } from '@qbo-sync/service/migrations';

/**
 * What is known of Stripe's payouts beside their streams.
 *
 *   webhook ─▶ stripe_event (once) ─┐
 *   poll ───── stripe_poll ─────────┴▶ payout, due ─▶ its pages ─▶ payout_transaction ◀─ by its id ─ charge ◀─ payments
 */
export const PAYOUTS: SqlMigration = {
  name: 'payments/0003-payouts',
  sql: `
-- Events of Stripe's webhooks, each stored once before it is acknowledged; its body is not kept: the record is read again.
create table stripe_event (
  event_id    text        primary key,
  account     text,
  type        text        not null,
  object_id   text        not null,
  created_at  timestamptz not null,
  received_at timestamptz not null default now()
);

-- When a company's payouts are listed next, for what webhooks missed.
create table stripe_poll (
  tenant           text        primary key,
  settings_version integer     not null,
  next_at          timestamptz not null
);

create table payout (
  tenant     text        not null,
  payout_id  text        not null,
  account    text        not null,
  -- As Stripe last showed it, JSON; null before it was read.
  shown      text,
  arrives_on text,
  -- The status its stream was told last, and how often it was told.
  told       text,
  sequence   integer     not null default 0,
  -- To be read at Stripe then; marks counts what asked for it, so that a mark made while it is read is not lost.
  due_at     timestamptz,
  marks      integer     not null default 0,
  tries      integer     not null default 0,
  heard_at   timestamptz,
  -- How far its transactions were read: behind which one to go on, how many, all.
  cursor     text,
  read       integer     not null default 0,
  whole      boolean     not null default false,
  -- Something it did not know was heard of: to be decided again.
  touched    boolean     not null default false,
  primary key (tenant, payout_id)
);
create index payout_due on payout (due_at) where due_at is not null;
create index payout_touched on payout (tenant, payout_id) where touched;
create index payout_by_day on payout (tenant, arrives_on desc, payout_id desc);

create table payout_transaction (
  tenant         text    not null,
  payout_id      text    not null,
  position       integer not null,
  transaction_id text    not null,
  kind           text    not null,
  -- Stripe's id by which Run a Call may know it; the stream of ours behind it, once known.
  stripe_id      text,
  ref            text,
  body           text    not null,
  -- Where its money is, JSON, as of this version of that stream.
  place          text,
  place_version  integer,
  -- Its place is missing: the ref that is waited for, or nobody knows it.
  waits_on       text,
  lacking        boolean not null default false,
  primary key (tenant, payout_id, position)
);
create index payout_transaction_unknown on payout_transaction (tenant, stripe_id) where ref is null;
create index payout_transaction_waiting on payout_transaction (tenant, payout_id, position) where waits_on is not null;
create index payout_transaction_lacking on payout_transaction (tenant, payout_id) where lacking or kind = 'unknown';

-- Stripe's ids of charges and refunds, from the payments of Run a Call.
create table charge (
  tenant    text not null,
  stripe_id text not null,
  ref       text not null,
  primary key (tenant, stripe_id)
);`,
};

/** Looks for deposits that somebody entered by hand, and parts that nobody knows. */
export const PAYOUT_LOOKS: SqlMigration = {
  name: 'payments/0004-payout-looks',
  sql: `
-- How often deposits were looked for that may be the payout's, when last; due: nobody has asked QuickBooks yet.
alter table payout
  add column looks     integer not null default 0,
  add column looked_at timestamptz,
  add column look_due  boolean not null default false;
create index payout_look_due on payout (tenant, payout_id) where look_due;

-- Under which books and which Undeposited Funds account its place was looked at.
alter table payout_transaction add column place_under text;

drop index payout_transaction_lacking;
create index payout_transaction_lacking on payout_transaction (tenant, payout_id)
 where lacking or kind = 'unknown' or place_version is null and (ref is not null or stripe_id is not null);`,
};
