import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import {
  amount,
  decimal,
  type Decimal,
  number as plain,
  object,
  pick,
  present,
  ref,
  refValue,
  sum,
  text,
  ZERO,
} from '../exact';
import type { Posting } from '../ledger';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, flag, ignored, many, one, ref as refKind, text as textKind } from '../shape';
import { lineIds } from './line-ids';
import { applicationsOf, openItem } from './open-items';
import { releasePayments } from './settle';
import { checkCurrency, checkEntryNumber } from './sales-header';
import { TRANSACTION, TRANSACTION_LINE, givenLines, lineAccount, openDay, removeTransaction } from './transaction';

/** Debits and credits as they are wanted (quickbooks.md §10 2300, §14.4); a void is answered and does nothing (§9.2). */
export const journalEntry: Resource = {
  name: 'JournalEntry',
  shape: {
    ...TRANSACTION,
    DocNumber: textKind(21),
    Adjustment: flag,
    Line: many({
      ...TRANSACTION_LINE,
      DetailType: choice('JournalEntryLineDetail', 'DescriptionOnly'),
      JournalEntryLineDetail: one({
        PostingType: choice('Debit', 'Credit'),
        AccountRef: refKind,
        Entity: one({ Type: choice('Customer', 'Vendor', 'Employee'), EntityRef: refKind }),
        ClassRef: refKind,
        DepartmentRef: refKind,
        BillableStatus: ignored,
        TaxCodeRef: ignored,
        TaxApplicableOn: ignored,
        TaxAmount: ignored,
      }),
      LinkedTxn: ignored,
      ProjectRef: ignored,
    }),
  },
  nameList: false,
  sequence: 'transaction',
  queryable: ['DocNumber', 'TxnDate', 'Adjustment', 'TotalAmt'],
  cdc: true,
  build,
  remove,
  voidDoesNothing: true,
};

function build(writing: Writing): ExactObject {
  const { draft, id, current, wanted } = writing;
  const txnDate = openDay(draft, wanted, current);
  checkCurrency(draft, wanted);
  const given = givenLines(wanted);
  const giveId = lineIds(current, given, 0);
  const lines = given.map((line, index) => readLine(draft, line, giveId(text(line['Id'])), index + 1));
  const postings = lines.flatMap(({ posting }) => (posting === undefined ? [] : [posting]));
  const rest = sum(postings.map((posting) => posting.amount));
  if (!rest.isZero())
    refuse('2300', 'Debits and credits do not balance : total debits must equal total credits.', 'Line');
  checkEntryNumber(writing);
  const linked = linkedTo(draft, id);
  draft.post(`JournalEntry/${id}`, postings);
  const record = draft.save(
    'JournalEntry',
    id,
    present({
      ...pick(wanted, ['DocNumber', 'PrivateNote', 'GlobalTaxCalculation']),
      TxnDate: txnDate,
      Adjustment: wanted['Adjustment'] ?? false,
      Line: lines.map((line) => line.record),
      TotalAmt: amount(sum(postings.map((posting) => (posting.amount.isPositive() ? posting.amount : ZERO)))),
      CurrencyRef: ref(draft.company.profile.currency),
      TxnTaxDetail: {},
    }),
  );
  checkStillCovers(draft, id, linked);
  return record;
}

function readLine(
  draft: Draft,
  line: ExactObject,
  Id: string,
  place: number,
): { record: ExactObject; posting?: Posting } {
  const head = { Id, LineNum: plain(place), Description: line['Description'] };
  const type = text(line['DetailType']) ?? refuseMissing('DetailType');
  if (type === 'DescriptionOnly') return { record: present({ ...head, DetailType: type, DescriptionLineDetail: {} }) };
  const detail = object(line['JournalEntryLineDetail']);
  const value = decimal(line['Amount']) ?? refuseMissing('Amount');
  if (value.isNegative() || value.decimalPlaces() > 2) refuse('2140', 'Invalid Amount : Amount', 'Amount');
  const side = text(detail['PostingType']) ?? refuseMissing('PostingType');
  const account = lineAccount(draft, detail);
  const name = nameOn(draft, object(detail['Entity']), account);
  const record = present({
    ...head,
    Amount: amount(value),
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: present({
      PostingType: side,
      Entity: name,
      AccountRef: refTo(account),
      ...pick(detail, ['ClassRef', 'DepartmentRef']),
    }),
  });
  return { record, posting: postingOf(account, name, side === 'Debit' ? value : value.negated()) };
}

function postingOf(account: ExactObject, name: ExactObject | undefined, signed: Decimal): Posting {
  const id = text(account['Id']) ?? '';
  return account['AccountType'] === 'Accounts Receivable'
    ? { account: id, amount: signed, customer: refValue(name?.['EntityRef']) ?? '' }
    : { account: id, amount: signed };
}

/** Whom a line is about: receivables need a customer, payables a vendor. */
function nameOn(draft: Draft, entity: ExactObject, account: ExactObject): ExactObject | undefined {
  const type = (['Customer', 'Vendor', 'Employee'] as const).find((known) => known === entity['Type']);
  if (account['AccountType'] === 'Accounts Receivable' && type !== 'Customer')
    refuse('6000', needsName('Accounts Receivable', 'customer'), 'Entity');
  if (account['AccountType'] === 'Accounts Payable' && type !== 'Vendor')
    refuse('6000', needsName('Accounts Payable', 'vendor'), 'Entity');
  if (type === undefined) return undefined;
  const found = follow(draft, entity['EntityRef'], type, 'EntityRef') ?? refuseMissing('EntityRef');
  return { Type: type, EntityRef: refTo(found, 'DisplayName') };
}

const needsName = (account: string, kind: string): string =>
  `Business Validation Error: When you use ${account}, you must choose a ${kind} in the Name field.`;

/** What payments are linked to of an entry, as it stands: whose, on which side, how much. */
function linkedTo(draft: Draft, id: string): { customer: string; side: number; applied: Decimal }[] {
  return applicationsOf(draft, 'JournalEntry', id).map(({ payment, amount: applied }) => {
    const customer = refValue(payment['CustomerRef']) ?? '';
    return { customer, side: openItem(draft, 'JournalEntry', id, customer)?.side ?? 1, applied };
  });
}

/** An entry that payments are linked to keeps its side and at least what they paid. */
function checkStillCovers(draft: Draft, id: string, before: ReturnType<typeof linkedTo>): void {
  for (const { customer, side, applied } of before) {
    const item = openItem(draft, 'JournalEntry', id, customer);
    if (item === undefined || item.side !== side || item.total.lessThan(applied))
      refuse('6000', 'Business Validation Error: The entry is linked to payments of more than its amount.', 'Line');
  }
}

function remove(draft: Draft, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  releasePayments(draft, 'JournalEntry', id, 'refuse', 'deleted');
  removeTransaction(draft, 'JournalEntry', current);
}
