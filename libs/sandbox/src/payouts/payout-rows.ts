import type { PlayedRow } from '../books/posting-rows';
import type { Statement } from '../stripe/statement';
import type { ExpectedDispute } from './disputes';
import type { ExpectedPayout } from './expect';

interface PlayedAtStripe {
  readonly statement: Statement;
  readonly payouts: readonly ExpectedPayout[];
  readonly disputes: readonly ExpectedDispute[];
  /** Charges of payments for several customers. */
  readonly split: ReadonlySet<string>;
}

/** How often each row of the table of documents (postings.md §4) that Stripe plays was played by what is in the books. */
export function payoutRowsPlayed(companies: readonly PlayedAtStripe[]): readonly PlayedRow[] {
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
  const byHand = (ended: ExpectedPayout['state']): number =>
    count(kind(({ record, state }) => record === 'by hand' && state === ended));
  const sum = (times: readonly number[]): number => times.reduce((all, each) => all + each, 0);
  const lost = (held: boolean): number =>
    sum(
      companies.map(
        ({ disputes }) => disputes.filter(({ outcome, isHeld }) => outcome === 'lost' && isHeld === held).length,
      ),
    );
  return [
    { row: 'Stripe payout paid', times: count(kind(({ record }) => record === 'Deposit')) },
    {
      row: 'Stripe fee',
      times: count(({ moves: own }) => own.filter(({ category, fee }) => category === 'fee' || fee !== 0).length),
    },
    { row: 'Stripe dispute', times: count(moves((name) => name === 'dispute')) },
    { row: 'Stripe dispute won back', times: count(moves((name) => name === 'dispute_reversal')) },
    { row: 'Stripe dispute lost, on expenses', times: lost(false) },
    { row: 'Stripe dispute lost, money that waits', times: lost(true) },
    { row: 'Stripe refund that failed', times: count(moves((name) => name === 'refund_failure')) },
    {
      row: 'Stripe payment for several customers',
      times: sum(
        companies.map(
          ({ payouts, split }) =>
            payouts
              .filter(({ record }) => record !== 'none')
              .flatMap(({ moves: own }) => own.filter(({ source }) => split.has(source ?? ''))).length,
        ),
      ),
    },
    { row: 'Stripe refund in a later payout', times: count(laterRefunds) },
    { row: 'payout negative', times: count(kind(({ amount }) => amount < 0n)) },
    { row: 'payout manual', times: count(kind(isKind('standard'))) },
    { row: 'payout instant', times: count(kind(isKind('instant'))) },
    { row: 'payout failed', times: count(kind(({ failed, reached }) => failed && reached)) },
    { row: 'payout failed before it was paid', times: count(kind(({ failed, reached }) => failed && !reached)) },
    { row: 'payout entered by hand, left', times: byHand('dismissed') },
    { row: 'payout entered by hand, linked', times: byHand('synced') },
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
