import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, pick, present, text, ZERO } from '../exact';
import { follow, refTo } from '../name-list';
import { refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, ignored, one, ref as refKind, text as textKind } from '../shape';
import { depositLinks } from './locks';
import { readSalesForm, SALES_FORM, salesPostings, voidedForm } from './sales-form';
import { moneyAccount } from './standard-accounts';
import { removeTransaction } from './transaction';

/** Money given back for something sold (quickbooks.md §9.7); the API deletes it and never voids it. */
export const refundReceipt: Resource = {
  name: 'RefundReceipt',
  shape: {
    ...SALES_FORM,
    DepositToAccountRef: refKind,
    PaymentMethodRef: refKind,
    PaymentRefNum: textKind(100),
    PaymentType: choice('Cash', 'Check', 'CreditCard', 'Expense', 'Other'),
    CheckPayment: one({
      CheckNum: textKind(21),
      Status: textKind(21),
      NameOnAcct: textKind(21),
      AcctNum: textKind(21),
    }),
    CreditCardPayment: ignored,
    TxnSource: ignored,
  },
  nameList: false,
  sequence: 'transaction',
  queryable: ['DocNumber', 'TxnDate', 'CustomerRef', 'TotalAmt', 'PaymentRefNum', 'DepositToAccountRef'],
  cdc: true,
  build,
  remove: (draft, current) => removeTransaction(draft, 'RefundReceipt', current),
  voidByPerson,
};

/** Dr income by item, Dr sales tax, Cr discounts, Cr the money account. */
function build(writing: Writing): ExactObject {
  const { draft, id, wanted } = writing;
  const from = moneyAccount(draft, wanted) ?? refuseMissing('DepositToAccountRef');
  const form = readSalesForm(writing, false);
  const method = follow(draft, wanted['PaymentMethodRef'], 'PaymentMethod', 'PaymentMethodRef');
  draft.post(`RefundReceipt/${id}`, [
    { account: text(from['Id']) ?? '', amount: form.total.negated() },
    ...salesPostings(form, -1),
  ]);
  return draft.save(
    'RefundReceipt',
    id,
    present({
      ...pick(wanted, ['PaymentRefNum', 'PaymentType', 'CheckPayment']),
      ...form.fields,
      DepositToAccountRef: refTo(from),
      PaymentMethodRef: method === undefined ? undefined : refTo(method, 'Name'),
      Balance: amount(ZERO),
      ...depositLinks(draft, 'RefundReceipt', id),
    }),
  );
}

function voidByPerson(draft: Draft, current: ExactObject): ExactObject {
  const id = text(current['Id']) ?? '';
  const voided = voidedForm(draft, current);
  draft.post(`RefundReceipt/${id}`, []);
  return draft.save('RefundReceipt', id, voided);
}
