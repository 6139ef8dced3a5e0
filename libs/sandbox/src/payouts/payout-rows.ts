import type { PlayedRow } from '../books/posting-rows';
import type { Statement } from '../stripe/statement';
import type { ExpectedPayout } from './expect';

/** How often each row of the table of documents (postings.md §4) that Stripe plays was played by what is in the books. */
export function payoutRowsPlayed(
  companies: readonly { readonly statement: Statement; readonly payouts: readonly ExpectedPayout[] }[],
): readonly PlayedRow[] {
  const count = (
    counted: (payout: ExpectedPayout, statement: Statement) => number,
    among: (payout: ExpectedPayout) => boolean = ({ record }) => record !== 'none',
  ): number =>
    companies
      .flatMap(({ statement, payouts }) => payouts.filter(among).map((payout) => counted(payout, statement)))
      .reduce((all, each) => all + each, 0);
  const moves = (category: (name: string) => boolean) => (payout: ExpectedPayout) =>
    payout.moves.filter((move) => category(move.category)).length;
  const kind =
    (is: (payout: ExpectedPayout, statement: Statement) => boolean) => (payout: ExpectedPayout, statement: Statement) =>
      Number(is(payout, statement));
  return [
    { row: 'Stripe payout paid', times: count(kind(({ record }) => record === 'Deposit')) },
    {
      row: 'Stripe fee',
      times: count(({ moves: own }) => own.filter(({ category, fee }) => category === 'fee' || fee !== 0).length),
    },
    { row: 'Stripe dispute', times: count(moves((name) => name === 'dispute')) },
    { row: 'Stripe dispute won back', times: count(moves((name) => name === 'dispute_reversal')) },
    { row: 'Stripe refund in a later payout', times: count(laterRefunds) },
    { row: 'payout negative', times: count(kind(({ amount }) => amount < 0n)) },
    { row: 'payout manual', times: count(kind(isKind('standard'))) },
    { row: 'payout instant', times: count(kind(isKind('instant'))) },
    { row: 'payout failed', times: count(kind(({ failed }) => failed)) },
  ];
}

const isKind =
  (method: string) =>
  ({ id }: ExpectedPayout, { payouts }: Statement): boolean =>
    payouts.some((each) => each.id === id && !each.automatic && each.method === method);

function laterRefunds({ id, moves }: ExpectedPayout, statement: Statement): number {
  return moves.filter(
    ({ category, charge }) =>
      category === 'refund' &&
      statement.moves.some(({ source, payout }) => source === charge && payout !== id && payout !== null),
  ).length;
}
