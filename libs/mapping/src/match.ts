/**
 * Matching (postings.md §12): which record of QuickBooks one of ours is. Each entity has one table; its rows are looked
 * at from the top, and the first whose condition holds says the group and why.
 *
 *   exact      the same record: proposed as a link, and after the first Apply adopted without asking
 *   likely     a person is asked
 *   conflict   a person is asked, and nothing is written until then
 *   new        nothing there is it: created when first used
 */
export type Group = 'exact' | 'likely' | 'conflict' | 'new';

/** Why a record is in its group; the page makes the words. */
export type Why =
  | 'linked'
  | 'marker'
  | 'name_and_email'
  | 'name_and_phone'
  | 'name_and_address'
  | 'name'
  | 'email'
  | 'phone'
  | 'sku'
  | 'as_sent'
  | 'parent_differs'
  | 'account_differs'
  | 'number_customer_total'
  | 'customer_amount_invoice'
  | 'customer_amount'
  | 'contradicts'
  | 'several'
  | 'inactive'
  | 'linked_elsewhere'
  | 'currency_differs'
  | 'type'
  | 'number_of_another'
  | 'number_differs'
  | 'paid_by_another'
  | 'name_is_ours'
  | 'name_is_a_vendors'
  | 'nothing_alike';

/** Where one record of ours stands. */
export interface Match {
  readonly group: Group;
  readonly why: Why;
  /** QuickBooks ids of what it is about: the one it is, or all that a person has to look at. */
  readonly candidates: readonly string[];
}

/** One row of a table. */
export interface Row<Facts> {
  readonly group: Group;
  readonly why: Why;
  readonly when: (facts: Facts) => boolean;
}

/** What a table says of one candidate; undefined: it is none. */
export interface Said {
  readonly id: string;
  readonly group: Exclude<Group, 'new'>;
  readonly why: Why;
}

/** The first row that holds. */
export function firstRow<Facts>(
  table: readonly (Row<Facts> & { readonly group: Exclude<Group, 'new'> })[],
  id: string,
  facts: Facts,
): Said | undefined {
  const row = table.find(({ when }) => when(facts));
  return row === undefined ? undefined : { id, group: row.group, why: row.why };
}

/** Says `exact` whatever else looks alike: these are facts, not resemblance. */
const FACTS: ReadonlySet<Why> = new Set<Why>(['linked', 'marker']);

/**
 * What all candidates together say: one stands for itself, several are a conflict, because none of them may be taken
 * silently. `none`: what it is where nothing is alike.
 */
export function together(said: readonly Said[], none: Why = 'nothing_alike'): Match {
  const [first, second] = said;
  if (first === undefined) return { group: 'new', why: none, candidates: [] };
  const facts = said.filter(({ group, why }) => group === 'exact' && FACTS.has(why));
  const [fact] = facts;
  if (fact !== undefined && facts.length === 1) return { group: 'exact', why: fact.why, candidates: [fact.id] };
  if (second === undefined) return { group: first.group, why: first.why, candidates: [first.id] };
  return { group: 'conflict', why: 'several', candidates: said.map(({ id }) => id) };
}
