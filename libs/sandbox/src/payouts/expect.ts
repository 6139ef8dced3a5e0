import { sum, type Cents } from '../books/cents';
import type { BooksChoices, ChosenAccount, PayoutAccounts } from '../books/choices';
import type { Movement } from '../books/movements';
import type { PayoutChoice } from './planner';
import type { Statement, StatementMove, StatementPayout } from '../stripe/statement';

export interface PayoutChoices {
  readonly accounts: PayoutAccounts;
  /** ISO 4217, as the company keeps its books. */
  readonly currency: string;
  /** What a person said of a held payout, by its id. */
  readonly chosen: Readonly<Record<string, PayoutChoice>>;
  /** Those a person entered in QuickBooks before. */
  readonly byHand: readonly string[];
}

/** Where a payout must come to rest, and what it moves: debits are positive. */
export interface ExpectedPayout {
  readonly id: string;
  readonly amount: Cents;
  readonly record: 'Deposit' | 'JournalEntry' | 'by hand' | 'none';
  readonly state: 'synced' | 'waiting' | 'needs attention' | 'dismissed';
  readonly reason?: string;
  /** It came back: its entry says so beside it. */
  readonly failed: boolean;
  /** It reached the bank before. */
  readonly reached: boolean;
  /** A second record, a deposit of nothing, takes linked money out of Undeposited Funds. */
  readonly withEmptyDeposit: boolean;
  readonly movements: readonly Movement[];
  /** Its balance transactions, its own left out. */
  readonly moves: readonly StatementMove[];
}

/**
 * What a second accountant makes of Stripe's statement (postings.md §10): every movement of an automatic payout is booked
 * where its money waits, fees and disputes on theirs, the sum in the bank.
 */
export function expectPayouts(
  { payouts, moves }: Statement,
  choices: PayoutChoices,
  { clearing, undeposited }: Pick<BooksChoices, 'clearing' | 'undeposited'>,
): ExpectedPayout[] {
  const isLinked = clearing.id === undeposited.id;
  const expected: ExpectedPayout[] = [];
  const isBooked = (id: string): boolean =>
    expected.some((each) => each.id === id && each.record !== 'none') || choices.byHand.includes(id);
  for (const payout of payouts) {
    const own = moves.filter((move) => move.payout === payout.id && !isOf(payout, move));
    const rest = restOf(payout, own, { ...choices, isLinked, isBooked });
    const failed = payout.status === 'failed' && rest.record !== 'none';
    expected.push({
      ...{ id: payout.id, amount: BigInt(payout.amount), ...rest, failed, reached: payout.reached, moves: own },
      withEmptyDeposit: rest.record === 'JournalEntry' && isLinked && own.some(({ category }) => sits(category)),
      movements: [
        ...(rest.record === 'none' ? [] : movementsOf(payout, own, choices.accounts, clearing)),
        ...(failed ? whole(-BigInt(payout.amount), choices.accounts, clearing) : []),
      ],
    });
  }
  return expected;
}

interface Resting extends PayoutChoices {
  readonly isLinked: boolean;
  readonly isBooked: (payoutId: string) => boolean;
}

function restOf(
  payout: StatementPayout,
  own: readonly StatementMove[],
  { currency, chosen, byHand, isLinked, isBooked }: Resting,
): Pick<ExpectedPayout, 'record' | 'state' | 'reason'> {
  const held = (reason: string): Pick<ExpectedPayout, 'record' | 'state' | 'reason'> =>
    chosen[payout.id] === 'leave'
      ? { record: 'none', state: 'dismissed' }
      : { record: 'none', state: 'needs attention', reason };
  if (!payout.automatic || payout.method === 'instant') {
    const isPosted = chosen[payout.id] === 'clearing' && !isLinked;
    return isPosted ? { record: 'JournalEntry', state: 'synced' } : held(isLinked ? 'payout_funds' : 'payout_kind');
  }
  if (payout.currency.toUpperCase() !== currency) return held('currency');
  if (byHand.includes(payout.id)) {
    const isLinked = chosen[payout.id] === 'link';
    return { ...(isLinked ? { state: 'synced' } : held('payout_exists')), record: 'by hand' };
  }
  const earlier = own.filter(({ category }) => category === 'payout' || category === 'payout_reversal');
  if (earlier.some(({ source }) => !isBooked(source ?? '')))
    return { record: 'none', state: 'waiting', reason: 'parts' };
  return { record: payout.amount < 0 ? 'JournalEntry' : 'Deposit', state: 'synced' };
}

/** A payout's own movement, which Stripe lists among its parts. */
const isOf = ({ id }: StatementPayout, { type, source }: StatementMove): boolean => type === 'payout' && source === id;

/** Its money is in a document of its own; fees and disputes are not. */
const sits = (category: string): boolean =>
  ['charge', 'refund', 'refund_failure', 'charge_failure', 'payout', 'payout_reversal'].includes(category);

function movementsOf(
  payout: StatementPayout,
  own: readonly StatementMove[],
  accounts: PayoutAccounts,
  clearing: ChosenAccount,
): Movement[] {
  if (!payout.automatic) return whole(BigInt(payout.amount), accounts, clearing);
  const placeOf = ({ category }: StatementMove): ChosenAccount =>
    category === 'fee' ? accounts.fees : category.startsWith('dispute') ? accounts.disputes : clearing;
  return [
    { account: accounts.bank, amount: BigInt(payout.amount) },
    ...own.map((move) => ({ account: placeOf(move), amount: -BigInt(move.amount) })),
    { account: accounts.fees, amount: sum(own.map(({ fee }) => BigInt(fee))) },
  ];
}

/** A payout nobody can itemise, out of where Stripe's payments wait. */
const whole = (amount: Cents, { bank }: PayoutAccounts, clearing: ChosenAccount): Movement[] => [
  { account: bank, amount },
  { account: clearing, amount: -amount },
];
