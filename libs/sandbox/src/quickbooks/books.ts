import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company, EntityName } from './company';
import { appliedBy } from './entities/open-items';
import { type Decimal, refValue, text, ZERO } from './exact';
import type { Posting } from './ledger';

/** A document that posted, with its day. */
export interface Entry {
  document: string;
  record: ExactObject;
  day: string;
  postings: readonly Posting[];
}

/** Every document that posts, dated up to a day; all where it is null. */
export function entriesUpTo(company: Company, asOf: string | null): Entry[] {
  const entries: Entry[] = [];
  for (const document of company.ledger.documentIds()) {
    const [entity = '', id = ''] = document.split('/');
    const record = company.get(entity as EntityName, id) ?? {};
    const day = text(record['TxnDate']) ?? '';
    const postings = company.ledger.postingsOf(document);
    if (postings.length > 0 && (asOf === null || day <= asOf)) entries.push({ document, record, day, postings });
  }
  return entries;
}

/** A document of a customer's account with something not settled; negative: what they have to their credit. */
export interface OpenDocument {
  document: string;
  customer: string;
  number: string;
  day: string;
  dueDay: string;
  total: Decimal;
  open: Decimal;
}

/**
 * What stands open by document at the end of a day, worked out from what was posted and which payments were applied by then,
 * not from what the records say. Its sum by customer is what the ledger says they owe.
 */
export function openDocuments(company: Company, asOf: string | null): OpenDocument[] {
  const found = new Map<string, OpenDocument>();
  const receivables = entriesUpTo(company, asOf).filter(({ postings }) =>
    postings.some(({ customer }) => customer !== undefined),
  );
  for (const { document, record, day, postings } of receivables) {
    for (const [customer, total] of owedBy(postings)) {
      const number = text(record['DocNumber']) ?? '';
      const dueDay = text(record['DueDate']) ?? day;
      found.set(keyOf(document, customer), { document, customer, number, day, dueDay, total, open: total });
    }
  }
  for (const { record } of company.rows('Payment')) applyLines(found, record, asOf);
  return [...found.values()].filter((each) => !each.open.isZero());
}

/** A payment of 0.00 posts nothing, but what it applies counts. */
function applyLines(found: Map<string, OpenDocument>, payment: ExactObject, asOf: string | null): void {
  if (asOf !== null && (text(payment['TxnDate']) ?? '') > asOf) return;
  const customer = refValue(payment['CustomerRef']) ?? '';
  const own = found.get(`Payment/${text(payment['Id']) ?? ''}`);
  for (const { type, id, amount } of appliedBy(payment)) {
    const target = found.get(keyOf(`${type}/${id}`, customer));
    if (target === undefined) continue;
    const paid = target.total.isNegative() ? amount.negated() : amount;
    target.open = target.open.minus(paid);
    if (own !== undefined) own.open = own.open.plus(paid);
  }
}

/** An entry may be on several customers' accounts; every other document is on one. */
function keyOf(document: string, customer: string): string {
  return document.startsWith('JournalEntry/') ? `${document} ${customer}` : document;
}

function owedBy(postings: readonly Posting[]): Map<string, Decimal> {
  const owed = new Map<string, Decimal>();
  for (const { customer, amount } of postings)
    if (customer !== undefined) owed.set(customer, (owed.get(customer) ?? ZERO).plus(amount));
  return owed;
}
