import { money, sum, type Cents } from '../books/cents';
import type { BooksChoices, PayoutAccounts } from '../books/choices';
import type { Data } from '../books/happened';
import type { Invariant } from '../books/invariants';
import type { ReadBooks } from '../books/read-books';
import { LINKED_FROM } from '../books/read-deposits';
import type { Statement, StatementMove } from '../stripe/statement';

/** What invariants 3 and 4 of postings.md §14 look at: the books and Stripe's own statement, whatever the model reckons. */
export interface StripeBooks {
  readonly found: ReadBooks;
  readonly statement: Statement;
  /** Run a Call's payments that went through Stripe. */
  readonly payments: readonly Data[];
  readonly choices: Pick<BooksChoices, 'clearing' | 'undeposited'>;
  readonly accounts: PayoutAccounts;
  readonly currency: string;
}

export const payoutInvariants = (books: StripeBooks): Invariant[] => [clearingAsCharged(books), depositsAsPaid(books)];

/** 3. Where Stripe's money waits holds what Stripe took in and gave back, gross, and has not paid out in a posted payout. */
function clearingAsCharged(books: StripeBooks): Invariant {
  const { found, statement, choices, currency } = books;
  const isOurs = stripeMarkers(books);
  const isPosted = postedPayouts(found);
  const at = choices.clearing.id;
  const held =
    sum(
      found.payments.flatMap(({ marker, depositAccount, amount }) =>
        isOurs(marker) && (depositAccount ?? choices.undeposited.id) === at ? [amount] : [],
      ),
    ) -
    sum(
      [
        ...found.entries
          .filter(({ marker }) => isOurs(marker) || marker.startsWith('po_'))
          .flatMap(({ lines }) => lines),
        ...found.deposits.flatMap(({ lines }) => lines),
      ].flatMap(({ accountId, amount }) =>
        (accountId === LINKED_FROM ? choices.undeposited.id : accountId) === at ? [amount] : [],
      ),
    );
  const waiting = statement.moves.filter(
    (move) =>
      move.currency.toUpperCase() === currency &&
      (move.payout === null || !isPosted(move.payout)) &&
      GROSS[move.category]?.(move, isPosted),
  );
  const charged = sum(waiting.map(({ amount }) => BigInt(amount)));
  return {
    number: 3,
    says: 'Stripe’s money waits gross until its payout is posted',
    checked: statement.moves.length,
    broken: held === charged ? [] : [`${money(charged)} at Stripe, ${money(held)} on ${choices.clearing.name}`],
  };
}

/** Which movements stand on the account: a payout out of it once it is posted, its return likewise. */
const GROSS: Readonly<Record<string, (move: StatementMove, isPosted: (id: string) => boolean) => boolean>> = {
  charge: () => true,
  refund: () => true,
  refund_failure: () => true,
  charge_failure: () => true,
  payout: ({ source, payout }, isPosted) => payout !== source && isPosted(source ?? ''),
  payout_reversal: ({ source }, isPosted) => isPosted(source ?? ''),
};

/** 4. Every deposit is its payout to the cent; every balance transaction of it is in exactly one record. */
function depositsAsPaid(books: StripeBooks): Invariant {
  const { found, statement } = books;
  const own = found.deposits.filter(({ byHand }) => !byHand);
  const known = new Set(statement.payouts.map(({ id }) => id));
  const posted = statement.payouts.flatMap(({ id, amount }) => {
    const deposits = own.filter(({ marker }) => payoutOf(marker) === id);
    return deposits.length === 0 || amount < 0 ? [] : [{ id, amount: BigInt(amount), deposits }];
  });
  const twice = repeated(
    [...found.deposits, ...found.entries].map(({ marker }) => marker).filter((m) => m.startsWith('po_')),
  );
  return {
    number: 4,
    says: 'Every deposit is its payout; every transaction is in one record',
    checked: posted.length,
    broken: [
      ...own.filter(({ marker }) => !known.has(payoutOf(marker))).map(({ marker }) => `${marker} is no payout`),
      ...twice.map((marker) => `${marker} is there twice`),
      ...posted.flatMap(({ id, amount, deposits }) => {
        const total = sum(deposits.map((deposit) => deposit.total));
        const lines = deposits.flatMap((deposit) => deposit.lines);
        const moves = statement.moves.filter((move) => move.payout === id && move.source !== id);
        return [
          ...(total === amount ? [] : [`${id} is ${money(amount)}, deposited ${money(total)}`]),
          ...linesAsMoved(id, lines, moves, books),
        ];
      }),
    ],
  };
}

/** A line per transaction (per part of a payment split over customers); fees in sum. */
function linesAsMoved(
  id: string,
  lines: readonly { readonly accountId: string; readonly amount: Cents }[],
  moves: readonly StatementMove[],
  { found, payments, accounts }: StripeBooks,
): string[] {
  const isFee = ({ accountId }: { readonly accountId: string }): boolean => accountId === accounts.fees.id;
  const fees = sum(lines.filter(isFee).map(({ amount }) => amount));
  const charged = sum(moves.map((move) => BigInt(move.fee) - (move.category === 'fee' ? BigInt(move.amount) : 0n)));
  const partsOf = (move: StatementMove): Cents[] => {
    const payment = payments.find(({ processorChargeId }) => processorChargeId === move.source);
    const parts = found.payments.filter(({ marker }) => marker === payment?.id).map(({ amount }) => amount);
    return parts.length > 1 ? parts : [BigInt(move.amount)];
  };
  const wanted = moves.filter(({ category }) => category !== 'fee').flatMap(partsOf);
  const shown = (amounts: readonly Cents[]): string => amounts.map(money).sort().join(' ');
  const have = lines.filter((line) => !isFee(line)).map(({ amount }) => amount);
  return [
    ...(fees === -charged ? [] : [`${id}: fees ${money(charged)}, on the fees account ${money(-fees)}`]),
    ...(shown(wanted) === shown(have) ? [] : [`${id}: transactions ${shown(wanted)}, lines ${shown(have)}`]),
  ];
}

function stripeMarkers({ payments }: StripeBooks): (marker: string) => boolean {
  const markers = new Set(payments.flatMap(({ id, refunds }) => [id, ...refunds.map((refund) => refund.id)]));
  return (marker) => markers.has(marker);
}

/** Whether a payout has a record, ours or a person's. */
function postedPayouts({ deposits, entries }: ReadBooks): (id: string) => boolean {
  const posted = new Set([...deposits, ...entries].map(({ marker }) => marker));
  return (id) => posted.has(id);
}

const payoutOf = (marker: string): string => marker.split('/')[0] ?? '';

const repeated = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, place) => names.indexOf(name) !== place)),
];
