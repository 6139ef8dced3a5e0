import { ENTITY_NAMES, type Company } from './company';
import type { Emulator } from './emulator';
import { entriesUpTo, openDocuments } from './books';
import { type Decimal, refValue, sum, text, ZERO } from './exact';
import { markerIn } from './marker';

/** How many writes the API made; people's and the first day's do not count. */
export function countWrites(emulator: Emulator): { writes: number; byCompany: Record<string, number> } {
  const byCompany: Record<string, number> = {};
  for (const write of emulator.writes)
    if (write.actor === 'api') byCompany[write.company] = (byCompany[write.company] ?? 0) + 1;
  return { writes: Object.values(byCompany).reduce((total, count) => total + count, 0), byCompany };
}

/** Every write since the first day, oldest first. */
export function journal(emulator: Emulator, query: URLSearchParams): unknown[] {
  const company = query.get('company');
  const entity = query.get('entity');
  const since = Number(query.get('since') ?? 0);
  return emulator.writes.filter(
    (write) =>
      write.actor !== 'seed' &&
      write.seq > since &&
      (company === null || write.company === company || write.realm === company) &&
      (entity === null || write.entity === entity),
  );
}

/**
 * Live records of one kind and customer that carry the same marker, and invoices of one number. Parts of a split payment
 * carry one marker and differ by customer.
 */
export function duplicates(company: Company): unknown[] {
  const groups = new Map<string, { what: string; ids: string[] }>();
  const note = (what: string, customer: string, id: string): void => {
    const group = groups.get(`${what} of ${customer}`) ?? { what, ids: [] };
    group.ids.push(id);
    groups.set(`${what} of ${customer}`, group);
  };
  for (const entity of ENTITY_NAMES) {
    for (const { record } of company.rows(entity)) {
      const id = text(record['Id']) ?? '';
      const marker = markerIn(record);
      if (marker !== undefined) note(`${entity} marker ${marker}`, refValue(record['CustomerRef']) ?? '', id);
      const docNumber = text(record['DocNumber']);
      if (docNumber !== undefined) note(`${entity} number ${docNumber}`, '', id);
    }
  }
  return [...groups.values()]
    .filter(({ ids }) => ids.length > 1)
    .map(({ what, ids }) => ({ company: company.profile.key, what, ids }));
}

/** The trial balance, always 0.00; what stands on every account in use, and what each customer owes, as documents up to `asOf` say. */
export function ledger(company: Company, asOf: string | null): unknown {
  const entries = entriesUpTo(company, asOf);
  const accounts = new Map<string, Decimal>();
  const receivables = new Map<string, Decimal>();
  for (const { postings } of entries) {
    for (const { account, amount, customer } of postings) {
      accounts.set(account, (accounts.get(account) ?? ZERO).plus(amount));
      if (customer !== undefined) receivables.set(customer, (receivables.get(customer) ?? ZERO).plus(amount));
    }
  }
  return {
    company: company.profile.key,
    trialBalance: sum(accounts.values()).toFixed(2),
    accounts: [...accounts].map(([id, debitLessCredit]) => ({
      id,
      name: accountName(company, id),
      debitLessCredit: debitLessCredit.toFixed(2),
    })),
    receivables: [...receivables].map(([id, owed]) => ({
      id,
      name: text(company.get('Customer', id)?.['DisplayName']) ?? '',
      owed: owed.toFixed(2),
    })),
    open: openDocuments(company, asOf).map((each) => ({
      ...each,
      total: each.total.toFixed(2),
      open: each.open.toFixed(2),
    })),
  };
}

/** What one document, or every one, posted: debits positive, credits negative, by the accounts' names. */
export function postings(company: Company, document: string | null): unknown {
  const documents = document === null ? [...company.ledger.documentIds()] : [document];
  return documents
    .map((id) => ({ document: id, lines: company.ledger.postingsOf(id) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ document: id, lines }) => ({
      document: id,
      lines: lines.map(({ account, amount, customer }) => ({
        account,
        name: accountName(company, account),
        amount: amount.toFixed(2),
        ...(customer === undefined ? {} : { customer }),
      })),
    }));
}

function accountName(company: Company, id: string): string {
  return text(company.get('Account', id)?.['FullyQualifiedName']) ?? '';
}
