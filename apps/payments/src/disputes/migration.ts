import type { SqlMigration } from '@qbo-sync/service/migrations';

/** What is known of Stripe's disputes beside their streams. */
export const DISPUTES: SqlMigration = {
  name: 'payments/0005-disputes',
  sql: `
create table dispute (
  tenant     text        not null,
  dispute_id text        not null,
  account    text        not null,
  -- What its stream was told last, and how often it was told; null before the first time.
  told       text,
  sequence   integer     not null default 0,
  -- A webhook told of it: to be read at Stripe then.
  due_at     timestamptz,
  tries      integer     not null default 0,
  primary key (tenant, dispute_id)
);
create index dispute_due on dispute (due_at) where due_at is not null;`,
};
