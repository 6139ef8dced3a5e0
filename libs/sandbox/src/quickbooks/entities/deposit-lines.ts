import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import {
  amount,
  decimal,
  type Decimal,
  decimalOrZero,
  number as plain,
  object,
  objects,
  pick,
  present,
  refValue,
  text,
} from '../exact';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing, refuseReference } from '../refusal';
import { depositOf } from './locks';
import { isUndepositedFunds } from './standard-accounts';
import { lineAccount } from './transaction';

/** quickbooks.md §14.1: money may come from, or a fee go to, these alone. */
const PLAIN_TYPES = new Set([
  'Income',
  'Other Income',
  'Expense',
  'Other Expense',
  'Other Current Asset',
  'Equity',
  'Cost of Goods Sold',
]);

export interface DepositLine {
  record: ExactObject;
  /** What it adds to the deposit; negative for a fee or money given back. */
  amount: Decimal;
  /** Where that comes from. */
  account: string;
  /** What it takes out of Undeposited Funds; absent on a plain line. */
  linked?: string;
}

/** One line of a deposit: a transaction whole, or an amount on an account (quickbooks.md §9.8). */
export function readDepositLine(
  draft: Draft,
  deposit: string,
  line: ExactObject,
  giveId: (wanted: string | undefined) => string,
  place: number,
): DepositLine {
  const value = decimal(line['Amount']) ?? refuseMissing('Amount');
  if (value.decimalPlaces() > 2)
    refuse('2090', `Invalid Decimal : Amount ${value.toFixed()} has more than two decimals`, 'Amount');
  const head = { Id: giveId(text(line['Id'])), LineNum: plain(place), Description: line['Description'] };
  const links = objects(line['LinkedTxn']);
  if (links.length === 0) return plainLine(draft, line, head, value);
  if (line['DetailType'] !== undefined || line['DepositLineDetail'] !== undefined)
    refuse('2600', 'Conflicting elements : a linked line has no detail of its own.', 'DetailType');
  return linkedLine(draft, deposit, links, head, value);
}

type Head = Record<string, ExactObject[string] | undefined>;

function plainLine(draft: Draft, line: ExactObject, head: Head, value: Decimal): DepositLine {
  if (line['DetailType'] === undefined) refuseMissing('DetailType');
  const detail = object(line['DepositLineDetail']);
  const account = lineAccount(draft, detail);
  if (!PLAIN_TYPES.has(text(account['AccountType']) ?? '')) {
    refuse(
      '6430',
      'Invalid account type used. : Select a different type of account for this transaction.',
      'AccountRef',
    );
  }
  follow(draft, detail['PaymentMethodRef'], 'PaymentMethod', 'PaymentMethodRef');
  const record = present({
    ...head,
    Amount: amount(value),
    DetailType: 'DepositLineDetail',
    DepositLineDetail: present({
      Entity: nameOn(draft, object(detail['Entity'])),
      AccountRef: refTo(account),
      ...pick(detail, ['PaymentMethodRef', 'CheckNum', 'ClassRef', 'TaxCodeRef', 'TaxApplicableOn']),
    }),
  });
  return { record, amount: value, account: text(account['Id']) ?? '' };
}

const LISTS = { CUSTOMER: 'Customer', VENDOR: 'Vendor', EMPLOYEE: 'Employee' } as const;

function nameOn(draft: Draft, entity: ExactObject): ExactObject | undefined {
  if (entity['value'] === undefined) return undefined;
  const type = (text(entity['type']) ?? 'CUSTOMER') as keyof typeof LISTS;
  const found = follow(draft, entity, LISTS[type], 'Entity');
  return found === undefined ? undefined : { ...refTo(found, 'DisplayName'), type };
}

/** A payment, refund or entry that stands in Undeposited Funds, at its full amount, on one deposit. */
function linkedLine(
  draft: Draft,
  deposit: string,
  links: readonly ExactObject[],
  head: Head,
  value: Decimal,
): DepositLine {
  const [link, second] = links;
  if (link === undefined || second !== undefined)
    refuse('6000', 'Business Validation Error: Each line of a deposit can be linked to one transaction.', 'LinkedTxn');
  const txnId = text(link['TxnId']) ?? refuseMissing('LinkedTxn.TxnId');
  const type = text(link['TxnType']) ?? refuseMissing('LinkedTxn.TxnType');
  const lineId = text(link['TxnLineId']) ?? refuseMissing('LinkedTxn.TxnLineId');
  if (type === 'RefundReceipt' && draft.company.switches.depositRefundReceipts === 'refuse')
    refuse('620', 'Transaction cannot be linked : a refund receipt cannot be on a deposit.', 'TxnType');
  const source = sourceOf(draft, type, txnId, lineId) ?? refuseReference('TxnId', txnId);
  const other = depositOf(draft, type, txnId);
  if (other !== undefined && other['Id'] !== deposit) {
    refuse(
      '6000',
      `Business Validation Error: Transaction cannot be applied to Deposit. Transaction ${txnId} has already been applied to another Deposit.`,
      'LinkedTxn',
    );
  }
  if (!isUndepositedFunds(draft.get('Account', source.account)))
    refuse('620', 'Transaction cannot be linked : the transaction is not in Undeposited Funds.', 'TxnId');
  if (!source.amount.equals(value)) {
    refuse(
      '6000',
      `Business Validation Error: A transaction is deposited at its full amount, ${source.amount.toFixed(2)}.`,
      'Amount',
    );
  }
  const record = present({
    ...head,
    Amount: amount(value),
    LinkedTxn: [{ TxnId: txnId, TxnType: type, TxnLineId: lineId }],
  });
  return { record, amount: value, account: source.account, linked: `${type}/${txnId}` };
}

/** What a transaction put into an account: `TxnLineId` is "0", of an entry the Id of its line (quickbooks.md §9.8, §14.3). */
function sourceOf(
  draft: Draft,
  type: string,
  id: string,
  lineId: string,
): { account: string; amount: Decimal } | undefined {
  if (type === 'JournalEntry') {
    const line = objects(draft.get('JournalEntry', id)?.['Line']).find((each) => each['Id'] === lineId);
    const detail = object(line?.['JournalEntryLineDetail']);
    const value = decimalOrZero(line?.['Amount']);
    return line === undefined
      ? undefined
      : {
          account: refValue(detail['AccountRef']) ?? '',
          amount: detail['PostingType'] === 'Debit' ? value : value.negated(),
        };
  }
  if (type !== 'Payment' && type !== 'RefundReceipt') return undefined;
  const record = draft.get(type, id);
  const total = decimalOrZero(record?.['TotalAmt']);
  if (record === undefined || lineId !== '0') return undefined;
  if (total.isZero()) refuse('620', 'Transaction cannot be linked : the transaction is void.', 'TxnId');
  return {
    account: refValue(record['DepositToAccountRef']) ?? '',
    amount: type === 'Payment' ? total : total.negated(),
  };
}
