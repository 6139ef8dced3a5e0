import type { Choice } from '@qbo-sync/contracts/sync/settings';
import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { type Decimal, formatAmount, parseDecimal, ZERO } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import {
  type BodyObject,
  hold,
  type Hold,
  idTo,
  type MappedRecord,
  type MappingContext,
  marker,
  printBody,
} from './document';
import { ownNumber } from './document-number';
import { JOURNAL_ENTRY_HOW } from './journal-entry';
import { type PartsWait, placeParts, type WhereOf } from './payout';
import { depositId, depositLines, depositOf, inText } from './payout-deposit';
import { type DepositLine, payoutAccounts, type Sitting, sittingLines } from './payout-lines';
import { closedHold, currencyHold } from './rules-before-sending';

/** The id of the entry of a failed payout, in its ref and its marker; the deposit stays beside it. */
export const failureId = (payout: string): string => `${payout}/failed`;

/** What the entry of a payout came to; `deposit`: of no amount, takes the linked records out of Undeposited Funds. */
export interface PayoutEntry {
  readonly entry: MappedRecord;
  readonly deposit?: MappedRecord;
}

/**
 * A payout that Stripe took from the bank (postings.md §10.4): a deposit cannot be negative, so it is an entry, a line per
 * account and the bank's last.
 *
 *   {"TxnDate":"2026-12-02","DocNumber":"RAC-po_1Nabc","PrivateNote":"Run a Call po_1Nabc","Line":[
 *    {"Amount":50.00,"DetailType":"JournalEntryLineDetail","Description":"Stripe payout po_1Nabc",
 *     "JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"91"}}}, …
 *    {… "JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"35"}}}]}
 *
 * Where a part sits in QuickBooks' own Undeposited Funds the entry moves the whole amount there, and a deposit of nothing
 * links the parts and the entry. Holds and waits as an automatic payout does.
 */
export function toNegativePayout(
  payout: StripePayout,
  transactions: Iterable<StripeTransaction>,
  whereOf: WhereOf,
  ctx: MappingContext,
): PayoutEntry | Hold | PartsWait {
  const stopped = currencyHold(payout.id, payout.currency, ctx) ?? closedHold(payout.id, payout.arrivalDate, ctx);
  if (stopped) return stopped;
  const accounts = payoutAccounts(ctx);
  if ('missing' in accounts) return { hold: accounts.missing };
  const placed = placeParts(payout, transactions, whereOf);
  if (!('parts' in placed)) return placed;
  const lines = depositLines(placed.parts, accounts);
  const taken = parseDecimal(payout.amount).negated();
  if (!lines.some(({ account }) => account === 'undeposited')) {
    const posted = [...byAccount(lines), { account: accounts.bank, amount: taken }];
    return { entry: entryOf(payout, payout.id, payout.arrivalDate, posted, ctx) };
  }
  const funds = ctx.profile.undepositedAccount;
  if (funds === null) return hold('account_missing', { setting: 'payments.undepositedAccount' });
  const moved = [
    { account: funds, amount: taken.negated() },
    { account: accounts.bank, amount: taken },
  ];
  const sitting: Sitting = {
    ref: `payout:${payout.id}`,
    amount: formatAmount(taken),
    in: 'undeposited',
    txnType: 'JournalEntry',
    lineAt: 'Line.0.Id',
    text: payout.id,
  };
  return {
    entry: entryOf(payout, payout.id, payout.arrivalDate, moved, ctx),
    deposit: depositOf(payout, depositId(payout.id, 2), '', inText([...lines, ...sittingLines([sitting])]), ctx),
  };
}

/** A payout that came back after it was posted: the deposit stays, both show. `on`: the day it came back. */
export function toFailedPayout(payout: StripePayout, on: string, ctx: MappingContext): MappedRecord | Hold {
  return moved(payout, { id: failureId(payout.id), on, into: 'clearing' }, ctx);
}

/**
 * A payout that Stripe cannot itemise, once a person `chose` *Use Stripe clearing*: its fees come with a later payout. Before that held
 * (payout_kind); for good (payout_funds) where Stripe's payments wait in QuickBooks' own Undeposited Funds, out of which only records
 * are taken.
 */
export function toWholePayout(payout: StripePayout, ctx: MappingContext, chose = true): MappedRecord | Hold {
  const clearing = ctx.values['payments.clearingAccount'];
  if (clearing !== null && clearing.id === ctx.profile.undepositedAccount?.id) {
    return hold('payout_funds', { po: payout.id });
  }
  if (!chose) return hold('payout_kind', { po: payout.id });
  return moved(payout, { id: payout.id, on: payout.arrivalDate, into: 'bank' }, ctx);
}

function moved(
  payout: StripePayout,
  { id, on, into }: { readonly id: string; readonly on: string; readonly into: 'bank' | 'clearing' },
  ctx: MappingContext,
): MappedRecord | Hold {
  const stopped = currencyHold(payout.id, payout.currency, ctx) ?? closedHold(payout.id, on, ctx);
  if (stopped) return stopped;
  const bank = ctx.values['payments.payoutAccount'];
  const clearing = ctx.values['payments.clearingAccount'];
  if (bank === null) return hold('account_missing', { setting: 'payments.payoutAccount' });
  if (clearing === null) return hold('account_missing', { setting: 'payments.clearingAccount' });
  const amount = parseDecimal(payout.amount);
  const [debit, credit] = into === 'bank' ? [bank, clearing] : [clearing, bank];
  return entryOf(
    payout,
    id,
    on,
    [
      { account: debit, amount: amount.negated() },
      { account: credit, amount },
    ],
    ctx,
  );
}

/** A side of the entry: as in a deposit what is positive is credited. */
interface Posting {
  readonly account: Choice;
  readonly amount: Decimal;
}

function byAccount(lines: readonly DepositLine[]): Posting[] {
  const sums = new Map<string, { account: Choice; amount: Decimal }>();
  for (const { account, amount } of lines) {
    if (account === 'undeposited') throw new Error('a linked line has no account of an entry');
    sums.set(account.id, { account, amount: (sums.get(account.id)?.amount ?? ZERO).plus(amount) });
  }
  return [...sums.values()].filter(({ amount }) => !amount.isZero());
}

function entryOf(
  payout: StripePayout,
  id: string,
  on: string,
  postings: readonly Posting[],
  ctx: MappingContext,
): MappedRecord {
  const number = ownNumber(`RAC-${id}`, ctx);
  return {
    resource: 'JournalEntry',
    how: JOURNAL_ENTRY_HOW,
    body: printBody({
      TxnDate: on,
      DocNumber: number,
      CurrencyRef: ctx.profile.multiCurrency ? idTo(payout.currency) : undefined,
      PrivateNote: marker(id),
      Line: postings.map((each) => lineOf(each, `Stripe payout ${payout.id}`)),
    }),
    find: {
      marker: { path: 'PrivateNote', text: marker(id) },
      where: number === undefined ? [['TxnDate', on]] : [['DocNumber', number]],
      agree: ['TxnDate', 'Line.0.Amount'],
      adopt: false,
    },
    expect: {
      TxnDate: on,
      ...(number === undefined ? {} : { DocNumber: number }),
      ...Object.fromEntries(
        postings.flatMap(({ account, amount }, index) => [
          [`Line.${index}.Amount`, formatAmount(amount.abs())],
          [`Line.${index}.JournalEntryLineDetail.PostingType`, sideOf(amount)],
          [`Line.${index}.JournalEntryLineDetail.AccountRef.value`, account.id],
        ]),
      ),
    },
    warnings: [],
  };
}

const sideOf = (amount: Decimal): string => (amount.isNegative() ? 'Debit' : 'Credit');

const lineOf = ({ account, amount }: Posting, text: string): BodyObject => ({
  Amount: amountNumber(amount.abs()),
  DetailType: 'JournalEntryLineDetail',
  Description: text,
  JournalEntryLineDetail: { PostingType: sideOf(amount), AccountRef: idTo(account.id) },
});
