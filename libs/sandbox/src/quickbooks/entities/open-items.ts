import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, Decimal, decimalOrZero, object, objects, refValue, sum, text, ZERO } from '../exact';

/** What a payment's lines may lead to; an Expense of receivables is not kept here. */
export const LINKED_TYPES = ['Invoice', 'CreditMemo', 'JournalEntry'] as const;
export type LinkedType = (typeof LINKED_TYPES)[number];

/** One line of a payment: so much of it, or of a credit, on one transaction. */
export interface Applied {
  type: LinkedType;
  id: string;
  amount: Decimal;
}

/** A transaction on a customer's account: what it added to what they owe (side 1), or took off it (side -1). */
export interface OpenItem {
  type: LinkedType;
  id: string;
  record: ExactObject;
  side: 1 | -1;
  total: Decimal;
}

/** The transaction a payment of this customer would be linked to; undefined when there is none. */
export function openItem(draft: Draft, type: LinkedType, id: string, customer: string): OpenItem | undefined {
  const record = draft.get(type, id);
  if (record === undefined) return undefined;
  const owed = type === 'JournalEntry' ? entryOwed(draft, record, customer) : decimalOrZero(record['TotalAmt']);
  const side = type === 'CreditMemo' || owed.isNegative() ? -1 : 1;
  return { type, id, record, side, total: owed.abs() };
}

/** What an entry's receivables lines add to what the customer owes. */
function entryOwed(draft: Draft, entry: ExactObject, customer: string): Decimal {
  const owed = objects(entry['Line']).map((line) => {
    const detail = object(line['JournalEntryLineDetail']);
    const account = draft.get('Account', refValue(detail['AccountRef']) ?? '');
    const isTheirs =
      account?.['AccountType'] === 'Accounts Receivable' &&
      refValue(object(detail['Entity'])['EntityRef']) === customer;
    if (!isTheirs) return ZERO;
    const value = decimalOrZero(line['Amount']);
    return detail['PostingType'] === 'Debit' ? value : value.negated();
  });
  return sum(owed);
}

export interface Application {
  payment: ExactObject;
  amount: Decimal;
}

/** The payments applied to a transaction, oldest first. */
export function applicationsOf(draft: Draft, type: LinkedType, id: string): Application[] {
  return draft
    .indexed('Payment', 'applied', appliedKeys, `${type}/${id}`)
    .flatMap((payment) =>
      appliedBy(payment)
        .filter((line) => line.type === type && line.id === id)
        .map((line) => ({ payment, amount: line.amount })),
    )
    .sort((left, right) => Number(left.payment['Id']) - Number(right.payment['Id']));
}

function appliedKeys(payment: ExactObject): string[] {
  return appliedBy(payment).map((line) => `${line.type}/${line.id}`);
}

/** A payment's lines as it shows them. */
export function appliedBy(payment: ExactObject): Applied[] {
  return objects(payment['Line']).flatMap((line): Applied[] => {
    const link = objects(line['LinkedTxn'])[0];
    const type = LINKED_TYPES.find((known) => known === link?.['TxnType']);
    return type === undefined ? [] : [{ type, id: text(link?.['TxnId']) ?? '', amount: decimalOrZero(line['Amount']) }];
  });
}

/** What payments but this one leave open on a transaction. */
export function openAmount(draft: Draft, item: OpenItem, customer: string, exceptPayment?: string): Decimal {
  const taken = applicationsOf(draft, item.type, item.id)
    .filter(({ payment }) => item.type !== 'JournalEntry' || refValue(payment['CustomerRef']) === customer)
    .filter(({ payment }) => payment['Id'] !== exceptPayment)
    .map((application) => application.amount);
  return Decimal.max(item.total.minus(sum(taken)), ZERO);
}

/** The mirrors on a transaction of what is applied to it (quickbooks.md §9.5). */
export function paymentLinks(applications: readonly Application[]): ExactObject[] {
  return applications.map(({ payment }) => ({ TxnId: text(payment['Id']) ?? '', TxnType: 'Payment' }));
}

/** What a payment shows of its lines: `UnappliedAmt` is its total and the credits it uses, less what it pays. */
export function appliedFields(
  draft: Draft,
  lines: readonly Applied[],
  payment: { total: Decimal; customer: string },
): { UnappliedAmt: ReturnType<typeof amount>; Line: ExactObject[] } {
  return {
    UnappliedAmt: amount(payment.total.minus(paidOf(draft, lines, payment.customer))),
    Line: lines.map((line) => ({
      Amount: amount(line.amount),
      LinkedTxn: [{ TxnId: line.id, TxnType: line.type }],
    })),
  };
}

/** What lines pay, less the credits they use. */
export function paidOf(draft: Draft, lines: readonly Applied[], customer: string): Decimal {
  return sum(lines.map((line) => line.amount.times(openItem(draft, line.type, line.id, customer)?.side ?? 1)));
}

/** Applying or removing a payment changes what it is applied to: balance, links, SyncToken (quickbooks.md §9.1). */
export function touchApplied(draft: Draft, before: readonly Applied[], after: readonly Applied[]): void {
  const key = (line: Applied): string => `${line.type}/${line.id}`;
  const was = new Map(before.map((line) => [key(line), line.amount]));
  const is = new Map(after.map((line) => [key(line), line.amount]));
  const all = new Map([...before, ...after].map((line) => [key(line), line]));
  for (const [each, { type, id }] of all) {
    const same = (was.get(each) ?? ZERO).equals(is.get(each) ?? ZERO);
    if (!same) refresh(draft, type, id);
  }
}

function refresh(draft: Draft, type: LinkedType, id: string): void {
  const record = draft.get(type, id);
  if (record === undefined) return;
  const links = applicationsOf(draft, type, id);
  const left = decimalOrZero(record['TotalAmt']).minus(sum(links.map((link) => link.amount)));
  draft.save(type, id, {
    ...record,
    ...(type === 'JournalEntry' ? {} : { Balance: amount(left), LinkedTxn: paymentLinks(links) }),
    ...(type === 'CreditMemo' ? { RemainingCredit: amount(left) } : {}),
  });
}
