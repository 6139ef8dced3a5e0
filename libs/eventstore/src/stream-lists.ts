import type { Client } from './pool';
import type { StreamKey } from './streams';

type Reader = Pick<Client, 'query'>;

/** Open streams of a company after `afterRef` (null: from the first), in the order of their refs. */
export async function openStreams(
  client: Reader,
  tenant: string,
  afterRef: string | null,
  limit: number,
): Promise<StreamKey[]> {
  const result = await client.query<StreamKey>(
    `select tenant, ref from stream where tenant = $1 and open and ref > $2 order by ref limit $3`,
    [tenant, afterRef ?? '', limit],
  );
  return result.rows;
}

/** All streams of a company after `afterRef` (null: from the first), in the order of their refs. */
export async function allStreams(
  client: Reader,
  tenant: string,
  afterRef: string | null,
  limit: number,
): Promise<StreamKey[]> {
  const result = await client.query<StreamKey>(
    `select tenant, ref from stream where tenant = $1 and ref > $2 order by ref limit $3`,
    [tenant, afterRef ?? '', limit],
  );
  return result.rows;
}

/** Streams of a company that wait for one of these refs. */
export async function streamsWaitingOn(client: Reader, tenant: string, refs: readonly string[]): Promise<StreamKey[]> {
  const result = await client.query<StreamKey>(
    `select tenant, ref from stream where tenant = $1 and waits_on = any($2::text[]) order by ref`,
    [tenant, refs],
  );
  return result.rows;
}

/** Streams, of any company, whose time to be looked at again has come; the longest due first. `now` is RFC 3339. */
export async function streamsToRevisit(client: Reader, now: string, limit: number): Promise<StreamKey[]> {
  const result = await client.query<StreamKey>(
    `select tenant, ref from stream where revisit_at <= $1::timestamptz order by revisit_at, tenant, ref limit $2`,
    [now, limit],
  );
  return result.rows;
}
