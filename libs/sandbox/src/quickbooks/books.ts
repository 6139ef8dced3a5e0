import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company, EntityName } from './company';
import { type Decimal, decimalOrZero, object, objects, refValue, sum, text, ZERO } from './exact';
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
  open: Decimal;
}

/** What stands open by document: its sum by customer is what the ledger says they owe. */
export function openDocuments(company: Company): OpenDocument[] {
  const open: OpenDocument[] = [];
  const add = (entity: EntityName, record: ExactObject, customer: string, value: Decimal): void => {
    if (value.isZero()) return;
    const day = text(record['TxnDate']) ?? '';
    open.push({
      document: `${entity}/${text(record['Id']) ?? ''}`,
      customer,
      number: text(record['DocNumber']) ?? '',
      day,
      dueDay: text(record['DueDate']) ?? day,
      open: value,
    });
  };
  const signed = [
    ['Invoice', 'Balance', 1],
    ['CreditMemo', 'RemainingCredit', -1],
    ['Payment', 'UnappliedAmt', -1],
  ] as const;
  for (const [entity, field, sign] of signed) {
    for (const { record } of company.rows(entity))
      add(entity, record, refValue(record['CustomerRef']) ?? '', decimalOrZero(record[field]).times(sign));
  }
  for (const { record } of company.rows('JournalEntry')) {
    const id = text(record['Id']) ?? '';
    for (const [customer, owed] of owedBy(company.ledger.postingsOf(`JournalEntry/${id}`))) {
      const applied = appliedTo(company, id, customer);
      add('JournalEntry', record, customer, owed.isNegative() ? owed.plus(applied) : owed.minus(applied));
    }
  }
  return open;
}

function owedBy(postings: readonly Posting[]): Map<string, Decimal> {
  const owed = new Map<string, Decimal>();
  for (const { customer, amount } of postings)
    if (customer !== undefined) owed.set(customer, (owed.get(customer) ?? ZERO).plus(amount));
  return owed;
}

/** What a customer's payments have applied to an entry. */
function appliedTo(company: Company, entry: string, customer: string): Decimal {
  const applied = company
    .rows('Payment')
    .filter(({ record }) => refValue(record['CustomerRef']) === customer)
    .flatMap(({ record }) => objects(record['Line']))
    .filter((line) => {
      const link = object(objects(line['LinkedTxn'])[0]);
      return link['TxnType'] === 'JournalEntry' && link['TxnId'] === entry;
    });
  return sum(applied.map((line) => decimalOrZero(line['Amount'])));
}
