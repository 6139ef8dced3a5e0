import { selectLinksOf, type LinkRow } from '../sql/links';
import { selectPendingOf, type AskedFor } from '../sql/pending';
import type { Sql } from '../sql/client';

/** A row whose surroundings are looked at. */
export interface Looked {
  readonly tenant: string;
  readonly books: string;
  readonly ref: string;
  /** What it names. */
  readonly refs: readonly string[];
}

/** What stands around a row: what is asked for of the refs it names, and the links of these and of its own. */
export interface Surroundings {
  readonly pending: ReadonlyMap<string, AskedFor>;
  readonly linked: ReadonlyMap<string, LinkRow>;
}

/**
 * Reads them for many rows, in their order. Pending rows before links: a parent settled between the two is then seen as
 * pending, never as one nobody sent.
 */
export async function readSurroundings(sql: Sql, rows: readonly Looked[]): Promise<Surroundings[]> {
  const pending = await selectPendingOf(
    sql,
    rows.flatMap(({ tenant, refs }) => refs.map((ref) => ({ tenant, ref }))),
  );
  const linked = await selectLinksOf(
    sql,
    rows.flatMap(({ books, ref, refs }) => [ref, ...refs].map((each) => ({ books, ref: each }))),
  );
  const pendingBy = new Map(pending.map((each) => [`${each.tenant} ${each.ref}`, each]));
  const linkedBy = new Map(linked.map((each) => [`${each.books} ${each.ref}`, each]));
  return rows.map(({ tenant, books, ref, refs }) => ({
    pending: found(refs, (each) => pendingBy.get(`${tenant} ${each}`)),
    linked: found([ref, ...refs], (each) => linkedBy.get(`${books} ${each}`)),
  }));
}

function found<Value>(refs: readonly string[], of: (ref: string) => Value | undefined): Map<string, Value> {
  return new Map(
    refs.flatMap((ref) => {
      const value = of(ref);
      return value === undefined ? [] : [[ref, value] as const];
    }),
  );
}
