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
  readonly by: string;
  readonly afterRef: string;
}

/** How much of a redecision is done: streams decided, and those that something came of. */
export interface Redecided {
  readonly decided: number;
  readonly changed: number;
}

/** Keeps a command until all pages are decided; the same one again while it runs changes nothing. */
export async function storeRedecision(
  client: Reader,
  asked: Omit<Redecision, 'afterRef' | 'closed'> & { readonly closed?: boolean },
): Promise<void> {
  await client.query(
    `insert into redecision (command_id, tenant, entity, closed, asked_by) values ($1, $2, $3, $4, $5)
     on conflict (command_id) do nothing`,
    [asked.commandId, asked.tenant, asked.entity, asked.closed ?? false, asked.by],
  );
}

interface Row {
  command_id: string;
  tenant: string;
  entity: string | null;
  closed: boolean;
  asked_by: string;
  after_ref: string;
}

/** Those that are not over, oldest first. */
export async function redecisions(client: Reader): Promise<Redecision[]> {
  const result = await client.query<Row>(
    `select command_id, tenant, entity, closed, asked_by, after_ref from redecision order by asked_at, command_id`,
  );
  return result.rows.map((row) => ({
    commandId: row.command_id,
    tenant: row.tenant,
    entity: row.entity,
    closed: row.closed,
    by: row.asked_by,
    afterRef: row.after_ref,
  }));
}

/** How many streams a redecision is about, counted once: when it begins. */
export async function countRedecision(
  client: Reader,
  { commandId, tenant, entity, closed }: Redecision,
): Promise<number> {
  const known = await client.query<{ streams: string | null }>(`select streams from redecision where command_id = $1`, [
    commandId,
  ]);
  const [before] = known.rows;
  if (typeof before?.streams === 'string') return Number(before.streams);
  const counted = await client.query<{ n: string }>(
    `select count(*) as n from stream
      where tenant = $1 and (open or $2) and ($3::text is null or split_part(ref, ':', 1) = $3)`,
    [tenant, closed, entity],
  );
  const streams = Number(counted.rows[0]?.n ?? 0);
  await client.query(`update redecision set streams = $2 where command_id = $1`, [commandId, streams]);
  return streams;
}

/** The pages up to this ref are decided; the whole so far. */
export async function updateRedecision(
  client: Reader,
  commandId: string,
  { afterRef, decided, changed }: Redecided & { readonly afterRef: string },
): Promise<Redecided> {
  const result = await client.query<{ decided: string; changed: string }>(
    `update redecision set after_ref = $2, decided = decided + $3, changed = changed + $4
      where command_id = $1 returning decided, changed`,
    [commandId, afterRef, decided, changed],
  );
  const [row] = result.rows;
  return { decided: Number(row?.decided ?? 0), changed: Number(row?.changed ?? 0) };
}

export async function deleteRedecision(client: Reader, commandId: string): Promise<void> {
  await client.query(`delete from redecision where command_id = $1`, [commandId]);
}
