import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { type Decimal, parseDecimal, sum, ZERO } from '@qbo-sync/money/decimal';
import { listIn, textAt } from '../quickbooks/record-fields';

/** What of a document moves on one account: positive is a debit. */
export interface Posting {
  /** QuickBooks' id of an account; `receivable`, `tax`; `item:<id>` where only the line's item is known. */
  readonly account: string;
  readonly amount: Decimal;
}

/** The company's accounts that documents name in two ways. */
export interface OwnAccounts {
  readonly receivable: string | undefined;
  readonly undeposited: string | undefined;
}

/** What a body does not say itself: it is made by QuickBooks. */
export interface Figures {
  readonly total?: string;
  readonly tax?: string;
}

/**
 * Debits and credits of a document as its lines say (postings.md §6–§10), of QuickBooks' records and of the bodies we ask for
 * alike. A body without a tax of its own is taxed by what its total has over its lines.
 */
export function postingsOf(
  resource: string,
  record: TextObject,
  own: OwnAccounts,
  figures: Figures = {},
): readonly Posting[] {
  const money = (path: string): string => textAt(record, path) ?? own.undeposited ?? 'undeposited';
  const total = parseDecimal(figures.total ?? textAt(record, 'TotalAmt') ?? '0');
  switch (resource) {
    case 'Invoice':
      return [{ account: 'receivable', amount: total }, ...sales(record, total, figures, 1)];
    case 'CreditMemo':
      return [{ account: 'receivable', amount: total.negated() }, ...sales(record, total, figures, -1)];
    case 'RefundReceipt':
      return [
        { account: money('DepositToAccountRef.value'), amount: total.negated() },
        ...sales(record, total, figures, -1),
      ];
    case 'Payment':
      return total.isZero()
        ? []
        : [
            { account: money('DepositToAccountRef.value'), amount: total },
            { account: 'receivable', amount: total.negated() },
          ];
    case 'JournalEntry':
      return listIn(record, 'Line').flatMap((line) => entryLine(line, own));
    case 'Deposit':
      return [
        { account: money('DepositToAccountRef.value'), amount: total },
        ...listIn(record, 'Line').map((line) => ({
          account: textAt(line, 'DepositLineDetail.AccountRef.value') ?? own.undeposited ?? 'undeposited',
          amount: amountOf(line).negated(),
        })),
      ];
    default:
      return [];
  }
}

/** Income, discounts and tax; `sign` 1 for a sale, -1 for what takes one back. */
function sales(record: TextObject, total: Decimal, { tax }: Figures, sign: 1 | -1): Posting[] {
  const lines = listIn(record, 'Line').flatMap((line): Posting[] => {
    switch (textAt(line, 'DetailType')) {
      case 'SalesItemLineDetail': {
        const account = textAt(line, 'SalesItemLineDetail.ItemAccountRef.value');
        const item = textAt(line, 'SalesItemLineDetail.ItemRef.value') ?? '';
        return [{ account: account ?? `item:${item}`, amount: amountOf(line).times(-sign) }];
      }
      case 'DiscountLineDetail':
        return [
          {
            account: textAt(line, 'DiscountLineDetail.DiscountAccountRef.value') ?? 'discount',
            amount: amountOf(line).times(sign),
          },
        ];
      default:
        return [];
    }
  });
  const over = total.times(sign).plus(sum(lines.map(({ amount }) => amount)));
  const taxed = tax === undefined ? over : parseDecimal(tax).times(sign);
  return taxed.isZero() ? lines : [...lines, { account: 'tax', amount: taxed.negated() }];
}

function entryLine(line: TextObject, own: OwnAccounts): Posting[] {
  const account = textAt(line, 'JournalEntryLineDetail.AccountRef.value');
  if (account === undefined) return [];
  const isDebit = textAt(line, 'JournalEntryLineDetail.PostingType') === 'Debit';
  return [
    {
      account: account === own.receivable ? 'receivable' : account,
      amount: isDebit ? amountOf(line) : amountOf(line).negated(),
    },
  ];
}

const amountOf = (line: TextObject): Decimal => parseDecimal(textAt(line, 'Amount') ?? '0');

/** QuickBooks' id of the customer whose receivables a record moves. */
export function customerOf(record: TextObject): string | undefined {
  const [entry] = listIn(record, 'Line').flatMap(
    (line) => textAt(line, 'JournalEntryLineDetail.Entity.EntityRef.value') ?? [],
  );
  return textAt(record, 'CustomerRef.value') ?? entry;
}

/** By account, what is not zero. */
export function byAccount(postings: readonly Posting[]): ReadonlyMap<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const { account, amount } of postings) sums.set(account, (sums.get(account) ?? ZERO).plus(amount));
  return new Map([...sums].filter(([, amount]) => !amount.isZero()));
}
