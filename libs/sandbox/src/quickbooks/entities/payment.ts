import { isObject, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import {
  amount,
  Decimal,
  decimal,
  decimalOrZero,
  object,
  objects,
  pick,
  present,
  ref,
  refValue,
  sum,
  text,
  ZERO,
} from '../exact';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing, refuseReference } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, date, ENVELOPE, flag, ignored, many, number, ref as refKind, text as textKind } from '../shape';
import { applicationsOf, checkOpen, lastNote, paymentLinks } from './transaction';

/** quickbooks.md §9.6. */
export const payment: Resource = {
  name: 'Payment',
  shape: {
    ...ENVELOPE,
    CustomerRef: refKind,
    TotalAmt: number,
    TxnDate: date,
    DepositToAccountRef: refKind,
    PaymentMethodRef: refKind,
    PaymentRefNum: textKind(21),
    ProcessPayment: flag,
    PrivateNote: textKind(4000),
    ARAccountRef: refKind,
    CurrencyRef: refKind,
    Line: many({
      Id: ignored,
      LineNum: ignored,
      Amount: number,
      LinkedTxn: many({
        TxnId: textKind(100),
        TxnType: choice('Invoice', 'CreditMemo', 'JournalEntry', 'Expense', 'Check', 'CreditCardCredit'),
        TxnLineId: textKind(20),
      }),
      LineEx: ignored,
    }),
    UnappliedAmt: ignored,
    LinkedTxn: ignored,
    CreditCardPayment: ignored,
    TransactionLocationType: ignored,
    ExchangeRate: ignored,
  },
  nameList: false,
  sequence: 'transaction',
  queryable: ['TxnDate', 'CustomerRef', 'TotalAmt', 'PaymentRefNum', 'PaymentMethodRef', 'DepositToAccountRef'],
  cdc: true,
  build,
  remove,
  voidByUpdate,
};

interface Applied {
  invoice: string;
  amount: Decimal;
}

function build({ draft, id, current, wanted }: Writing): ExactObject {
  const total =
    decimal(wanted['TotalAmt']) ??
    refuse('6000', 'Business Validation Error: You must set a transaction amount.', 'TotalAmt');
  if (total.isNegative() || total.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : TotalAmt', 'TotalAmt');
  const customer = follow(draft, wanted['CustomerRef'], 'Customer', 'CustomerRef') ?? refuseMissing('CustomerRef');
  const txnDate = text(wanted['TxnDate']) ?? draft.today();
  checkOpen(draft, txnDate, text(current?.['TxnDate']));
  const deposit = depositAccount(draft, wanted);
  const method = follow(draft, wanted['PaymentMethodRef'], 'PaymentMethod', 'PaymentMethodRef');
  const receivables =
    follow(draft, wanted['ARAccountRef'], 'Account', 'ARAccountRef') ?? firstOf(draft, 'AccountsReceivable');
  const before = current === undefined ? [] : applied(current);
  const asked = readLines(draft, wanted, customer, total);
  const trimmed = asked
    .map((line) => ({ ...line, amount: Decimal.min(line.amount, openFor(draft, line.invoice, id)) }))
    .filter((line) => line.amount.greaterThan(0));
  const fields = present({
    ...pick(wanted, ['PaymentRefNum', 'PrivateNote']),
    CustomerRef: { value: text(customer['Id']) ?? '', name: text(customer['DisplayName']) ?? '' },
    TxnDate: txnDate,
    DepositToAccountRef: refTo(deposit),
    PaymentMethodRef: method === undefined ? undefined : refTo(method, 'Name'),
    ARAccountRef: refTo(receivables),
    ProcessPayment: wanted['ProcessPayment'] ?? false,
    CurrencyRef: ref(draft.company.profile.currency),
    TotalAmt: amount(total),
    ...applications(trimmed, total),
  });
  draft.post(`Payment/${id}`, [
    { account: text(deposit['Id']) ?? '', amount: total },
    { account: text(receivables['Id']) ?? '', amount: total.negated(), customer: text(customer['Id']) ?? '' },
  ]);
  const record = draft.save('Payment', id, fields);
  touchInvoices(draft, before, trimmed);
  return record;
}

/** Lines as sent: each one invoice of the payment's customer, together no more than the total. */
function readLines(draft: Draft, wanted: ExactObject, customer: ExactObject, total: Decimal): Applied[] {
  const lines = (Array.isArray(wanted['Line']) ? wanted['Line'] : []).filter(isObject).map((line) => {
    const value = decimal(line['Amount']) ?? refuseMissing('Line.Amount');
    if (value.isNegative() || value.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : Line.Amount', 'Amount');
    const [link, second] = objects(line['LinkedTxn']);
    if (link === undefined || second !== undefined)
      refuse(
        '6000',
        'Business Validation Error: Each line of a payment must be linked to one transaction.',
        'LinkedTxn',
      );
    const txnId = text(link['TxnId']) ?? refuseMissing('LinkedTxn.TxnId');
    const type = text(link['TxnType']) ?? refuseMissing('LinkedTxn.TxnType');
    const invoice = type === 'Invoice' ? draft.get('Invoice', txnId) : undefined;
    if (invoice === undefined) return refuseReference('TxnId', txnId);
    checkLinkable(draft, invoice, customer);
    return { invoice: txnId, amount: value };
  });
  if (new Set(lines.map((line) => line.invoice)).size < lines.length)
    refuse('6000', 'Business Validation Error: A transaction can be linked only once.', 'LinkedTxn');
  if (sum(lines.map((line) => line.amount)).greaterThan(total)) {
    refuse('6000', 'Business Validation Error: The amount applied is more than the amount of the payment.', 'Line');
  }
  return lines;
}

/** The payment's customer must be the invoice's, or the parent it is billed to; a voided invoice takes no payment. */
function checkLinkable(draft: Draft, invoice: ExactObject, customer: ExactObject): void {
  const owner = object(draft.get('Customer', refValue(invoice['CustomerRef']) ?? ''));
  const billedTo = owner['BillWithParent'] === true ? refValue(owner['ParentRef']) : undefined;
  if (owner['Id'] !== customer['Id'] && billedTo !== customer['Id']) {
    refuse(
      '6000',
      'Business Validation Error: The customer of the payment must be the customer of the transaction it pays.',
      'CustomerRef',
    );
  }
  const isVoid =
    decimalOrZero(invoice['TotalAmt']).isZero() && (text(invoice['PrivateNote']) ?? '').startsWith('Voided');
  if (isVoid) refuse('620', 'Transaction cannot be linked : the transaction is void.', 'TxnId');
}

/** What other payments leave open on an invoice: more than that is kept unapplied. */
function openFor(draft: Draft, invoiceId: string, paymentId: string): Decimal {
  const others = applicationsOf(draft, invoiceId).filter((application) => application.payment['Id'] !== paymentId);
  const total = decimalOrZero(draft.get('Invoice', invoiceId)?.['TotalAmt']);
  return Decimal.max(total.minus(sum(others.map((application) => application.amount))), ZERO);
}

function applications(lines: readonly Applied[], total: Decimal): ExactObject {
  return {
    UnappliedAmt: amount(total.minus(sum(lines.map((line) => line.amount)))),
    Line: lines.map((line) => ({
      Amount: amount(line.amount),
      LinkedTxn: [{ TxnId: line.invoice, TxnType: 'Invoice' }],
    })),
  };
}

function applied(record: ExactObject): Applied[] {
  return objects(record['Line']).map((line) => ({
    invoice: text(objects(line['LinkedTxn'])[0]?.['TxnId']) ?? '',
    amount: decimalOrZero(line['Amount']),
  }));
}

/** Applying or removing a payment changes the invoice: balance, links, SyncToken (quickbooks.md §9.1). */
function touchInvoices(draft: Draft, before: readonly Applied[], after: readonly Applied[]): void {
  const was = new Map(before.map((line) => [line.invoice, line.amount]));
  const is = new Map(after.map((line) => [line.invoice, line.amount]));
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const same = (was.get(id) ?? ZERO).equals(is.get(id) ?? ZERO);
    if (!same) refreshInvoice(draft, id);
  }
}

function refreshInvoice(draft: Draft, id: string): void {
  const invoice = draft.get('Invoice', id);
  if (invoice === undefined) return;
  const links = applicationsOf(draft, id);
  const paid = sum(links.map((link) => link.amount));
  draft.save('Invoice', id, {
    ...invoice,
    Balance: amount(decimalOrZero(invoice['TotalAmt']).minus(paid)),
    LinkedTxn: paymentLinks(links),
  });
}

/** Takes some of a payment off an invoice, which its caller saves. */
export function unapply(draft: Draft, record: ExactObject, invoiceId: string, cut: Decimal): void {
  const id = text(record['Id']) ?? '';
  const current = draft.get('Payment', id) ?? record;
  const lines = applied(current)
    .map((line) => (line.invoice === invoiceId ? { ...line, amount: line.amount.minus(cut) } : line))
    .filter((line) => line.amount.greaterThan(0));
  draft.save('Payment', id, { ...current, ...applications(lines, decimalOrZero(current['TotalAmt'])) });
}

/** Undeposited Funds unless named; a bank or other current asset (quickbooks.md §9.6, §14.6). */
function depositAccount(draft: Draft, wanted: ExactObject): ExactObject {
  const account =
    follow(draft, wanted['DepositToAccountRef'], 'Account', 'DepositToAccountRef') ??
    firstOf(draft, 'UndepositedFunds');
  if (!['Bank', 'Other Current Asset'].includes(text(account['AccountType']) ?? '')) {
    refuse('6430', 'Invalid account type used. : Select a bank or other current asset account.', 'DepositToAccountRef');
  }
  return account;
}

function firstOf(draft: Draft, subType: string): ExactObject {
  const account = draft
    .all('Account')
    .find((candidate) => candidate['AccountSubType'] === subType && candidate['Active'] !== false);
  if (account === undefined) throw new Error(`the company has no ${subType} account`);
  return account;
}

function voidByUpdate(draft: Draft, current: ExactObject): ExactObject {
  const id = text(current['Id']) ?? '';
  checkOpen(draft, text(current['TxnDate']));
  draft.post(`Payment/${id}`, []);
  const record = draft.save('Payment', id, {
    ...current,
    TotalAmt: amount(ZERO),
    UnappliedAmt: amount(ZERO),
    Line: [],
    PrivateNote: lastNote(current),
  });
  touchInvoices(draft, applied(current), []);
  return record;
}

function remove(draft: Draft, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  checkOpen(draft, text(current['TxnDate']));
  draft.post(`Payment/${id}`, []);
  draft.remove('Payment', id);
  touchInvoices(draft, applied(current), []);
}
