import type { Client } from './pool';

type Reader = Pick<Client, 'query'>;

/** A command to decide the open streams of a company again; `entity` null: of all. `afterRef`: how far it has come. */
export interface Redecision {
  readonly commandId: string;
  readonly tenant: string;
  readonly entity: string | null;
  readonly afterRef: string;
}

/** Keeps a command until all pages are decided; the same one again while it runs changes nothing. */
export async function storeRedecision(client: Reader, asked: Omit<Redecision, 'afterRef'>): Promise<void> {
  await client.query(
    `insert into redecision (command_id, tenant, entity) values ($1, $2, $3) on conflict (command_id) do nothing`,
    [asked.commandId, asked.tenant, asked.entity],
  );
}

/** Those that are not over, oldest first. */
export async function redecisions(client: Reader): Promise<Redecision[]> {
  const result = await client.query<{ command_id: string; tenant: string; entity: string | null; after_ref: string }>(
    `select command_id, tenant, entity, after_ref from redecision order by asked_at, command_id`,
  );
  return result.rows.map((row) => ({
    commandId: row.command_id,
    tenant: row.tenant,
    entity: row.entity,
    afterRef: row.after_ref,
  }));
}

/** The pages up to this ref are decided. */
export async function updateRedecision(client: Reader, commandId: string, afterRef: string): Promise<void> {
  await client.query(`update redecision set after_ref = $2 where command_id = $1`, [commandId, afterRef]);
}

export async function deleteRedecision(client: Reader, commandId: string): Promise<void> {
  await client.query(`delete from redecision where command_id = $1`, [commandId]);
}
