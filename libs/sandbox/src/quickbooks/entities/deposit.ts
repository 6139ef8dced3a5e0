import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, decimal, object, objects, pick, present, ref, sum, text, ZERO, type Decimal } from '../exact';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, ignored, many, number, one, ref as refKind, text as textKind } from '../shape';
import { readDepositLine, type DepositLine } from './deposit-lines';
import { lineIds } from './line-ids';
import { depositLink } from './locks';
import { checkCurrency } from './sales-header';
import { TRANSACTION, TRANSACTION_LINE, givenLines, openDay, removeTransaction } from './transaction';

const LINKABLE = ['Transfer', 'Payment', 'SalesReceipt', 'RefundReceipt', 'JournalEntry'] as const;

/** Money that reaches the bank: out of Undeposited Funds, and from other accounts (quickbooks.md §9.8, §14.1–§14.5). */
export const deposit: Resource = {
  name: 'Deposit',
  shape: {
    ...TRANSACTION,
    DepositToAccountRef: refKind,
    DepartmentRef: refKind,
    Line: many({
      ...TRANSACTION_LINE,
      DetailType: choice('DepositLineDetail'),
      DepositLineDetail: one({
        AccountRef: refKind,
        // `{value,type}`; what a journal entry would say is taken and does nothing (quickbooks.md §14.4).
        Entity: one({
          value: textKind(100),
          name: ignored,
          type: choice('CUSTOMER', 'VENDOR', 'EMPLOYEE'),
          Type: ignored,
          EntityRef: ignored,
        }),
        PaymentMethodRef: refKind,
        CheckNum: textKind(21),
        ClassRef: refKind,
        TxnType: ignored,
        TaxCodeRef: refKind,
        TaxApplicableOn: choice('Sales', 'Purchase'),
      }),
      LinkedTxn: many({ TxnId: textKind(100), TxnType: choice(...LINKABLE), TxnLineId: textKind(20) }),
    }),
    CashBack: one({ AccountRef: refKind, Amount: number, Memo: textKind(4000) }),
  },
  nameList: false,
  sequence: 'transaction',
  queryable: ['TxnDate', 'TotalAmt', 'DepositToAccountRef'],
  cdc: true,
  neverSparse: true,
  build,
  remove,
};

/** Dr the bank, Cr Undeposited Funds for what is linked, Cr or Dr the account of each plain line. */
function build({ draft, id, current, wanted }: Writing): ExactObject {
  const bank = bankAccount(draft, wanted);
  const txnDate = openDay(draft, wanted, current);
  checkCurrency(draft, wanted);
  checkTaxed(draft, wanted);
  const lines = readLines(draft, id, wanted, current);
  const cashBack = readCashBack(draft, wanted);
  const total = sum(lines.map((line) => line.amount)).minus(cashBack?.amount ?? ZERO);
  if (total.isNegative())
    refuse('6000', 'Business Validation Error: The total of a deposit cannot be negative.', 'TotalAmt');
  draft.post(`Deposit/${id}`, [
    { account: text(bank['Id']) ?? '', amount: total },
    ...(cashBack === undefined ? [] : [{ account: cashBack.account, amount: cashBack.amount }]),
    ...lines.map((line) => ({ account: line.account, amount: line.amount.negated() })),
  ]);
  const record = draft.save(
    'Deposit',
    id,
    present({
      ...pick(wanted, ['PrivateNote', 'DepartmentRef', 'GlobalTaxCalculation', 'CashBack']),
      DepositToAccountRef: refTo(bank),
      TxnDate: txnDate,
      Line: lines.map((line) => line.record),
      TotalAmt: amount(total),
      CurrencyRef: ref(draft.company.profile.currency),
    }),
  );
  touchDeposited(draft, current, record);
  return record;
}

function readLines(draft: Draft, id: string, wanted: ExactObject, current: ExactObject | undefined): DepositLine[] {
  const given = givenLines(wanted);
  const giveId = lineIds(current, given);
  const lines = given.map((line, index) => readDepositLine(draft, id, line, giveId, index + 1));
  const linked = lines.flatMap((line) => (line.linked === undefined ? [] : [line.linked]));
  if (new Set(linked).size < linked.length)
    refuse('6000', 'Business Validation Error: A transaction can be on a deposit only once.', 'LinkedTxn');
  return lines;
}

/** Outside the US a deposit says how its lines are taxed; unless they are not, each has a code. Their tax is not worked out here. */
function checkTaxed(draft: Draft, wanted: ExactObject): void {
  if (draft.company.profile.country === 'US' || draft.company.switches.depositTax === 'ignored') return;
  const plain = objects(wanted['Line']).filter((line) => line['DepositLineDetail'] !== undefined);
  const calculation = wanted['GlobalTaxCalculation'];
  const isCoded = plain.every((line) => object(line['DepositLineDetail'])['TaxCodeRef'] !== undefined);
  if (plain.length > 0 && calculation !== 'NotApplicable' && !(calculation !== undefined && isCoded))
    refuse(
      '6000',
      'Business Validation Error: Make sure all your transactions have a GST/HST (VAT) rate before you save.',
      'GlobalTaxCalculation',
    );
}

/** The reference allows other current assets too; in practice it must be a bank (quickbooks.md §14.2). */
function bankAccount(draft: Draft, wanted: ExactObject): ExactObject {
  const account =
    follow(draft, wanted['DepositToAccountRef'], 'Account', 'DepositToAccountRef') ??
    refuseMissing('DepositToAccountRef');
  if (account['AccountType'] !== 'Bank')
    refuse('6000', 'Business Validation Error: Select a bank account for this deposit.', 'DepositToAccountRef');
  return account;
}

function readCashBack(draft: Draft, wanted: ExactObject): { account: string; amount: Decimal } | undefined {
  if (wanted['CashBack'] === undefined) return undefined;
  const back = object(wanted['CashBack']);
  const account = follow(draft, back['AccountRef'], 'Account', 'CashBack.AccountRef') ?? refuseMissing('AccountRef');
  const value = decimal(back['Amount']) ?? refuseMissing('CashBack.Amount');
  if (value.isNegative() || value.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : CashBack', 'CashBack');
  return { account: text(account['Id']) ?? '', amount: value };
}

function remove(draft: Draft, current: ExactObject): void {
  removeTransaction(draft, 'Deposit', current);
  touchDeposited(draft, current, undefined);
}

/** What comes onto a deposit or off it shows the deposit, and is no longer what it was (quickbooks.md §9.6). */
function touchDeposited(draft: Draft, before: ExactObject | undefined, after: ExactObject | undefined): void {
  const was = linksOf(before);
  const is = linksOf(after);
  for (const [key, { type, id }] of new Map([...was, ...is])) {
    const record = was.has(key) === is.has(key) ? undefined : draft.get(type, id);
    if (record === undefined) continue;
    const { LinkedTxn: _links, ...rest } = record;
    const shows = after !== undefined && is.has(key) && type !== 'JournalEntry';
    draft.save(type, id, shows ? { ...rest, LinkedTxn: depositLink(after) } : rest);
  }
}

type Deposited = 'Payment' | 'RefundReceipt' | 'JournalEntry';

function linksOf(record: ExactObject | undefined): Map<string, { type: Deposited; id: string }> {
  const links = objects(record?.['Line']).flatMap((line) => objects(line['LinkedTxn']));
  return new Map(
    links.map((link) => {
      const type = text(link['TxnType']) as Deposited;
      const id = text(link['TxnId']) ?? '';
      return [`${type}/${id}`, { type, id }];
    }),
  );
}
