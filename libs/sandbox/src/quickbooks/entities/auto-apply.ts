import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, Decimal, decimalOrZero, object, ref, refValue, sum, text, ZERO } from '../exact';
import { refTo } from '../name-list';
import { depositOf } from './locks';
import { appliedBy, appliedFields, touchApplied, type Applied } from './open-items';
import { standardAccount } from './standard-accounts';

/**
 * What QuickBooks applies without being asked, oldest first, where the company's preferences say so (quickbooks.md §9.7, §11.22).
 *
 *   AutoApplyPayments   what a payment leaves unapplied goes to open invoices; a new invoice takes what payments left
 *   AutoApplyCredit     the same with credit memos, each time by a payment of 0.00 that QuickBooks makes itself
 */
function isOn(draft: Draft, preference: 'AutoApplyPayments' | 'AutoApplyCredit'): boolean {
  return object(object(draft.all('Preferences')[0])['SalesFormsPrefs'])[preference] === true;
}

/** A new payment takes the open invoices of its customer. */
export function autoApplyPayment(draft: Draft, id: string): void {
  const payment = draft.get('Payment', id);
  if (payment === undefined || !isOn(draft, 'AutoApplyPayments')) return;
  applyMore(draft, payment, openOf(draft, 'Invoice', 'Balance', payment));
}

/** A new invoice takes what its customer's payments left unapplied, then their credit memos. */
export function autoApplyToInvoice(draft: Draft, id: string): void {
  const left = (): ExactObject[] => [draft.get('Invoice', id) ?? {}];
  const fresh = left()[0] ?? {};
  if (isOn(draft, 'AutoApplyPayments')) {
    for (const payment of openOf(draft, 'Payment', 'UnappliedAmt', fresh)) {
      if (depositOf(draft, 'Payment', text(payment['Id']) ?? '') === undefined) applyMore(draft, payment, left());
    }
  }
  if (!isOn(draft, 'AutoApplyCredit')) return;
  for (const memo of openOf(draft, 'CreditMemo', 'RemainingCredit', fresh)) spendCredit(draft, memo, left());
}

/** A new credit memo goes to the open invoices of its customer. */
export function autoApplyCreditMemo(draft: Draft, id: string): void {
  const memo = draft.get('CreditMemo', id);
  if (memo !== undefined && isOn(draft, 'AutoApplyCredit'))
    spendCredit(draft, memo, openOf(draft, 'Invoice', 'Balance', memo));
}

/** The customer's documents with something open, oldest first. */
export function openOf(
  draft: Draft,
  entity: 'Invoice' | 'Payment' | 'CreditMemo',
  open: string,
  like: ExactObject,
): ExactObject[] {
  return draft
    .indexed(
      entity,
      'customer',
      (record) => [refValue(record['CustomerRef']) ?? ''],
      refValue(like['CustomerRef']) ?? '',
    )
    .filter((record) => decimalOrZero(record[open]).greaterThan(0))
    .sort(
      (left, right) =>
        String(left['TxnDate']).localeCompare(String(right['TxnDate'])) || Number(left['Id']) - Number(right['Id']),
    );
}

function applyMore(draft: Draft, payment: ExactObject, invoices: readonly ExactObject[]): void {
  const before = appliedBy(payment);
  const more = sharesOf(decimalOrZero(payment['UnappliedAmt']), invoices);
  if (more.length === 0) return;
  const after = [...before];
  for (const line of more) {
    const place = after.findIndex((each) => each.type === line.type && each.id === line.id);
    const known = after[place];
    if (known === undefined) after.push(line);
    else after[place] = { ...known, amount: known.amount.plus(line.amount) };
  }
  const of = { total: decimalOrZero(payment['TotalAmt']), customer: refValue(payment['CustomerRef']) ?? '' };
  draft.save('Payment', text(payment['Id']) ?? '', { ...payment, ...appliedFields(draft, after, of) });
  touchApplied(draft, before, after);
}

/** Uses a credit memo on invoices, by a payment of 0.00. */
export function spendCredit(draft: Draft, memo: ExactObject, invoices: readonly ExactObject[]): void {
  const paid = sharesOf(decimalOrZero(memo['RemainingCredit']), invoices);
  if (paid.length === 0) return;
  const spent = sum(paid.map((line) => line.amount));
  const lines: Applied[] = [...paid, { type: 'CreditMemo', id: text(memo['Id']) ?? '', amount: spent }];
  const customer = refValue(memo['CustomerRef']) ?? '';
  draft.save('Payment', String(draft.next('transaction')), {
    CustomerRef: memo['CustomerRef'] ?? ref(customer),
    TxnDate: memo['TxnDate'] ?? draft.today(),
    DepositToAccountRef: refTo(standardAccount(draft, 'UndepositedFunds')),
    PrivateNote: 'Created by QB Online to link credits to charges.',
    ProcessPayment: false,
    CurrencyRef: ref(draft.company.profile.currency),
    TotalAmt: amount(ZERO),
    ...appliedFields(draft, lines, { total: ZERO, customer }),
  });
  touchApplied(draft, [], lines);
}

/** How an amount is spread over invoices, one after the other. */
function sharesOf(available: Decimal, invoices: readonly ExactObject[]): Applied[] {
  let rest = available;
  return invoices.flatMap((invoice): Applied[] => {
    const share = Decimal.min(rest, decimalOrZero(invoice['Balance']));
    rest = rest.minus(share);
    return share.greaterThan(0) ? [{ type: 'Invoice', id: text(invoice['Id']) ?? '', amount: share }] : [];
  });
}
