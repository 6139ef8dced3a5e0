import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import {
  amount,
  decimal,
  type Decimal,
  number as plain,
  object,
  objects,
  pick,
  present,
  ref,
  sum,
  text,
  ZERO,
} from '../exact';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, flag, ignored, many, one, ref as refKind, text as textKind } from '../shape';
import { lineIds } from './line-ids';
import { checkCurrency } from './sales-header';
import {
  TRANSACTION,
  TRANSACTION_LINE,
  checkOpen,
  givenLines,
  lastNote,
  lineAccount,
  openDay,
  removeTransaction,
} from './transaction';

/** Money spent, as people enter it: we never write one (quickbooks.md §9.1, §9.2, §14.17; postings.md §10.4). */
export const purchase: Resource = {
  name: 'Purchase',
  shape: {
    ...TRANSACTION,
    AccountRef: refKind,
    PaymentType: choice('Cash', 'Check', 'CreditCard'),
    EntityRef: refKind,
    DocNumber: textKind(21),
    PaymentMethodRef: refKind,
    Credit: flag,
    Line: many({
      ...TRANSACTION_LINE,
      DetailType: choice('AccountBasedExpenseLineDetail'),
      AccountBasedExpenseLineDetail: one({
        AccountRef: refKind,
        CustomerRef: refKind,
        ClassRef: refKind,
        BillableStatus: ignored,
        TaxCodeRef: ignored,
      }),
      LinkedTxn: ignored,
    }),
    PrintStatus: ignored,
  },
  nameList: false,
  sequence: 'transaction',
  queryable: ['DocNumber', 'TxnDate', 'TotalAmt', 'PaymentType', 'AccountRef'],
  cdc: true,
  build,
  remove: (draft, current) => removeTransaction(draft, 'Purchase', current),
  voidByPerson,
};

/** Cr the bank or card, Dr the account of each line; a credit of a card the other way round. */
function build({ draft, id, current, wanted, input }: Writing): ExactObject {
  const type = text(input['PaymentType']) ?? refuseMissing('PaymentType');
  const from = follow(draft, wanted['AccountRef'], 'Account', 'AccountRef') ?? refuseMissing('AccountRef');
  if (from['AccountType'] !== (type === 'CreditCard' ? 'Credit Card' : 'Bank'))
    refuse('6430', 'Invalid account type used. : Select a bank or credit card account.', 'AccountRef');
  const txnDate = openDay(draft, wanted, current);
  checkCurrency(draft, wanted);
  const given = givenLines(wanted);
  const giveId = lineIds(current, given);
  const lines = given.map((line, index) => readLine(draft, line, giveId(text(line['Id'])), index + 1));
  const total = sum(lines.map((line) => line.amount));
  if (total.isNegative()) refuse('2290', 'Negative Amount : Transaction amount must be 0 or greater.', 'TotalAmt');
  const credit = wanted['Credit'] === true;
  const spent = lines.map((line) => ({ account: line.account, amount: line.amount }));
  const all = [{ account: text(from['Id']) ?? '', amount: total.negated() }, ...spent];
  draft.post(`Purchase/${id}`, credit ? all.map((line) => ({ ...line, amount: line.amount.negated() })) : all);
  return draft.save(
    'Purchase',
    id,
    present({
      ...pick(wanted, ['DocNumber', 'PrivateNote', 'EntityRef', 'PaymentMethodRef', 'GlobalTaxCalculation']),
      AccountRef: refTo(from),
      PaymentType: type,
      Credit: credit,
      TxnDate: txnDate,
      Line: lines.map((line) => line.record),
      TotalAmt: amount(total),
      CurrencyRef: ref(draft.company.profile.currency),
    }),
  );
}

function readLine(
  draft: Draft,
  line: ExactObject,
  Id: string,
  place: number,
): { record: ExactObject; amount: Decimal; account: string } {
  const detail = object(line['AccountBasedExpenseLineDetail']);
  const value = decimal(line['Amount']) ?? refuseMissing('Amount');
  if (value.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : Amount', 'Amount');
  const account = lineAccount(draft, detail);
  if (['Accounts Receivable', 'Accounts Payable'].includes(text(account['AccountType']) ?? ''))
    refuse(
      '6430',
      'Invalid account type used. : Select a different type of account for this transaction.',
      'AccountRef',
    );
  const record = present({
    Id,
    LineNum: plain(place),
    Description: line['Description'],
    Amount: amount(value),
    DetailType: 'AccountBasedExpenseLineDetail',
    AccountBasedExpenseLineDetail: present({
      ...pick(detail, ['CustomerRef', 'ClassRef']),
      AccountRef: refTo(account),
    }),
  });
  return { record, amount: value, account: text(account['Id']) ?? '' };
}

function voidByPerson(draft: Draft, current: ExactObject): ExactObject {
  const id = text(current['Id']) ?? '';
  checkOpen(draft, text(current['TxnDate']));
  draft.post(`Purchase/${id}`, []);
  return draft.save('Purchase', id, {
    ...current,
    Line: objects(current['Line']).map((line) => ({ ...line, Amount: amount(ZERO) })),
    TotalAmt: amount(ZERO),
    PrivateNote: lastNote(current),
  });
}
