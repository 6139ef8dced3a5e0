import type { Sql } from './client';

export interface RequestKey {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
}

/** Stores requests for good; returns which of them were not there before. */
export async function insertRequests(
  sql: Sql,
  requests: readonly (RequestKey & { readonly message: string })[],
): Promise<RequestKey[]> {
  const { rows } = await sql.query<{ tenant: string; ref: string; revision: string }>(
    `insert into request (tenant, ref, revision, message)
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) as r (tenant, ref, revision, message)
      order by tenant, ref, revision
     on conflict do nothing
     returning tenant, ref, revision`,
    [
      requests.map((each) => each.tenant),
      requests.map((each) => each.ref),
      requests.map((each) => each.revision),
      requests.map((each) => each.message),
    ],
  );
  return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
}

/** The request as it came, JSON text; null once its body was dropped. */
export async function selectRequest(sql: Sql, key: RequestKey): Promise<string | null | undefined> {
  const { rows } = await sql.query<{ message: string | null }>(
    `select message from request where tenant = $1 and ref = $2 and revision = $3`,
    [key.tenant, key.ref, key.revision],
  );
  return rows[0]?.message;
}
