import type { SqlMigration } from '@qbo-sync/service/migrations';
import { DISPUTES } from './disputes/migration';
import { PAYOUT_LOOKS, PAYOUTS } from './payouts/migration';

/** Tables of the payments service beside the event store's. */
export const PAYMENTS_MIGRATIONS: readonly SqlMigration[] = [
  {
    name: 'payments/0001-followed-invoice',
    sql: `
create table followed_invoice (
  tenant            text        not null,
  invoice_id        text        not null,
  sequence          bigint      not null,
  customer_id       text        not null,
  number            text        not null,
  total             numeric     not null,
  tip               numeric,
  balance           numeric     not null,
  issued_on         text        not null,
  first_occurred_at timestamptz not null,
  voided            boolean     not null,
  primary key (tenant, invoice_id)
);
create table followed_invoice_link (
  tenant        text not null,
  invoice_id    text not null,
  books         text not null,
  quickbooks_id text not null,
  primary key (tenant, invoice_id, books)
);`,
  },
  {
    name: 'payments/0002-money-back',
    sql: `
alter table followed_invoice add column on_payment boolean not null default false;
alter table followed_invoice_link
  add column customer_id text,
  add column posted      text;
create index followed_invoice_link_by_id on followed_invoice_link (tenant, books, quickbooks_id);

-- Streams that look at an invoice: payments that pay it, refunds that reduce it.
create table invoice_reader (
  tenant     text not null,
  invoice_id text not null,
  ref        text not null,
  primary key (tenant, invoice_id, ref)
);

-- Refunds that reduce an invoice's sale, of whatever payment, in the order in which they were heard of.
create table invoice_refund (
  tenant     text    not null,
  invoice_id text    not null,
  refund_id  text    not null,
  position   bigint  not null generated always as identity,
  sequence   bigint  not null,
  amount     text    not null,
  tax_amount text,
  counts     boolean not null,
  primary key (tenant, invoice_id, refund_id)
);`,
  },
  PAYOUTS,
  PAYOUT_LOOKS,
  DISPUTES,
];
