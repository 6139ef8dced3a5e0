import type { Cents } from '../books/cents';
import { amount, type ComparedRow } from '../books/compare';
import type { ExpectedBooks } from '../books/model';
import type { Prediction } from '../books/predictions';
import type { ReadBooks } from '../books/read-books';
import type { ExpectedDispute } from './disputes';
import type { ExpectedPayout } from './expect';

/** The books with their payouts: the bank, and what is taken out of where Stripe's money waits. */
export function withPayouts(
  books: ExpectedBooks,
  payouts: readonly ExpectedPayout[],
  disputes: readonly ExpectedDispute[] = [],
): ExpectedBooks {
  const money = new Map(books.money);
  for (const { account, amount: moved } of payouts.flatMap(({ movements }) => movements))
    money.set(account.id, { name: account.name, amount: (money.get(account.id)?.amount ?? 0n) + moved });
  const times = (counted: (payout: ExpectedPayout) => number): number =>
    payouts.reduce((all, payout) => all + counted(payout), 0);
  return {
    ...books,
    money,
    predictions: new Map([...books.predictions, ...payouts.flatMap(predicted), ...disputes.map(disputePredicted)]),
    counts: {
      ...books.counts,
      JournalEntry:
        books.counts.JournalEntry + times(({ record, failed }) => Number(record === 'JournalEntry') + Number(failed)),
      Deposit: times(({ record, withEmptyDeposit }) => Number(record === 'Deposit') + Number(withEmptyDeposit)),
    },
  };
}

/** A payout is told by its status; one that came back after it was paid is told twice. */
function predicted({ id, state, reason, failed, reached }: ExpectedPayout): [string, Prediction][] {
  const shared = { ref: `payout:${id}`, orReplaced: failed, orSkipped: false };
  return [
    ...(failed && !reached
      ? []
      : [[`${id}.paid`, { ...shared, state, ...(reason === undefined ? {} : { reason }) }] as [string, Prediction]]),
    ...(failed ? [[`${id}.failed`, { ...shared, state: 'synced', orReplaced: false }] as [string, Prediction]] : []),
  ];
}

function disputePredicted({ id, outcome, isHeld }: ExpectedDispute): [string, Prediction] {
  const stop = isHeld
    ? ({ state: 'needs attention', reason: 'dispute' } as const)
    : ({ state: 'skipped', reason: 'in_payout' } as const);
  return [`${id}.${outcome}`, { ref: `dispute:${id}`, orReplaced: false, orSkipped: false, ...stop }];
}

/** Every payout beside the deposits, or the entry, that it became: what reached the bank, or was taken from it. */
export function payoutRows(payouts: readonly ExpectedPayout[], found: ReadBooks, bank: string): ComparedRow[] {
  return payouts.flatMap(({ id, amount: paid, record, failed }) => [
    amount(`Payout ${id}, ${NAMES[record]}`, record === 'none' ? 0n : paid, inBank(id, found, bank)),
    ...(failed ? [amount(`Payout ${id}, came back`, -paid, inBank(`${id}/failed`, found, bank))] : []),
  ]);
}

const NAMES = { Deposit: 'deposit', JournalEntry: 'entry', 'by hand': 'entered by hand', none: 'not posted' } as const;

/** What the records of one payout moved to the bank: `po_1`, `po_1/2`; its return, `po_1/failed`, is another. */
function inBank(id: string, { deposits, entries }: ReadBooks, bank: string): Cents {
  const isOf = (marker: string): boolean => marker === id || (marker.startsWith(`${id}/`) && /\/\d+$/.test(marker));
  let sum = 0n;
  for (const { marker, total } of deposits) if (isOf(marker)) sum += total;
  for (const { marker, lines } of entries) {
    if (isOf(marker)) for (const line of lines) if (line.accountId === bank) sum -= line.amount;
  }
  return sum;
}
