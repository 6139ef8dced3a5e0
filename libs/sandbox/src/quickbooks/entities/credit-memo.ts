import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, present, text, ZERO } from '../exact';
import type { Resource, Writing } from '../resource';
import { ignored, ref as refKind } from '../shape';
import { autoApplyCreditMemo } from './auto-apply';
import { applicationsOf, paymentLinks } from './open-items';
import { readSalesForm, SALES_FORM, salesPostings, voidedForm } from './sales-form';
import { releasePayments, settleApplied } from './settle';
import { standardAccount } from './standard-accounts';
import { removeTransaction } from './transaction';

/** What a customer may take off what they owe, until a payment of theirs uses it (quickbooks.md §9.7). */
export const creditMemo: Resource = {
  name: 'CreditMemo',
  shape: { ...SALES_FORM, PaymentMethodRef: refKind, RemainingCredit: ignored, InvoiceRef: ignored },
  nameList: false,
  sequence: 'transaction',
  queryable: ['DocNumber', 'TxnDate', 'CustomerRef', 'TotalAmt', 'Balance', 'RemainingCredit'],
  cdc: true,
  build,
  remove,
  voidByPerson,
};

/** Dr income by item, Dr sales tax, Cr discounts, Cr receivables. */
function build(writing: Writing): ExactObject {
  const { draft, id, current } = writing;
  const form = readSalesForm(writing, true);
  const customer = text(form.customer['Id']) ?? '';
  const left = form.total.minus(settleApplied(draft, 'CreditMemo', current, customer, form.total));
  const receivables = text(standardAccount(draft, 'AccountsReceivable')['Id']) ?? '';
  draft.post(`CreditMemo/${id}`, [
    { account: receivables, amount: form.total.negated(), customer },
    ...salesPostings(form, -1),
  ]);
  const record = draft.save(
    'CreditMemo',
    id,
    present({
      ...form.fields,
      Balance: amount(left),
      RemainingCredit: amount(left),
      LinkedTxn: current === undefined ? [] : paymentLinks(applicationsOf(draft, 'CreditMemo', id)),
    }),
  );
  if (current === undefined) autoApplyCreditMemo(draft, id);
  return record;
}

function remove(draft: Draft, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  releasePayments(draft, 'CreditMemo', id, 'refuse', 'deleted');
  removeTransaction(draft, 'CreditMemo', current);
}

function voidByPerson(draft: Draft, current: ExactObject): ExactObject {
  const id = text(current['Id']) ?? '';
  const voided = voidedForm(draft, current);
  releasePayments(draft, 'CreditMemo', id, 'unapply', 'voided');
  draft.post(`CreditMemo/${id}`, []);
  return draft.save('CreditMemo', id, { ...voided, Balance: amount(ZERO), RemainingCredit: amount(ZERO) });
}
