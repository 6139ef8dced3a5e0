import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import { type Cents, cents, divideHalfUp, isExactPercent, money, percentOf, sum } from '../books/cents';
import type { PlayedRate } from './companies';

/**
 * One invoice as Run a Call keeps it: whatever changes, the sums are made again by the rules of events.md.
 *
 *   subtotal = Σ lines · total = subtotal − discount + taxTotal + tip · tax rounded half up per rate
 */
export class Bill {
  private paid: Cents = 0n;

  constructor(
    readonly data: Invoice,
    private readonly rates: readonly PlayedRate[],
    /** The discount comes off before tax. */
    private readonly discountBeforeTax: boolean,
  ) {
    this.reckon();
  }

  get balance(): Cents {
    return cents(this.data.balance);
  }

  get total(): Cents {
    return cents(this.data.total);
  }

  get paidSoFar(): Cents {
    return this.paid;
  }

  setLines(lines: Line[]): void {
    this.data.lines = lines;
    this.reckon();
  }

  addTip(tip: Cents): void {
    this.data.tip = money(cents(this.data.tip ?? '0') + tip);
    this.reckon();
  }

  /** Money came in (or, negative, turned out never to have come). `on` is the accounting day of a last payment. */
  receive(amount: Cents, on: string): void {
    this.paid += amount;
    this.reckon();
    if (this.balance === 0n) this.data.paidOn = on;
    else delete this.data.paidOn;
  }

  private reckon(): void {
    const subtotal = sum(this.data.lines.map((line) => cents(line.amount)));
    const discount = cents(this.data.discount?.amount ?? '0');
    this.data.taxes = this.taxes(subtotal, discount);
    const taxTotal = sum(this.data.taxes.map((tax) => cents(tax.amount)));
    const total = subtotal - discount + taxTotal + cents(this.data.tip ?? '0');
    this.data.subtotal = money(subtotal);
    this.data.taxTotal = money(taxTotal);
    this.data.total = money(total);
    this.data.balance = money(total - this.paid);
  }

  private taxes(subtotal: Cents, discount: Cents): Invoice['taxes'] {
    return this.rates.flatMap((rate) => {
      const lines = this.data.lines.filter((line) => line.taxRateId === rate.id);
      if (lines.length === 0) return [];
      const base = sum(lines.map((line) => cents(line.amount)));
      const share = this.discountBeforeTax && subtotal > 0n ? divideHalfUp(discount * base, subtotal) : 0n;
      return [
        {
          taxRateId: rate.id,
          taxableAmount: money(base - share),
          amount: money(percentOf(base - share, rate.percentage)),
        },
      ];
    });
  }
}

/** True when the tax of an amount is a cent off where each part of the rate is rounded by itself. */
export function roundsInParts(amount: Cents, { percentage, components }: PlayedRate): boolean {
  return sum(components.map((part) => percentOf(amount, part.percentage))) !== percentOf(amount, percentage);
}

/**
 * True when the tax of these lines is the same whether it is rounded per line, per rate or per document. How
 * QuickBooks rounds where it computes the tax is not established, so days stay where it cannot matter.
 */
export function hasExactTax(lines: readonly Line[], rates: readonly PlayedRate[]): boolean {
  return lines.every((line) => {
    const rate = rates.find(({ id }) => id === line.taxRateId);
    return rate === undefined || isExactPercent(cents(line.amount), rate.percentage);
  });
}
