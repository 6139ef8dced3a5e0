import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';

/** One numbered step forward, as SQL: `{ name: 'payments/0001-followed-invoice', sql }`. Never edited once released. */
export interface SqlMigration {
  readonly name: string;
  readonly sql: string;
}

/** TypeORM orders by 13 digits at the end of a migration's name and knows what it ran by the whole name. */
const EPOCH = 1_700_000_000_000;

/** Turns numbered SQL steps into TypeORM migrations. Throws on a name without its four digits, or one used twice. */
export function toTypeOrmMigrations(steps: readonly SqlMigration[]): (new () => MigrationInterface)[] {
  const seen = new Set<string>();
  return steps.map(({ name, sql }) => {
    const number = /(?:^|\/)(\d{4})[-_]/.exec(name)?.[1];
    if (number === undefined) throw new Error(`migration ${name} must be named [scope/]NNNN-what`);
    if (seen.has(name)) throw new Error(`migration ${name} is named twice`);
    seen.add(name);
    return class implements MigrationInterface {
      readonly name = `${name}_${EPOCH + Number(number)}`;
      readonly transaction = true;
      up(runner: QueryRunner): Promise<void> {
        return runner.query(sql) as Promise<void>;
      }
      down(): Promise<void> {
        throw new Error(`migration ${name} goes forward only`);
      }
    };
  });
}

const LOCK = 'qbo-sync:migrations';

/**
 * Runs what has not run yet, under an advisory lock, so that replicas starting together run each step once. Returns how many
 * ran. TypeORM is loaded here and not at the top: a service needs it for this step only.
 */
export async function migrate(databaseUrl: string, steps: readonly SqlMigration[]): Promise<number> {
  if (steps.length === 0) return 0;
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'qbo-sync-migrations',
    migrations: toTypeOrmMigrations(steps),
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    // The console logger prints a failed step by itself, and its error reaches the caller anyway.
    logger: 'debug',
    poolSize: 2,
  });
  await source.initialize();
  try {
    return await underLock(source, async () => (await source.runMigrations()).length);
  } finally {
    await source.destroy();
  }
}

async function underLock<T>(source: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    await runner.query('select pg_advisory_lock(hashtext($1))', [LOCK]);
    return await work();
  } finally {
    await runner.query('select pg_advisory_unlock(hashtext($1))', [LOCK]);
    await runner.release();
  }
}
