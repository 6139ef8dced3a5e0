import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Cents } from './cents';
import type { ReadLine } from './read-books';
import { centsAt, listAt, markerOf, objectAt, refAt, textAt } from './read-record';

/** Stands for QuickBooks' own Undeposited Funds: a linked line does not name it. */
export const LINKED_FROM = 'undeposited funds';

/** A deposit of a payout, as what it moves: credits are positive. */
export interface ReadDeposit {
  /** `po_1`, `po_1/2` */
  readonly marker: string;
  readonly byHand: boolean;
  readonly day: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly total: Cents;
  readonly bank: string;
  readonly lines: readonly ReadLine[];
}

/** What a person who enters a payout by hand calls it. */
const BY_HAND = /\bStripe payout (po_\w+)/;

export function readDeposits(deposits: readonly TextObject[]): ReadDeposit[] {
  return deposits.flatMap((deposit): ReadDeposit[] => {
    const ours = markerOf(deposit);
    const marker = ours || (BY_HAND.exec(textAt(deposit, 'PrivateNote'))?.[1] ?? '');
    if (marker === '') return [];
    return [
      {
        marker,
        byHand: ours === '',
        day: textAt(deposit, 'TxnDate'),
        createdAt: textAt(objectAt(deposit, 'MetaData'), 'CreateTime'),
        total: centsAt(deposit, 'TotalAmt'),
        bank: refAt(deposit, 'DepositToAccountRef') ?? 'unknown',
        lines: listAt(deposit, 'Line').map((line) => ({
          accountId:
            listAt(line, 'LinkedTxn').length > 0
              ? LINKED_FROM
              : (refAt(objectAt(line, 'DepositLineDetail'), 'AccountRef') ?? 'unknown'),
          amount: centsAt(line, 'Amount'),
        })),
      },
    ];
  });
}

/** All that deposits move, their banks included. */
export const depositMoves = (deposits: readonly ReadDeposit[], undeposited: string): ReadLine[] =>
  deposits.flatMap(({ bank, total, lines }) => [
    { accountId: bank, amount: -total },
    ...lines.map(({ accountId, amount }) => ({
      accountId: accountId === LINKED_FROM ? undeposited : accountId,
      amount,
    })),
  ]);
