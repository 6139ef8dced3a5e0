import type { CompanyRow } from './companies';
import type { Sql } from './client';

/** What says whether a company may be sent for, and nothing of its tokens. */
export type GateRow = Pick<CompanyRow, 'tenant' | 'books' | 'state' | 'trouble' | 'retryAt' | 'failures'> & {
  /** Sync active, as the settings last read say; null: none have arrived. */
  readonly active: boolean | null;
};

interface Row {
  tenant: string;
  books: string;
  state: GateRow['state'];
  trouble: GateRow['trouble'];
  retry_at: Date | null;
  failures: number;
  active: boolean | null;
}

const GATES = `select c.tenant, c.books, c.state, c.trouble, c.retry_at, c.failures,
                      (s.document::json ->> 'active')::boolean as active
                 from company c left join settings s on s.tenant = c.tenant`;

/** Of companies for which there is something to do: a row that waits for nothing, an open attempt, a trouble to end. */
export async function selectGatesInNeed(sql: Sql): Promise<GateRow[]> {
  const { rows } = await sql.query<Row>(
    `${GATES}
      where c.trouble is not null
         or exists (select from pending p where p.tenant = c.tenant and p.waits_on is null)
         or exists (select from attempt a where a.tenant = c.tenant and a.closed_at is null)
      order by c.tenant`,
  );
  return rows.map(rowOf);
}

export async function selectGates(sql: Sql, tenants: readonly string[]): Promise<GateRow[]> {
  if (tenants.length === 0) return [];
  const { rows } = await sql.query<Row>(`${GATES} where c.tenant = any($1::text[]) order by c.tenant`, [tenants]);
  return rows.map(rowOf);
}

/** The tenants of these books. */
export async function selectTenants(sql: Sql, books: readonly string[]): Promise<Map<string, string>> {
  if (books.length === 0) return new Map();
  const { rows } = await sql.query<{ books: string; tenant: string }>(
    `select books, tenant from company where books = any($1::text[])`,
    [books],
  );
  return new Map(rows.map((row) => [row.books, row.tenant]));
}

function rowOf({ retry_at: retryAt, ...row }: Row): GateRow {
  return { ...row, retryAt };
}
