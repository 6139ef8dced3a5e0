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

/** Which streams of an entity to list: after `after` (undefined: from the first), in the order of their refs. */
export interface EverSkipped {
  readonly tenant: string;
  readonly entity: string;
  readonly code: string;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Streams of an entity that were once skipped for this reason, and are not open now. */
export async function streamsEverSkipped(
  client: Reader,
  { tenant, entity, code, after, limit }: EverSkipped,
): Promise<StreamKey[]> {
  const result = await client.query<StreamKey>(
    `select s.tenant, s.ref from stream s
      where s.tenant = $1 and s.ref > $2 and s.ref like $3 and not s.open
        and exists (select from event e
                     where e.tenant = s.tenant and e.ref = s.ref and e.type = 'Skipped' and e.data like $4)
      order by s.ref limit $5`,
    [tenant, after ?? '', `${entity}:%`, `%"code":"${code}"%`, limit],
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
