import type { SqlMigration } from '@qbo-sync/service/migrations';

/** A profile that was read before it was read daily is due at once; from then on each reading says when the next is. */
export const TAX_MIGRATIONS: readonly SqlMigration[] = [
  {
    name: 'tax/0001-profile-daily',
    sql: `update stream set revisit_at = now() where ref = 'profile:company' and not open and revisit_at is null`,
  },
];
