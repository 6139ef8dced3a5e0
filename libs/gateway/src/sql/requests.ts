import type { Sql } from './client';

export interface RequestKey {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
}

/** Requests as they came, JSON text, in the order asked for; null once the body was dropped, undefined: not there. */
export async function selectRequests(sql: Sql, keys: readonly RequestKey[]): Promise<(string | null | undefined)[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<{ place: string; message: string | null }>(
    `select k.place, r.message
       from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as k (tenant, ref, revision, place)
       join request r on r.tenant = k.tenant and r.ref = k.ref and r.revision = k.revision`,
    [keys.map(({ tenant }) => tenant), keys.map(({ ref }) => ref), keys.map(({ revision }) => revision)],
  );
  const found: (string | null | undefined)[] = keys.map(() => undefined);
  for (const { place, message } of rows) found[Number(place) - 1] = message;
  return found;
}
