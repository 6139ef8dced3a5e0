import type { Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import { type Cents, cents, divideHalfUp, lineAmount, money, sum } from '../books/cents';
import { hasExactTax, roundsInParts } from './bill';
import { EQUIPMENT_CATEGORY, type PlayedCompany, type PlayedRate } from './companies';
import type { Prng } from './prng';

/** What an invoice of the day should show. */
export interface LineWish {
  readonly count: number;
  readonly exempt: boolean;
  readonly lineDiscount: boolean;
  /** Amounts so round that any tenth of them is taxed to the cent. */
  readonly round: boolean;
  readonly subscription: boolean;
  readonly withoutItem: boolean;
  readonly note: boolean;
  /** The rates of its taxed lines, in turn; none: the usual one, outside the US now and then another. */
  readonly rates: readonly PlayedRate[];
  /** All lines of one amount. */
  readonly alike: boolean;
  /** One line of an amount whose tax is another when it is rounded part by part. */
  readonly oddCent: boolean;
}

const QUANTITIES = ['1', '1', '1', '2', '3', '1.5', '0.75', '2.25', '4', '0.333'];
const ROUND_QUANTITIES = ['1', '2', '3'];

/** Writes the lines of invoices from the pricebook. */
export class LineWriter {
  constructor(
    private readonly company: PlayedCompany,
    private readonly items: readonly Item[],
    private readonly prng: Prng,
  ) {}

  write(wish: LineWish, day: string): Line[] {
    const lines: Line[] = [];
    const add = (line: Omit<Line, 'id'>): void => void lines.push({ id: `l${lines.length + 1}`, ...line });
    const [oddRate] = wish.rates;
    if (wish.oddCent && oddRate !== undefined) {
      add(this.oddCent(oddRate));
      return lines;
    }
    const same = wish.alike ? this.roundPrice() : undefined;
    for (let n = 0; n < wish.count; n += 1) {
      const line = this.priced(wish, day, wish.subscription && n === 0, n);
      add(same === undefined ? line : { ...line, quantity: '1', unitPrice: same, amount: same });
    }
    if (wish.withoutItem) {
      add(this.free('Trip to the supplier', undefined, wish));
      add(this.free('Custom sheet metal', EQUIPMENT_CATEGORY.id, wish));
    }
    if (wish.note) {
      add({
        kind: 'note',
        name: 'Note',
        description: 'Gate code “4711”, dog is friendly 🐕',
        quantity: '0',
        unitPrice: '0.00',
        amount: '0.00',
        taxable: false,
      });
    }
    if (wish.lineDiscount) add(this.discount(lines, wish));
    return lines;
  }

  /** The same lines with the first priced one at another quantity: more or less work than planned. */
  requantified(lines: readonly Line[], factor: 2 | 3): Line[] {
    let done = false;
    return lines.map((line) => {
      if (done || cents(line.amount) <= 0n) return line;
      done = true;
      const quantity = String(factor);
      const priced = { ...line, quantity, unitPrice: money(cents(line.amount)) };
      return { ...priced, amount: money(lineAmount(quantity, priced.unitPrice)) };
    });
  }

  private priced(wish: LineWish, day: string, membership: boolean, place: number): Omit<Line, 'id'> {
    const fitting = this.items.filter(({ kind }) =>
      membership ? kind === 'membership' : kind !== 'membership' || this.prng.chance(10),
    );
    const item = this.prng.pick(fitting);
    return this.untilExact(() => {
      const quantity = this.prng.pick(wish.round ? ROUND_QUANTITIES : QUANTITIES);
      const unitPrice = wish.round ? this.roundPrice() : item.unitPrice;
      return {
        kind: item.kind,
        itemId: item.id,
        name: item.name,
        ...(this.prng.chance(50) ? { description: `${item.name} as agreed` } : {}),
        quantity,
        unitPrice,
        amount: money(lineAmount(quantity, unitPrice)),
        ...this.taxOf((item.taxable || wish.rates.length > 1) && !wish.exempt, wish, place),
        ...(item.categoryId === undefined ? {} : { categoryId: item.categoryId }),
        ...(this.prng.chance(30) ? { servicedOn: day } : {}),
      };
    });
  }

  private free(name: string, categoryId: string | undefined, wish: LineWish): Omit<Line, 'id'> {
    return this.untilExact(() => {
      const unitPrice = this.roundPrice();
      return {
        kind: categoryId === undefined ? 'service' : 'material',
        name,
        quantity: '1',
        unitPrice,
        amount: money(lineAmount('1', unitPrice)),
        ...this.taxOf(!wish.exempt && this.prng.chance(70), wish),
        ...(categoryId === undefined ? {} : { categoryId }),
      };
    });
  }

  /** A tenth off a line, taxed as that line is. */
  private discount(lines: readonly Line[], wish: LineWish): Omit<Line, 'id'> {
    const of = this.prng.pick(lines.filter((line) => cents(line.amount) >= 100n));
    const off = wish.round ? cents(of.amount) / 10n : divideHalfUp(cents(of.amount), 20n);
    return {
      kind: 'discount',
      name: 'Loyal customer',
      quantity: '1',
      unitPrice: money(-off),
      amount: money(-off),
      taxable: of.taxable,
      ...(of.taxRateId === undefined ? {} : { taxRateId: of.taxRateId }),
    };
  }

  private oddCent(rate: PlayedRate): Omit<Line, 'id'> {
    let unitPrice: string;
    do unitPrice = money(BigInt(this.prng.between(2_000, 20_000)));
    while (!roundsInParts(cents(unitPrice), rate));
    const tax = { taxable: true, taxRateId: rate.id };
    return { kind: 'service', name: 'Fuses, odd lot', quantity: '1', unitPrice, amount: unitPrice, ...tax };
  }

  private taxOf(taxed: boolean, wish: LineWish, place = 0): Pick<Line, 'taxable' | 'taxRateId'> {
    const [usual, ...others] = this.company.rates;
    if (!taxed || usual === undefined) return { taxable: false };
    const wished = wish.rates[place % Math.max(1, wish.rates.length)];
    if (wished !== undefined) return { taxable: true, taxRateId: wished.id };
    const mayBeOther = this.company.tax === 'per line' && others.length > 0 && this.prng.chance(30);
    return { taxable: true, taxRateId: (mayBeOther ? this.prng.pick(others) : usual).id };
  }

  /** A multiple of 40.00: a tenth of it, and the tax on that, are whole cents. */
  private roundPrice(): string {
    return money(BigInt(this.prng.between(1, 20)) * 4000n);
  }

  private untilExact(draw: () => Omit<Line, 'id'>): Omit<Line, 'id'> {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const line = draw();
      if (
        cents(line.amount) > 0n &&
        (this.company.tax !== 'per line' || hasExactTax([{ id: '', ...line }], this.company.rates))
      )
        return line;
    }
    const unitPrice = this.roundPrice();
    return { ...draw(), quantity: '1', unitPrice, amount: unitPrice };
  }
}

/** A tenth of the lines. */
export function tenth(lines: readonly Line[]): Cents {
  return divideHalfUp(sum(lines.map((line) => cents(line.amount))), 10n);
}
