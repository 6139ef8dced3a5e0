import type { Client } from './pool';

/** One company's settings as they were last read from the topic. */
export interface StoredSettings {
  readonly tenant: string;
  readonly version: number;
  /** The settings message, parsed; its shape is the reader's (contracts/sync/settings). */
  readonly document: unknown;
}

/** Stores settings unless a version as new is there already. True: these are newer. */
export async function storeSettings(client: Pick<Client, 'query'>, settings: StoredSettings): Promise<boolean> {
  const result = await client.query(
    `insert into settings as s (tenant, version, document) values ($1, $2, $3)
     on conflict (tenant) do update set version = excluded.version, document = excluded.document
      where s.version < excluded.version`,
    [settings.tenant, settings.version, JSON.stringify(settings.document)],
  );
  return result.rowCount === 1;
}

/** The settings of these companies as the deciding transaction sees them; a company without settings is absent. */
export async function readSettings(
  client: Pick<Client, 'query'>,
  tenants: readonly string[],
): Promise<Map<string, StoredSettings>> {
  if (tenants.length === 0) return new Map();
  const result = await client.query<Row>(
    `select tenant, version, document from settings where tenant = any($1::text[])`,
    [tenants],
  );
  return new Map(result.rows.map((row) => [row.tenant, settingsOf(row)]));
}

/** Companies whose open streams were not all decided again under their settings' version. */
export async function settingsToRedecide(client: Pick<Client, 'query'>): Promise<StoredSettings[]> {
  const result = await client.query<Row>(
    `select tenant, version, document from settings where version > redecided_version order by tenant`,
  );
  return result.rows.map(settingsOf);
}

/** All open streams of the company were decided again under this version. */
export async function markRedecided(client: Pick<Client, 'query'>, tenant: string, version: number): Promise<void> {
  await client.query(`update settings set redecided_version = $2 where tenant = $1 and redecided_version < $2`, [
    tenant,
    version,
  ]);
}

interface Row {
  tenant: string;
  version: number;
  document: string;
}

function settingsOf(row: Row): StoredSettings {
  return { tenant: row.tenant, version: row.version, document: JSON.parse(row.document) };
}
