import type { Choice } from '@qbo-sync/contracts/sync/settings';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { type Decimal, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { type BodyObject, idTo, type MappingContext, type Reference } from './document';
import { FEE_LABELS, type PayoutPart } from './payout-part';
import { cleanText, cut } from './text';

/** quickbooks.md §9.5 */
const DESCRIPTION_LIMIT = 4_000;

/** A record of ours in QuickBooks that holds a charge, or a part of it; or that took it away again. */
export interface Sitting {
  /** `payment:pay_500`, `refund:re_77` */
  readonly ref: string;
  /** With the sign it has in the payout: a refund's is negative. */
  readonly amount: string;
  /** The account its money was put into; `undeposited`: QuickBooks' own Undeposited Funds, to be linked. */
  readonly in: Choice | 'undeposited';
  readonly txnType: 'Payment' | 'RefundReceipt' | 'JournalEntry';
  /** Of an entry: where its Undeposited Funds line has its id, `Line.1.Id` (postings.md §10.2). */
  readonly lineAt?: string;
  /** Where QuickBooks' customer is taken from: `{"$ref":"payment:pay_500","at":"CustomerRef.value"}`. */
  readonly customer?: Reference;
  /** What a person calls it: `RAC-1041 Dana Ruiz`. */
  readonly text: string;
}

/** Where the money of a part sits. */
export type Whereabouts =
  | { readonly sits: readonly Sitting[] }
  /** A person named an account for what Run a Call does not know; kept with the payout. */
  | { readonly account: Choice; readonly text: string }
  /**
   * Nobody knows, or not yet. `on`: the record of ours that is known and not in QuickBooks, `payment:pay_500`. `half`: of what left and
   * came back and is in no record, `refund:re_77`; with its other half in the same payout it is nothing.
   */
  | { readonly missing: string; readonly on?: string; readonly half?: string };

/** One line of the deposit. */
export interface DepositLine {
  readonly amount: Decimal;
  /** Of a plain line. A linked one takes its money out of QuickBooks' own Undeposited Funds. */
  readonly account: Choice | 'undeposited';
  readonly body: BodyObject;
  /** What must be in QuickBooks before: a plain line carries no id that would make it wait. */
  readonly after: readonly string[];
}

/** Accounts a payout needs beside those where its payments sit. */
export interface PayoutAccounts {
  readonly bank: Choice;
  readonly fees: Choice;
  readonly disputes: Choice;
}

/** The accounts, or the first setting that has none. */
export function payoutAccounts({ values }: MappingContext): PayoutAccounts | { readonly missing: Reason } {
  const bank = values['payments.payoutAccount'];
  const fees = values['payments.feeAccount'];
  const disputes = values['payments.disputeAccount'];
  if (bank === null) return missing('payments.payoutAccount');
  if (fees === null) return missing('payments.feeAccount');
  return disputes === null ? missing('payments.disputeAccount') : { bank, fees, disputes };
}

const missing = (setting: string): { missing: Reason } => ({
  missing: { code: 'account_missing', params: { setting } },
});

/** The lines of one part, without its fees. Where several records hold it they must make its amount: see {@link unmatched}. */
export function linesOf(part: PayoutPart, where: Whereabouts, accounts: PayoutAccounts): DepositLine[] {
  const amount = parseDecimal(part.amount);
  switch (part.kind) {
    case 'dispute':
    case 'dispute_reversal': {
      const text = 'text' in where ? where.text : (part.charge ?? '');
      const words = part.kind === 'dispute' ? 'Dispute' : 'Dispute won';
      return [plainLine(amount, accounts.disputes, `${words} ${part.source ?? ''}, ${text}`)];
    }
    case 'account_fee':
      return [plainLine(amount, accounts.fees, `Stripe: ${part.description ?? part.type}`)];
    default:
      if ('account' in where) return [plainLine(amount, where.account, where.text)];
      return 'sits' in where ? sittingLines(where.sits) : [];
  }
}

/** Why the records that hold a part do not account for it; undefined: they do. */
export function unmatched(
  part: PayoutPart,
  where: Whereabouts,
): { reason: string; on?: string; half?: string } | undefined {
  if ('missing' in where) {
    const { missing: reason, ...more } = where;
    return { reason, ...more };
  }
  if ('account' in where) return undefined;
  const held = sum(where.sits.map((each) => parseDecimal(each.amount)));
  return held.equals(parseDecimal(part.amount)) ? undefined : { reason: 'Run a Call has another amount' };
}

/** The fees of a deposit's parts, a line per kind. */
export interface FeeLines {
  add(part: PayoutPart): void;
  lines(fees: Choice): DepositLine[];
}

export function feeLines(): FeeLines {
  const kinds = new Map<string, { total: Decimal; payments: number; others: number }>();
  return {
    add(part) {
      for (const { kind, amount } of part.fees) {
        const fee = parseDecimal(amount);
        if (fee.isZero()) continue;
        const known = kinds.get(kind);
        const isPayment = part.kind === 'charge';
        kinds.set(kind, {
          total: (known?.total ?? fee.minus(fee)).plus(fee),
          payments: (known?.payments ?? 0) + (isPayment ? 1 : 0),
          others: (known?.others ?? 0) + (isPayment ? 0 : 1),
        });
      }
    },
    lines: (fees) =>
      [...kinds]
        .filter(([, { total }]) => !total.isZero())
        .map(([kind, { total, payments, others }]) => {
          const of = others === 0 ? counted(payments, 'payment') : counted(payments + others, 'transaction');
          return plainLine(total.negated(), fees, `${FEE_LABELS.get(kind) ?? kind}, ${of}`);
        }),
  };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * A line on an account (postings.md §10.2):
 *
 *   {"Amount":179.70,"DetailType":"DepositLineDetail","Description":"RAC-1041 Dana Ruiz",
 *    "DepositLineDetail":{"AccountRef":{"value":"91"},"Entity":{"value":"58","type":"CUSTOMER"}}}
 */
function plainLine(amount: Decimal, account: Choice, text: string, sitting?: Sitting): DepositLine {
  const customer = sitting?.customer;
  return {
    amount,
    account,
    after: sitting === undefined ? [] : [sitting.ref],
    body: {
      Amount: amountNumber(amount),
      DetailType: 'DepositLineDetail',
      Description: cut(cleanText(text), DESCRIPTION_LIMIT),
      DepositLineDetail: {
        AccountRef: idTo(account.id),
        Entity: customer === undefined ? undefined : { value: customer, type: 'CUSTOMER' },
      },
    },
  };
}

/**
 * A record out of QuickBooks' own Undeposited Funds, in full and without a DetailType (quickbooks.md §9.8):
 *
 *   {"Amount":179.70,"LinkedTxn":[{"TxnId":"154","TxnType":"Payment","TxnLineId":"0"}]}
 */
export const sittingLines = (sits: readonly Sitting[]): DepositLine[] => sits.map(sittingLine);

function sittingLine(sitting: Sitting): DepositLine {
  const amount = parseDecimal(sitting.amount);
  if (sitting.in !== 'undeposited') return plainLine(amount, sitting.in, sitting.text, sitting);
  return {
    amount,
    account: 'undeposited',
    after: [],
    body: {
      Amount: amountNumber(amount),
      LinkedTxn: [
        {
          TxnId: { $ref: sitting.ref },
          TxnType: sitting.txnType,
          TxnLineId: sitting.lineAt === undefined ? '0' : { $ref: sitting.ref, at: sitting.lineAt },
        },
      ],
    },
  };
}
