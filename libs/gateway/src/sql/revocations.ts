import type { Sql } from './client';

/** A grant to be ended at Intuit. */
export interface Revocation {
  readonly id: string;
  readonly tenant: string;
  readonly refreshSealed: string;
  readonly tries: number;
  readonly askedAt: Date;
}

interface Row {
  id: string;
  tenant: string;
  refresh_sealed: string;
  tries: number;
  asked_at: Date;
}

/** Keeps a company's grant to be ended, before its tokens go; undefined: it has none. */
export async function insertRevocation(sql: Sql, tenant: string, now: Date): Promise<string | undefined> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into revocation (tenant, realm_hmacs, refresh_sealed, asked_at, next_try_at)
     select tenant, realm_hmacs, refresh_sealed, $2, $2 from company where tenant = $1 and refresh_sealed is not null
     returning id`,
    [tenant, now],
  );
  return rows[0]?.id;
}

/** Takes one that is due, of `tenant` or (null) of any, so that nobody else tries it before its pause is over. */
export async function claimRevocation(
  sql: Sql,
  tenant: string | null,
  now: Date,
  pauseMs: (tries: number) => number,
): Promise<Revocation | undefined> {
  const { rows } = await sql.query<Row>(
    `select id, tenant, refresh_sealed, tries, asked_at from revocation
      where next_try_at <= $1 and ($2::text is null or tenant = $2)
      order by next_try_at limit 1 for update skip locked`,
    [now, tenant],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  await sql.query(`update revocation set tries = tries + 1, next_try_at = $2 where id = $1`, [
    row.id,
    new Date(now.getTime() + pauseMs(row.tries)),
  ]);
  return rowOf(row);
}

export async function deleteRevocation(sql: Sql, id: string): Promise<void> {
  await sql.query(`delete from revocation where id = $1`, [id]);
}

/** The company was connected again: ending the grant of before could end the new one too. */
export async function deleteRevocationsOf(sql: Sql, realmHmacs: readonly string[]): Promise<void> {
  await sql.query(`delete from revocation where realm_hmacs && $1::text[]`, [realmHmacs]);
}

/** Those whose text another key than `keyId` sealed. */
export async function selectRevocationsByOthers(sql: Sql, keyId: string, limit: number): Promise<Revocation[]> {
  const { rows } = await sql.query<Row>(
    `select id, tenant, refresh_sealed, tries, asked_at from revocation
      where split_part(refresh_sealed, '.', 2) <> $1 order by id limit $2`,
    [keyId, limit],
  );
  return rows.map(rowOf);
}

export async function updateRevocationSealed(sql: Sql, id: string, sealed: string): Promise<void> {
  await sql.query(`update revocation set refresh_sealed = $2 where id = $1`, [id, sealed]);
}

function rowOf({ refresh_sealed: refreshSealed, asked_at: askedAt, ...row }: Row): Revocation {
  return { ...row, refreshSealed, askedAt };
}
