import type { Client } from './pool';

type Reader = Pick<Client, 'query'>;

/**
 * A command to decide the open streams of a company again, with `closed` those that are done too; `entity` null: of all.
 * `afterRef`: how far it has come.
 */
export interface Redecision {
  readonly commandId: string;
  readonly tenant: string;
  readonly entity: string | null;
  readonly closed: boolean;
  readonly afterRef: string;
}

/** Keeps a command until all pages are decided; the same one again while it runs changes nothing. */
export async function storeRedecision(
  client: Reader,
  asked: Omit<Redecision, 'afterRef' | 'closed'> & { readonly closed?: boolean },
): Promise<void> {
  await client.query(
    `insert into redecision (command_id, tenant, entity, closed) values ($1, $2, $3, $4)
     on conflict (command_id) do nothing`,
    [asked.commandId, asked.tenant, asked.entity, asked.closed ?? false],
  );
}

interface Row {
  command_id: string;
  tenant: string;
  entity: string | null;
  closed: boolean;
  after_ref: string;
}

/** Those that are not over, oldest first. */
export async function redecisions(client: Reader): Promise<Redecision[]> {
  const result = await client.query<Row>(
    `select command_id, tenant, entity, closed, after_ref from redecision order by asked_at, command_id`,
  );
  return result.rows.map((row) => ({
    commandId: row.command_id,
    tenant: row.tenant,
    entity: row.entity,
    closed: row.closed,
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
