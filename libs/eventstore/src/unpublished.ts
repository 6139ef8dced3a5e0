import type { Client } from './pool';
import type { EventRow, StoredEvent } from './streams';
import { eventOf } from './streams';

export interface UnpublishedEvent {
  readonly id: string;
  readonly event: StoredEvent;
}

/** The oldest unpublished events. Never read past an id: ids are taken before their transaction commits. */
export async function oldestUnpublished(client: Pick<Client, 'query'>, limit: number): Promise<UnpublishedEvent[]> {
  const result = await client.query<EventRow & { id: string }>(
    `select u.id, e.tenant, e.ref, e.version, e.type, e.data, e.payload_hash is not null as hashed, e.recorded_at, p.body
       from (select * from unpublished order by id limit $1) as u
       join event e using (tenant, ref, version)
       left join payload p using (tenant, ref, version)
      order by u.id`,
    [limit],
  );
  return result.rows.map((row) => ({ id: row.id, event: eventOf(row) }));
}

export async function deleteUnpublished(client: Pick<Client, 'query'>, ids: readonly string[]): Promise<void> {
  await client.query(`delete from unpublished where id = any($1::bigint[])`, [ids]);
}

/**
 * Marks events recorded since `since` (RFC 3339) unpublished again, of one company or of all (null), each stream in its
 * order: the way activity is rebuilt. Returns how many.
 */
export async function markUnpublished(
  client: Pick<Client, 'query'>,
  { tenant, since }: { readonly tenant: string | null; readonly since: string },
): Promise<number> {
  const result = await client.query(
    `insert into unpublished (tenant, ref, version)
     select tenant, ref, version from event
      where recorded_at >= $2::timestamptz and ($1::text is null or tenant = $1)
      order by tenant, ref, version`,
    [tenant, since],
  );
  return result.rowCount ?? 0;
}
