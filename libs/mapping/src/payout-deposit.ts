import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { type Decimal, formatAmount, parseDecimal, sum, ZERO } from '@qbo-sync/money/decimal';
import { idTo, type MappedRecord, type MappingContext, marker, printBody } from './document';
import { type DepositLine, feeLines, linesOf, type PayoutAccounts, type Whereabouts } from './payout-lines';
import type { PayoutPart } from './payout-part';

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

/** `po_1`, `po_1/2`, …: the id in the ref and in the marker. */
export const depositId = (payout: string, number: number): string => (number === 1 ? payout : `${payout}/${number}`);

/** The lines of a deposit as they are sent; of thousands only their text is kept. */
export interface DepositLines {
  readonly lines: readonly string[];
  readonly total: Decimal;
  /** What must be in QuickBooks before. */
  readonly after: readonly string[];
}

/** Payments and refunds as they came, then the fees by kind, then the account's own fees. */
export function depositLines(parts: Iterable<PlacedPart>, accounts: PayoutAccounts): DepositLine[] {
  const under = depositUnderWay(accounts, (line) => line);
  for (const each of parts) under.add(each);
  return under.lines();
}

/** A deposit whose parts come one at a time. */
export interface DepositUnderWay<Line> {
  add(placed: PlacedPart): void;
  /** Throws when its lines do not make its parts: the place of one was missing. */
  lines(): Line[];
}

/** `keep`: what of each line is kept until the end. */
function depositUnderWay<Line>(accounts: PayoutAccounts, keep: (line: DepositLine) => Line): DepositUnderWay<Line> {
  const money: Line[] = [];
  const own: Line[] = [];
  const fees = feeLines();
  let net = ZERO;
  let made = ZERO;
  const kept = (line: DepositLine): Line => {
    made = made.plus(line.amount);
    return keep(line);
  };
  return {
    add({ part, where }) {
      const into = part.kind === 'account_fee' ? own : money;
      for (const line of linesOf(part, where, accounts)) into.push(kept(line));
      fees.add(part);
      net = net.plus(parseDecimal(part.net));
    },
    lines() {
      const lines = [...money, ...fees.lines(accounts.fees).map(kept), ...own];
      if (!made.equals(net)) throw new Error('the lines do not make the parts');
      return lines;
    },
  };
}

/** A deposit of which only the text of its lines is kept. */
export function depositInText(accounts: PayoutAccounts): {
  add(placed: PlacedPart): void;
  lines(): DepositLines;
} {
  const after = new Set<string>();
  let total = ZERO;
  const under = depositUnderWay(accounts, (line) => {
    total = total.plus(line.amount);
    for (const ref of line.after) after.add(ref);
    return printBody(line.body);
  });
  return {
    add: (placed) => under.add(placed),
    lines: () => ({ lines: under.lines(), total, after: [...after] }),
  };
}

/** Lines that are all there at once. */
export const inText = (lines: readonly DepositLine[]): DepositLines => ({
  lines: lines.map(({ body }) => printBody(body)),
  total: sum(lines.map(({ amount }) => amount)),
  after: [...new Set(lines.flatMap((line) => line.after))],
});

/**
 * One Deposit of a payout (postings.md §10.3), dated the day the money reaches the bank; `words` stand behind the marker.
 *
 *   {"DepositToAccountRef":{"value":"35"},"TxnDate":"2026-12-02","PrivateNote":"Run a Call po_1Nabc","Line":[
 *    {"Amount":179.70,"DetailType":"DepositLineDetail","Description":"RAC-1041 Dana Ruiz","DepositLineDetail":{…}},
 *    {"Amount":-8.71,"DetailType":"DepositLineDetail","Description":"Stripe processing fees, 2 payments",…}]}
 */
export function depositOf(
  payout: StripePayout,
  id: string,
  words: string,
  { lines, total, after }: DepositLines,
  ctx: MappingContext,
): MappedRecord {
  const bank = ctx.values['payments.payoutAccount'];
  if (bank === null) throw new Error('a payout without its accounts');
  const head = printBody({
    DepositToAccountRef: idTo(bank.id),
    TxnDate: payout.arrivalDate,
    CurrencyRef: ctx.profile.multiCurrency ? idTo(payout.currency) : undefined,
    PrivateNote: words === '' ? marker(id) : `${marker(id)} ${words}`,
    GlobalTaxCalculation: ctx.profile.country === 'US' ? undefined : 'NotApplicable',
  });
  return {
    resource: 'Deposit',
    how: DEPOSIT_HOW,
    body: `${head.slice(0, -1)},"Line":[${lines.join(',')}]}`,
    find: find(payout, id),
    ...(after.length === 0 ? {} : { after }),
    expect: {
      TotalAmt: formatAmount(total),
      TxnDate: payout.arrivalDate,
      'DepositToAccountRef.value': bank.id,
    },
    warnings: [],
  };
}
