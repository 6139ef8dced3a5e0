import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import { entriesUpTo, openDocuments, type OpenDocument } from './books';
import type { Company } from './company';
import { type Decimal, sum, text, ZERO } from './exact';
import { metaTime, pacificDay } from './pacific-time';
import { refuse } from './refusal';

/**
 * `GET /reports/{Name}` (quickbooks.md §1.1), in the form of Intuit's own samples: `Header`, `Columns` and `Rows`, amounts as
 * text, no entity key. Accrual alone.
 *
 *   TrialBalance          end_date     each account with a balance, debit or credit; earlier years' profit is in retained earnings
 *   CustomerBalance       report_date  what each customer owes
 *   AgedReceivableDetail  report_date  every open document, by how long it is past due
 */
const REPORTS: Readonly<Record<string, (company: Company, day: string) => Body>> = {
  TrialBalance: trialBalance,
  CustomerBalance: customerBalance,
  AgedReceivableDetail: agedReceivables,
};

interface Body {
  columns: readonly (readonly [title: string, type: string])[];
  rows: ExactObject[];
}

type Cell = string | { value: string; id: string };

/** A report of a company; refuses one that is not known (2000). */
export function runReport(company: Company, name: string, query: URLSearchParams, nowMs: number): ExactObject {
  const report = Object.hasOwn(REPORTS, name) ? REPORTS[name] : undefined;
  if (report === undefined) return refuse('2000', `Invalid or unsupported object name : ${name}`);
  const day = query.get('report_date') ?? query.get('end_date') ?? pacificDay(nowMs);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) refuse('2060', `Invalid Date Format : ${day}`, 'end_date');
  const { columns, rows } = report(company, day);
  return {
    Header: {
      Time: metaTime(nowMs),
      ReportName: name,
      ReportBasis: 'Accrual',
      EndPeriod: day,
      Currency: company.profile.currency,
      Option: [{ Name: 'NoReportData', Value: String(rows.length <= 1) }],
    },
    Columns: { Column: columns.map(([ColTitle, ColType]) => ({ ColTitle, ColType })) },
    Rows: { Row: rows },
  };
}

function cells(values: readonly Cell[]): ExactJson {
  return values.map((value) => (typeof value === 'string' ? { value } : value));
}

const row = (...values: readonly Cell[]): ExactObject => ({ ColData: cells(values) });
const summary = (group: string, ...values: readonly Cell[]): ExactObject => ({
  Summary: { ColData: cells(values) },
  type: 'Section',
  group,
});

const OF_A_YEAR = new Set(['Revenue', 'Expense']);

function trialBalance(company: Company, day: string): Body {
  const retained = company.rows('Account').find(({ record }) => record['AccountSubType'] === 'RetainedEarnings');
  const balances = new Map<string, Decimal>();
  for (const entry of entriesUpTo(company, day)) {
    for (const { account, amount } of entry.postings) {
      const isOfYear = OF_A_YEAR.has(text(company.get('Account', account)?.['Classification']) ?? '');
      const isPast = isOfYear && entry.day.slice(0, 4) < day.slice(0, 4);
      const id = isPast ? (text(retained?.record['Id']) ?? account) : account;
      balances.set(id, (balances.get(id) ?? ZERO).plus(amount));
    }
  }
  const debit = (value: Decimal): string => (value.isPositive() ? value.toFixed(2) : '');
  const credit = (value: Decimal): string => (value.isPositive() ? '' : value.negated().toFixed(2));
  const standing = [...balances].filter(([, value]) => !value.isZero());
  const rows = standing.map(([id, value]) =>
    row({ value: text(company.get('Account', id)?.['FullyQualifiedName']) ?? '', id }, debit(value), credit(value)),
  );
  const total = sum(standing.map(([, value]) => (value.isPositive() ? value : ZERO))).toFixed(2);
  return {
    columns: [
      ['', 'Account'],
      ['Debit', 'Money'],
      ['Credit', 'Money'],
    ],
    rows: [...rows, summary('GrandTotal', 'TOTAL', total, total)],
  };
}

function customerBalance(company: Company, day: string): Body {
  const owed = new Map<string, Decimal>();
  for (const { customer, open } of openDocuments(company, day))
    owed.set(customer, (owed.get(customer) ?? ZERO).plus(open));
  const standing = [...owed].filter(([, value]) => !value.isZero());
  return {
    columns: [
      ['', 'Customer'],
      ['Total', 'Money'],
    ],
    rows: [
      ...standing.map(([id, value]) => row({ value: nameOf(company, id), id }, value.toFixed(2))),
      summary('GrandTotal', 'TOTAL', sum(standing.map(([, value]) => value)).toFixed(2)),
    ],
  };
}

function nameOf(company: Company, customer: string): string {
  return text(company.get('Customer', customer)?.['DisplayName']) ?? '';
}

/** From how many days past due a document is in a bucket, the oldest first. */
const BUCKETS = [
  { from: 91, title: '91 or more days past due' },
  { from: 61, title: '61 - 90 days past due' },
  { from: 31, title: '31 - 60 days past due' },
  { from: 1, title: '1 - 30 days past due' },
  { from: Number.NEGATIVE_INFINITY, title: 'Current' },
] as const;

const TYPES: Readonly<Record<string, string>> = {
  CreditMemo: 'Credit Memo',
  JournalEntry: 'Journal Entry',
};

function agedReceivables(company: Company, day: string): Body {
  const all = openDocuments(company, day);
  const bucketOf = (each: OpenDocument): (typeof BUCKETS)[number] | undefined => {
    const daysPastDue = (Date.parse(day) - Date.parse(each.dueDay)) / 86_400_000;
    return BUCKETS.find((bucket) => daysPastDue >= bucket.from);
  };
  const sections = BUCKETS.flatMap((bucket): ExactObject[] => {
    const own = all.filter((each) => bucketOf(each) === bucket);
    if (own.length === 0) return [];
    const total = sum(own.map((each) => each.open)).toFixed(2);
    return [
      {
        Header: { ColData: cells([bucket.title]) },
        Rows: { Row: own.map((each) => ({ ...documentRow(company, each), type: 'Data' })) },
        Summary: { ColData: cells([`Total for ${bucket.title}`, '', '', '', '', '', total]) },
        type: 'Section',
      },
    ];
  });
  return {
    columns: [
      ['Date', 'tx_date'],
      ['Transaction Type', 'txn_type'],
      ['Num', 'doc_num'],
      ['Customer', 'cust_name'],
      ['Due Date', 'due_date'],
      ['Amount', 'Money'],
      ['Open Balance', 'Money'],
    ],
    rows: [
      ...sections,
      summary('GrandTotal', 'TOTAL', '', '', '', '', '', sum(all.map((each) => each.open)).toFixed(2)),
    ],
  };
}

function documentRow(company: Company, each: OpenDocument): ExactObject {
  const [entity = '', id = ''] = each.document.split('/');
  return row(
    each.day,
    { value: TYPES[entity] ?? entity, id },
    each.number,
    { value: nameOf(company, each.customer), id: each.customer },
    each.dueDay,
    each.total.toFixed(2),
    each.open.toFixed(2),
  );
}
