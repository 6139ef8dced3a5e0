import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { type Decimal, formatAmount, parseDecimal, sum, ZERO } from '@qbo-sync/money/decimal';
import { hold, type Hold, idTo, type MappedRecord, type MappingContext, marker, printBody } from './document';
import { type BankDeposit, mayBeByHand } from './match-document';
import {
  type DepositLine,
  feeLines,
  linesOf,
  type PayoutAccounts,
  payoutAccounts,
  unmatched,
  type Whereabouts,
} from './payout-lines';
import { type PayoutPart, SITTING_KINDS } from './payout-part';
import { depositSplit, DEPOSIT_LINE_LIMIT } from './payout-split';
import { payoutSums, unequal } from './payout-sums';
import { closedHold, currencyHold } from './rules-before-sending';

export const DEPOSIT_HOW: How = { path: 'deposit', update: 'whole', always: ['Line'] };

const find = (payout: StripePayout, id: string): Find => ({
  marker: { path: 'PrivateNote', text: marker(id) },
  where: [['TxnDate', payout.arrivalDate]],
  agree: ['DepositToAccountRef.value', 'TotalAmt'],
  adopt: false,
});

/** A part with the place its money is at. */
export interface PlacedPart {
  readonly part: PayoutPart;
  readonly where: Whereabouts;
}

/** Which of a payout's deposits: the first bears the payout's own id. */
export interface DepositNumber {
  readonly number: number;
  readonly of: number;
}

/** `po_1`, `po_1/2`, …: the id in the ref and in the marker. */
export const depositId = (payout: string, number: number): string => (number === 1 ? payout : `${payout}/${number}`);

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
 * All deposits of a payout, whose sum is the payout; or why there is none. For a payout whose parts fit into memory;
 * a larger one takes the same steps part by part: `payoutSums`, {@link unaccounted}, `depositSplit`, {@link toDeposit}.
 *
 * Holds as {@link payoutHold}, payout_part (a transaction that is not posted) and payout_unequal (a part nobody knows, or
 * parts that do not make the payout). Waits while a part is known and not in QuickBooks.
 */
export function toDeposits(
  payout: StripePayout,
  transactions: Iterable<StripeTransaction>,
  whereOf: WhereOf,
  ctx: MappingContext,
  limit: number = DEPOSIT_LINE_LIMIT,
): MappedPayout {
  const stopped = payoutHold(payout, ctx);
  if (stopped) return stopped;
  const placed = placeParts(payout, transactions, whereOf);
  if (!('parts' in placed)) return placed;
  const { parts } = placed;
  const counts = parts.map(lineCount);
  const split = depositSplit(
    counts.reduce((all, each) => all + each, 0),
    counts.reduce((widest, each) => Math.max(widest, each), 1),
    limit,
  );
  const dealt = Array.from({ length: split.of }, (): PlacedPart[] => []);
  parts.forEach((each, index) => {
    const number = split.place({ net: parseDecimal(each.part.net), lines: counts[index] ?? 1 });
    dealt[number - 1]?.push(each);
  });
  const negative = negativeHold(payout, split.totals());
  if (negative) return negative;
  return {
    deposits: dealt.map((each, index) => toDeposit(payout, { number: index + 1, of: split.of }, each, ctx)),
  };
}

/** How many lines a part has beside its fees, for `depositSplit`. */
export const lineCount = ({ part, where }: PlacedPart): number =>
  SITTING_KINDS.has(part.kind) && 'sits' in where ? where.sits.length : 1;

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
  return sums.held() ?? lacking.outcome() ?? { parts };
}

/** Takes in where each part is and says at the end which are missing. */
export function unaccounted(payout: StripePayout): {
  add(part: PayoutPart, where: Whereabouts): void;
  outcome(): Hold | PartsWait | undefined;
} {
  let made = ZERO;
  let first: { charge: string; amount: Decimal; reason: string } | undefined;
  let more = 0;
  let waitsOn: string | undefined;
  return {
    add(part, where) {
      made = made.plus(parseDecimal(part.net));
      const lack = SITTING_KINDS.has(part.kind) ? unmatched(part, where) : undefined;
      if (lack === undefined) return;
      const amount = parseDecimal(part.amount);
      made = made.minus(amount);
      if (lack.on !== undefined) waitsOn ??= lack.on;
      else if (first === undefined) first = { charge: part.source ?? part.id, amount, reason: lack.reason };
      else more += 1;
    },
    outcome() {
      if (first !== undefined) {
        const reason = more === 0 ? first.reason : `${first.reason} (and ${more} more)`;
        return unequal(payout, made, { ...first, reason });
      }
      return waitsOn === undefined ? undefined : { wait: waitsOn };
    },
  };
}

/** QuickBooks takes no negative deposit: refunds in a payout above its line limit may outweigh what stands beside them. */
export function negativeHold(payout: StripePayout, totals: readonly Decimal[]): Hold | undefined {
  const negative = totals.find((total) => total.isNegative() && !total.isZero());
  return negative === undefined
    ? undefined
    : hold('payout_part', {
        po: payout.id,
        category: 'deposit below zero',
        x: `${formatAmount(negative)} ${payout.currency}`,
      });
}

/**
 * One Deposit of a payout (postings.md §10.3), dated the day the money reaches the bank:
 *
 *   {"DepositToAccountRef":{"value":"35"},"TxnDate":"2026-12-02","PrivateNote":"Run a Call po_1Nabc","Line":[
 *    {"Amount":179.70,"DetailType":"DepositLineDetail","Description":"RAC-1041 Dana Ruiz","DepositLineDetail":{…}},
 *    {"Amount":-8.71,"DetailType":"DepositLineDetail","Description":"Stripe processing fees, 2 payments",…}]}
 *
 * The parts come one at a time; their nets are the deposit's total. Throws when the accounts or the place of a part are
 * missing, and when its lines do not make that total: {@link payoutHold} and {@link unaccounted} were not asked.
 */
export function toDeposit(
  payout: StripePayout,
  { number, of }: DepositNumber,
  parts: Iterable<PlacedPart>,
  ctx: MappingContext,
): MappedRecord {
  const accounts = payoutAccounts(ctx);
  if ('missing' in accounts) throw new Error('a payout without its accounts');
  const lines = depositLines(parts, accounts);
  return depositOf(payout, depositId(payout.id, number), of === 1 ? '' : `(${number}/${of})`, lines, ctx);
}

/** The record of one deposit. `words` stand behind the marker. */
export function depositOf(
  payout: StripePayout,
  id: string,
  words: string,
  lines: readonly DepositLine[],
  ctx: MappingContext,
): MappedRecord {
  const bank = ctx.values['payments.payoutAccount'];
  if (bank === null) throw new Error('a payout without its accounts');
  const after = [...new Set(lines.flatMap((line) => line.after))];
  return {
    resource: 'Deposit',
    how: DEPOSIT_HOW,
    body: printBody({
      DepositToAccountRef: idTo(bank.id),
      TxnDate: payout.arrivalDate,
      CurrencyRef: ctx.profile.multiCurrency ? idTo(payout.currency) : undefined,
      PrivateNote: words === '' ? marker(id) : `${marker(id)} ${words}`,
      GlobalTaxCalculation: ctx.profile.country === 'US' ? undefined : 'NotApplicable',
      Line: lines.map(({ body }) => body),
    }),
    find: find(payout, id),
    ...(after.length === 0 ? {} : { after }),
    expect: {
      TotalAmt: formatAmount(sum(lines.map(({ amount }) => amount))),
      TxnDate: payout.arrivalDate,
      'DepositToAccountRef.value': bank.id,
    },
    warnings: [],
  };
}

/** Payments and refunds as they came, then the fees by kind, then the account's own fees. */
export function depositLines(parts: Iterable<PlacedPart>, accounts: PayoutAccounts): DepositLine[] {
  const money: DepositLine[] = [];
  const own: DepositLine[] = [];
  const fees = feeLines();
  let net = ZERO;
  for (const { part, where } of parts) {
    (part.kind === 'account_fee' ? own : money).push(...linesOf(part, where, accounts));
    fees.add(part);
    net = net.plus(parseDecimal(part.net));
  }
  const lines = [...money, ...fees.lines(accounts.fees), ...own];
  if (!sum(lines.map(({ amount }) => amount)).equals(net)) throw new Error('the lines do not make the parts');
  return lines;
}

/** `payout_exists` when one of these deposits, which are not ours, may have been entered by hand for the payout (§12). */
export function payoutExists(
  payout: StripePayout,
  deposits: readonly BankDeposit[],
  ctx: MappingContext,
): Hold | undefined {
  const bank = ctx.values['payments.payoutAccount'];
  if (bank === null) return undefined;
  const ours = { bankId: bank.id, total: payout.amount, date: payout.arrivalDate };
  const found = deposits.find((deposit) => mayBeByHand(ours, deposit));
  const x = formatAmount(parseDecimal(payout.amount));
  return found && hold('payout_exists', { x, date: found.date, bank: bank.name, po: payout.id });
}
