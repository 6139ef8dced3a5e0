import { type Decimal, formatAmount, ZERO } from '@qbo-sync/money/decimal';
import type { DriftCause } from './compare';

/** One account, or one customer's receivables: what Run a Call says, what the books say, and what others entered there. */
export interface AccountLine {
  readonly account: string;
  readonly expected: string;
  readonly found: string;
  readonly difference: string;
  /** Moved by documents that are none of ours: no difference. */
  readonly others: string;
  readonly byCause: Readonly<Partial<Record<DriftCause, string>>>;
}

interface Sums {
  expected: Decimal;
  found: Decimal;
  others: Decimal;
  readonly causes: Map<DriftCause, Decimal>;
}

/** Sums by account or customer while documents pass by. */
export class Ledger {
  private readonly sums = new Map<string, Sums>();

  add(account: string, expected: Decimal, found: Decimal, cause: DriftCause | undefined): void {
    const sums = this.of(account);
    sums.expected = sums.expected.plus(expected);
    sums.found = sums.found.plus(found);
    const off = found.minus(expected);
    if (cause !== undefined && !off.isZero()) sums.causes.set(cause, (sums.causes.get(cause) ?? ZERO).plus(off));
  }

  addOthers(account: string, amount: Decimal): void {
    const sums = this.of(account);
    sums.others = sums.others.plus(amount);
  }

  lines(): AccountLine[] {
    return [...this.sums]
      .map(([account, { expected, found, others, causes }]) => ({
        account,
        expected: formatAmount(expected),
        found: formatAmount(found),
        difference: formatAmount(found.minus(expected)),
        others: formatAmount(others),
        byCause: Object.fromEntries([...causes].map(([cause, amount]) => [cause, formatAmount(amount)])),
      }))
      .sort((a, b) => (a.account < b.account ? -1 : 1));
  }

  private of(account: string): Sums {
    const known = this.sums.get(account);
    if (known !== undefined) return known;
    const sums: Sums = { expected: ZERO, found: ZERO, others: ZERO, causes: new Map() };
    this.sums.set(account, sums);
    return sums;
  }
}
