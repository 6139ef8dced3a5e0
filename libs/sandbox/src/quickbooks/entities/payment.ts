import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, decimal, pick, present, ref, text, ZERO } from '../exact';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, date, ENVELOPE, flag, ignored, many, number, ref as refKind, text as textKind } from '../shape';
import { autoApplyPayment } from './auto-apply';
import { depositLinks } from './locks';
import { appliedBy, appliedFields, touchApplied } from './open-items';
import { readApplied } from './payment-lines';
import { moneyAccount, standardAccount } from './standard-accounts';
import { checkOpen, lastNote, openDay, removeTransaction } from './transaction';

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

/** Dr where the money is, Cr receivables. */
function build({ draft, id, current, wanted }: Writing): ExactObject {
  const total =
    decimal(wanted['TotalAmt']) ??
    refuse('6000', 'Business Validation Error: You must set a transaction amount.', 'TotalAmt');
  if (total.isNegative() || total.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : TotalAmt', 'TotalAmt');
  const payer = follow(draft, wanted['CustomerRef'], 'Customer', 'CustomerRef') ?? refuseMissing('CustomerRef');
  const customer = text(payer['Id']) ?? '';
  const txnDate = openDay(draft, wanted, current);
  const deposit = moneyAccount(draft, wanted) ?? standardAccount(draft, 'UndepositedFunds');
  const method = follow(draft, wanted['PaymentMethodRef'], 'PaymentMethod', 'PaymentMethodRef');
  const receivables =
    follow(draft, wanted['ARAccountRef'], 'Account', 'ARAccountRef') ?? standardAccount(draft, 'AccountsReceivable');
  const before = current === undefined ? [] : appliedBy(current);
  const lines = readApplied(draft, wanted, payer, total, id);
  const fields = present({
    ...pick(wanted, ['PaymentRefNum', 'PrivateNote']),
    CustomerRef: { value: customer, name: text(payer['DisplayName']) ?? '' },
    TxnDate: txnDate,
    DepositToAccountRef: refTo(deposit),
    PaymentMethodRef: method === undefined ? undefined : refTo(method, 'Name'),
    ARAccountRef: refTo(receivables),
    ProcessPayment: wanted['ProcessPayment'] ?? false,
    CurrencyRef: ref(draft.company.profile.currency),
    TotalAmt: amount(total),
    ...appliedFields(draft, lines, { total, customer }),
    ...depositLinks(draft, 'Payment', id),
  });
  draft.post(`Payment/${id}`, [
    { account: text(deposit['Id']) ?? '', amount: total },
    { account: text(receivables['Id']) ?? '', amount: total.negated(), customer },
  ]);
  const record = draft.save('Payment', id, fields);
  touchApplied(draft, before, lines);
  if (current === undefined) autoApplyPayment(draft, id);
  return record;
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
  touchApplied(draft, appliedBy(current), []);
  return record;
}

function remove(draft: Draft, current: ExactObject): void {
  removeTransaction(draft, 'Payment', current);
  touchApplied(draft, appliedBy(current), []);
}
