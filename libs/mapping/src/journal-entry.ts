import type { How } from '@qbo-sync/contracts/sync/request';
import { type Decimal, formatAmount } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import {
  type BodyObject,
  hold,
  idTo,
  type Mapped,
  type MappingContext,
  printBody,
  type Reference,
  refTo,
} from './document';
import { ownNumber } from './document-number';
import { closedHold } from './rules-before-sending';

/** QuickBooks answers a void of an entry and does nothing (quickbooks.md §9.2): it is deleted. */
export const JOURNAL_ENTRY_HOW: How = {
  path: 'journalentry',
  update: 'whole',
  always: ['Line'],
  remove: { as: 'delete' },
};

/** Money that went back: the customer owes it again, or their credit is gone. */
export interface MoneyBack {
  /** What a person calls it, `RAC-pay_500-F`; sent as the number where Run a Call numbers. */
  readonly number: string;
  readonly on: string;
  readonly amount: Decimal;
  /** The customer in QuickBooks. */
  readonly payer: Reference;
  /** QuickBooks id of the account it left. */
  readonly account: string;
  readonly note: string;
  /** Why the customer owes it. */
  readonly text: string;
}

/**
 * JournalEntry of money that went back (postings.md §8.5, §9): Dr receivables of the customer, Cr the account it left.
 *
 *   {"TxnDate":"2026-12-03","DocNumber":"RAC-pay_500-F","PrivateNote":"Run a Call pay_500 returned","Line":[
 *    {"Amount":179.70,"DetailType":"JournalEntryLineDetail","Description":"ACH returned, RAC-1041 open again",
 *     "JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"84"},
 *                               "Entity":{"Type":"Customer","EntityRef":{"value":"58"}}}},
 *    {"Amount":179.70,"DetailType":"JournalEntryLineDetail",
 *     "JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"91"}}}]}
 *
 * Holds: closed_period, receivable_account (the company has several, or none).
 */
export function toMoneyBack(back: MoneyBack, ctx: MappingContext): Mapped {
  const closed = closedHold(back.number, back.on, ctx);
  if (closed) return closed;
  const receivable = ctx.profile.receivableAccount;
  if (receivable === null) return hold('receivable_account', { doc: back.number });
  const number = ownNumber(back.number, ctx);
  const line = (text: string | undefined, detail: BodyObject): BodyObject => ({
    Amount: amountNumber(back.amount),
    DetailType: 'JournalEntryLineDetail',
    Description: text,
    JournalEntryLineDetail: detail,
  });
  return {
    resource: 'JournalEntry',
    how: JOURNAL_ENTRY_HOW,
    body: printBody({
      TxnDate: back.on,
      DocNumber: number,
      CurrencyRef: ctx.profile.multiCurrency ? idTo(ctx.profile.homeCurrency) : undefined,
      PrivateNote: back.note,
      Line: [
        line(back.text, {
          PostingType: 'Debit',
          AccountRef: idTo(receivable.id),
          Entity: { Type: 'Customer', EntityRef: refTo(back.payer.$ref, back.payer.at) },
        }),
        line(undefined, { PostingType: 'Credit', AccountRef: idTo(back.account) }),
      ],
    }),
    find: {
      marker: { path: 'PrivateNote', text: back.note },
      ...(number === undefined ? {} : { where: [['DocNumber', number]] }),
      agree: ['TxnDate', 'Line.0.Amount', 'Line.0.JournalEntryLineDetail.Entity.EntityRef.value'],
      adopt: false,
    },
    expect: {
      TxnDate: back.on,
      ...(number === undefined ? {} : { DocNumber: number }),
      'Line.0.Amount': formatAmount(back.amount),
      'Line.0.JournalEntryLineDetail.PostingType': 'Debit',
      'Line.0.JournalEntryLineDetail.AccountRef.value': receivable.id,
      'Line.1.Amount': formatAmount(back.amount),
      'Line.1.JournalEntryLineDetail.AccountRef.value': back.account,
    },
    warnings: [],
  };
}
