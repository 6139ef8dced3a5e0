import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { decimal, Decimal, decimalOrZero, object, objects, refValue, sum, text } from '../exact';
import { refuse, refuseMissing, refuseReference } from '../refusal';
import { LINKED_TYPES, openAmount, openItem, type Applied, type OpenItem } from './open-items';

const MOST_LINES = 10_000;

interface AskedLine {
  item: OpenItem;
  amount: Decimal;
}

/**
 * A payment's lines as QuickBooks takes them: each on one transaction of the payment's customer, each transaction once. What
 * they pay is within the total and the credits they use; what is more than a transaction has open stays unapplied, but a
 * credit is never used beyond what is left of it, nor for nothing (quickbooks.md §9.6).
 */
export function readApplied(
  draft: Draft,
  wanted: ExactObject,
  payer: ExactObject,
  total: Decimal,
  paymentId: string,
): Applied[] {
  const customer = text(payer['Id']) ?? '';
  const lines = objects(wanted['Line']).map((line) => readLine(draft, line, payer, customer));
  if (lines.length > MOST_LINES)
    refuse('6000', 'Business Validation Error: A transaction can have at most 10000 linked transactions.', 'Line');
  if (new Set(lines.map(({ item }) => `${item.type}/${item.id}`)).size < lines.length)
    refuse('6000', 'Business Validation Error: A transaction can be linked only once.', 'LinkedTxn');
  const credits = sumOf(lines, -1);
  if (sumOf(lines, 1).greaterThan(total.plus(credits))) {
    refuse('6000', 'Business Validation Error: The amount applied is more than the amount of the payment.', 'Line');
  }
  const kept = lines
    .map((line) => ({ ...line, amount: withinOpen(draft, line, customer, paymentId) }))
    .filter((line) => line.amount.greaterThan(0));
  if (credits.greaterThan(sumOf(kept, 1)))
    refuse('6000', 'Business Validation Error: The credits applied are more than the charges they pay.', 'Line');
  return kept.map(({ item, amount }) => ({ type: item.type, id: item.id, amount }));
}

function sumOf(lines: readonly AskedLine[], side: 1 | -1): Decimal {
  return sum(lines.filter(({ item }) => item.side === side).map((line) => line.amount));
}

function withinOpen(draft: Draft, { item, amount }: AskedLine, customer: string, paymentId: string): Decimal {
  const open = openAmount(draft, item, customer, paymentId);
  if (item.side === -1 && amount.greaterThan(open))
    refuse('6000', 'Business Validation Error: The amount applied is more than is left of the credit.', 'Line');
  return Decimal.min(amount, open);
}

function readLine(draft: Draft, line: ExactObject, payer: ExactObject, customer: string): AskedLine {
  const value = decimal(line['Amount']) ?? refuseMissing('Line.Amount');
  if (value.isNegative() || value.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : Line.Amount', 'Amount');
  const [link, second] = objects(line['LinkedTxn']);
  if (link === undefined || second !== undefined) {
    refuse('6000', 'Business Validation Error: Each line of a payment must be linked to one transaction.', 'LinkedTxn');
  }
  const txnId = text(link['TxnId']) ?? refuseMissing('LinkedTxn.TxnId');
  const txnType = text(link['TxnType']) ?? refuseMissing('LinkedTxn.TxnType');
  const type = LINKED_TYPES.find((known) => known === txnType);
  const item = type === undefined ? undefined : openItem(draft, type, txnId, customer);
  if (item === undefined) return refuseReference('TxnId', txnId);
  if (item.type === 'JournalEntry') checkEntry(draft, item);
  else checkForm(draft, item, payer);
  return { item, amount: value };
}

/** An entry must owe or credit this customer on receivables; whether a debit can be paid is not known (postings.md §15). */
function checkEntry(draft: Draft, item: OpenItem): void {
  if (item.total.isZero())
    refuse(
      '620',
      'Transaction cannot be linked : the entry has no receivables line of the payment’s customer.',
      'TxnId',
    );
  if (item.side === 1 && draft.company.switches.payDebitEntry === 'refuse')
    refuse('620', 'Transaction cannot be linked : a payment cannot be linked to this journal entry.', 'TxnId');
}

/** The payment's customer must be the form's, or the parent it is billed to; a voided one takes no payment. */
function checkForm(draft: Draft, { record }: OpenItem, payer: ExactObject): void {
  const owner = object(draft.get('Customer', refValue(record['CustomerRef']) ?? ''));
  const billedTo = owner['BillWithParent'] === true ? refValue(owner['ParentRef']) : undefined;
  if (owner['Id'] !== payer['Id'] && billedTo !== payer['Id']) {
    refuse(
      '6000',
      'Business Validation Error: The customer of the payment must be the customer of the transaction it pays.',
      'CustomerRef',
    );
  }
  const isVoid = decimalOrZero(record['TotalAmt']).isZero() && (text(record['PrivateNote']) ?? '').startsWith('Voided');
  if (isVoid) refuse('620', 'Transaction cannot be linked : the transaction is void.', 'TxnId');
}
