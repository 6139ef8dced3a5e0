import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { type Decimal, formatAmount, parseDecimal, ZERO } from '@qbo-sync/money/decimal';
import { hold, type Hold, type MappedRecord, type MappingContext } from './document';
import { depositId, depositInText, depositOf, type PlacedPart } from './payout-deposit';
import { payoutAccounts, unmatched, type Whereabouts } from './payout-lines';
import { type PayoutPart, readPart, SITTING_KINDS } from './payout-part';
import { depositSplit, type DepositSplit, DEPOSIT_LINE_LIMIT } from './payout-split';
import { payoutSums, unequal } from './payout-sums';
import { closedHold, currencyHold } from './rules-before-sending';

export type MappedPayout = { readonly deposits: readonly MappedRecord[] } | Hold | PartsWait;

/** A part is on its way into QuickBooks: the ref of the first such record. */
export interface PartsWait {
  readonly wait: string;
}

/**
 * Why an automatic payout is not posted as it stands, before its parts are looked at. Holds: payout_kind (manual and
 * instant ones cannot be itemised), currency, closed_period, account_missing.
 */
export function payoutHold(payout: StripePayout, ctx: MappingContext): Hold | undefined {
  if (!payout.automatic || payout.method === 'instant') return hold('payout_kind', { po: payout.id });
  const stopped = currencyHold(payout.id, payout.currency, ctx) ?? closedHold(payout.id, payout.arrivalDate, ctx);
  if (stopped) return stopped;
  const accounts = payoutAccounts(ctx);
  return 'missing' in accounts ? { hold: accounts.missing } : undefined;
}

/** Where a part's money sits. */
export type WhereOf = (part: PayoutPart) => Whereabouts;

/**
 * A payout's deposits, its parts handed in one at a time and twice, in one and the same order: memory does not grow with
 * them but by the text of their lines.
 *
 *   weigh every part ─▶ stopped? ─no─▶ place every part ─▶ deposits
 */
export interface PayoutFold {
  weigh(transaction: StripeTransaction): void;
  /**
   * Why it goes no further. Holds: payout_part (a transaction that is not posted), payout_unequal (a part nobody knows, or
   * parts that do not make the payout). Waits while a part is known and not in QuickBooks.
   */
  stopped(): Hold | PartsWait | undefined;
  place(transaction: StripeTransaction): void;
  /** All deposits, whose sum is the payout; a hold where one would be below zero. */
  deposits(): MappedPayout;
}

/** Throws where {@link payoutHold} was not asked: without its accounts there is no deposit. */
export function payoutFold(
  payout: StripePayout,
  whereOf: WhereOf,
  ctx: MappingContext,
  limit: number = DEPOSIT_LINE_LIMIT,
): PayoutFold {
  const accounts = payoutAccounts(ctx);
  if ('missing' in accounts) throw new Error('a payout without its accounts');
  const sums = payoutSums(payout);
  const lacking = unaccounted(payout);
  let lines = 0;
  let widest = 1;
  let dealing: { split: DepositSplit; deposits: ReturnType<typeof depositInText>[] } | undefined;
  const deal = (): NonNullable<typeof dealing> => {
    const split = depositSplit(lines, widest, limit);
    return { split, deposits: Array.from({ length: split.of }, () => depositInText(accounts)) };
  };
  return {
    weigh(transaction) {
      const reading = sums.add(transaction);
      if (reading.is !== 'part') return;
      const placed = { part: reading.part, where: whereOf(reading.part) };
      lacking.add(placed.part, placed.where);
      const count = lineCount(placed);
      lines += count;
      widest = Math.max(widest, count);
    },
    stopped: () => sums.held() ?? lacking.outcome(),
    place(transaction) {
      const reading = readPart(transaction, payout);
      if (reading.is !== 'part') return;
      const placed = { part: reading.part, where: whereOf(reading.part) };
      dealing ??= deal();
      const posted = withoutHalf(placed);
      const number = dealing.split.place({ net: parseDecimal(posted.part.net), lines: lineCount(posted) });
      dealing.deposits[number - 1]?.add(posted);
    },
    deposits() {
      const { split, deposits } = dealing ?? deal();
      const negative = negativeHold(payout, split.totals());
      if (negative) return negative;
      const words = (number: number): string => (split.of === 1 ? '' : `(${number}/${split.of})`);
      return {
        deposits: deposits.map((each, at) =>
          depositOf(payout, depositId(payout.id, at + 1), words(at + 1), each.lines(), ctx),
        ),
      };
    },
  };
}

/** How many lines a part has beside its fees, for `depositSplit`. */
function lineCount({ part, where }: PlacedPart): number {
  if ('missing' in where && where.half !== undefined) return 0;
  return SITTING_KINDS.has(part.kind) && 'sits' in where ? where.sits.length : 1;
}

/** Both halves of what left and came back are there, and make nothing: of each only its fees are left. */
function withoutHalf(placed: PlacedPart): PlacedPart {
  const { part, where } = placed;
  if (!('missing' in where) || where.half === undefined) return placed;
  return { part: { ...part, amount: '0.00', net: formatAmount(parseDecimal(part.fee).negated()) }, where };
}

/** Each part with its place, once all are known and make the payout. */
export function placeParts(
  payout: StripePayout,
  transactions: Iterable<StripeTransaction>,
  whereOf: WhereOf,
): { readonly parts: readonly PlacedPart[] } | Hold | PartsWait {
  const sums = payoutSums(payout);
  const lacking = unaccounted(payout);
  const parts: PlacedPart[] = [];
  for (const transaction of transactions) {
    const reading = sums.add(transaction);
    if (reading.is !== 'part') continue;
    const where = whereOf(reading.part);
    lacking.add(reading.part, where);
    parts.push({ part: reading.part, where });
  }
  return sums.held() ?? lacking.outcome() ?? { parts: parts.map(withoutHalf) };
}

/** What of a payout has no place. */
interface Lack {
  readonly charge: string;
  readonly amount: Decimal;
  readonly reason: string;
}

/** Takes in where each part is and says at the end which are missing. */
function unaccounted(payout: StripePayout): {
  add(part: PayoutPart, where: Whereabouts): void;
  outcome(): Hold | PartsWait | undefined;
} {
  let made = ZERO;
  let first: Lack | undefined;
  let more = 0;
  let waitsOn: string | undefined;
  /** By their name, with what those heard of so far come to. */
  const halves = new Map<string, Lack>();
  return {
    add(part, where) {
      made = made.plus(parseDecimal(part.net));
      const lack = SITTING_KINDS.has(part.kind) ? unmatched(part, where) : undefined;
      if (lack === undefined) return;
      const amount = parseDecimal(part.amount);
      const missing = { charge: part.source ?? part.id, amount, reason: lack.reason };
      if (lack.half !== undefined) {
        const other = halves.get(lack.half)?.amount ?? ZERO;
        halves.set(lack.half, { ...missing, amount: other.plus(amount) });
        return;
      }
      made = made.minus(amount);
      if (lack.on !== undefined) waitsOn ??= lack.on;
      else if (first === undefined) first = missing;
      else more += 1;
    },
    outcome() {
      const apart = [...halves.values()].filter(({ amount }) => !amount.isZero());
      const [named, ...others] = first === undefined ? apart : [first, ...apart];
      if (named !== undefined) {
        const beside = more + others.length;
        const reason = beside === 0 ? named.reason : `${named.reason} (and ${beside} more)`;
        const posted = apart.reduce((rest, { amount }) => rest.minus(amount), made);
        return unequal(payout, posted, { ...named, reason });
      }
      return waitsOn === undefined ? undefined : { wait: waitsOn };
    },
  };
}

/** QuickBooks takes no negative deposit: refunds in a payout above its line limit may outweigh what stands beside them. */
function negativeHold(payout: StripePayout, totals: readonly Decimal[]): Hold | undefined {
  const negative = totals.find((total) => total.isNegative() && !total.isZero());
  return negative === undefined
    ? undefined
    : hold('payout_part', {
        po: payout.id,
        category: 'deposit below zero',
        x: `${formatAmount(negative)} ${payout.currency}`,
      });
}
