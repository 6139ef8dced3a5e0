/**
 * An answer given again is the same to the byte and carries the same ETag; a Stripe account belongs to one company
 * (product.md §1).
 */
export const ANSWERS_AS_GIVEN_SQL = `
alter table idempotent_answer alter column answer type json using answer::json;
alter table idempotent_answer add column etag text;

create table stripe_account (
  account text primary key,
  tenant  text not null unique
);
`;
