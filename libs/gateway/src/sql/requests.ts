import type { Sql } from './client';
import { joined } from './joined';

export interface RequestKey {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
}

/** Stores requests for good, `message` JSON text each; returns which of them were not there before. */
export async function insertRequests(
  sql: Sql,
  requests: readonly (RequestKey & { readonly message: string })[],
): Promise<RequestKey[]> {
  if (requests.length === 0) return [];
  const { rows } = await sql.query<{ tenant: string; ref: string; revision: string }>(
    `insert into request (tenant, ref, revision, message)
     select * from unnest($1::text[], $2::text[], $3::bigint[], string_to_array($4, chr(30)))
                   as r (tenant, ref, revision, message)
      order by tenant, ref, revision
     on conflict do nothing
     returning tenant, ref, revision`,
    [
      requests.map((each) => each.tenant),
      requests.map((each) => each.ref),
      requests.map((each) => each.revision),
      joined(requests.map((each) => each.message)),
    ],
  );
  return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
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
