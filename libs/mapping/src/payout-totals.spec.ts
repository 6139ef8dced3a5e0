import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { parseDecimal } from '@qbo-sync/money/decimal';
import * as fc from 'fast-check';
import { cents, money, readBody } from './books.fixtures';
import { US } from './context.fixtures';
import type { MappedRecord } from './document';
import { payoutFold, type WhereOf } from './payout';
import { toNegativePayout } from './payout-entry';
import type { Sitting } from './payout-lines';
import { depositSplit, DEPOSIT_LINE_LIMIT } from './payout-split';
import { payoutSums } from './payout-sums';
import { PO_1, toDeposits, transaction } from './payout.fixtures';

/** A transaction in cents, by integers alone: nothing of the code under test makes it. */
interface Made {
  readonly of: keyof typeof SHAPES;
  readonly amount: bigint;
  readonly fee: bigint;
  /** Of a charge: the part of it that is another customer's. */
  readonly split: bigint;
  readonly isUndeposited: boolean;
  /** Its money is somewhere; else nobody knows it, or it is on its way. */
  readonly isThere: boolean;
}
const SHAPES = {
  charge: { type: 'charge', category: 'charge', prefix: 'ch', sign: 1n },
  ach: { type: 'payment', category: 'charge', prefix: 'py', sign: 1n },
  refund: { type: 'refund', category: 'refund', prefix: 're', sign: -1n },
  bounced: { type: 'refund_failure', category: 'refund_failure', prefix: 're', sign: 1n },
  failure: { type: 'payment_failure_refund', category: 'charge_failure', prefix: 'pyr', sign: -1n },
  dispute: { type: 'adjustment', category: 'dispute', prefix: 'dp', sign: -1n },
  won: { type: 'adjustment', category: 'dispute_reversal', prefix: 'dp', sign: 1n },
  returned: { type: 'payout_failure', category: 'payout_reversal', prefix: 'po', sign: 1n },
  earlier: { type: 'payout', category: 'payout', prefix: 'po', sign: -1n },
  fee: { type: 'stripe_fee', category: 'fee', prefix: '', sign: -1n },
  strange: { type: 'topup', category: 'topup', prefix: 'tu', sign: 1n },
} as const;

const made = (kinds: readonly Made['of'][]): fc.Arbitrary<Made> =>
  fc.record({
    of: fc.constantFrom(...kinds),
    amount: fc.bigInt(1n, 500_000n),
    fee: fc.bigInt(-100n, 2_000n),
    split: fc.bigInt(0n, 100n),
    isUndeposited: fc.boolean(),
    isThere: fc.constant(true),
  });
const USUAL = [
  ...(['charge', 'charge', 'charge', 'ach', 'refund', 'bounced', 'failure'] as const),
  ...(['dispute', 'won', 'fee', 'returned', 'earlier'] as const),
] as const;

const signed = ({ of, amount }: Made): bigint => amount * SHAPES[of].sign;
const feeOf = ({ of, fee }: Made): bigint => (of === 'fee' ? 0n : fee);
const netOf = (each: Made): bigint => signed(each) - feeOf(each);
const total = (all: readonly Made[]): bigint => all.reduce((sum, each) => sum + netOf(each), 0n);

const transactionOf = (each: Made, index: number): StripeTransaction => {
  const { type, category, prefix } = SHAPES[each.of];
  const fee = feeOf(each);
  return transaction({
    id: `txn_${index}`,
    type,
    category,
    amount: money(signed(each)),
    fee: money(fee),
    fees: fee === 0n ? [] : [{ kind: 'stripe_fee', amount: money(fee) }],
    net: money(netOf(each)),
    source: prefix === '' ? null : `${prefix}_${index}`,
  });
};

const sitsOf = (each: Made, index: number): Sitting[] => {
  const whole = signed(each);
  const other = each.of === 'charge' || each.of === 'ach' ? (whole * each.split) / 100n : 0n;
  const place = {
    txnType: 'Payment',
    text: `no. ${index}`,
    in: each.isUndeposited ? 'undeposited' : CLEARING,
  } as const;
  return [whole - other, other]
    .filter((amount) => amount !== 0n)
    .map((amount, part) => ({ ...place, ref: `payment:pay_${index}/${part}`, amount: money(amount) }));
};
const CLEARING = { id: '91', name: 'Stripe clearing' };

const payoutOf = (amount: bigint): StripePayout => ({ ...PO_1, amount: money(amount) });
/** Each by its place among all: what has no source is found by nobody, a refund that failed is in no record. */
const whereOf =
  (all: readonly Made[]): WhereOf =>
  ({ id }) => {
    const index = Number(id.replace('txn_', ''));
    const each = all[index];
    if (each === undefined) return { missing: 'unknown' };
    if (!each.isThere)
      return { missing: 'not in QuickBooks', ...(index % 2 === 0 ? {} : { on: `payment:pay_${index}` }) };
    return each.of === 'bounced' ? { account: CLEARING, text: `no. ${index}` } : { sits: sitsOf(each, index) };
  };
/** Kinds whose money is in records of ours. */
const HELD: readonly Made['of'][] = ['charge', 'ach', 'refund', 'failure', 'returned', 'earlier'];
const transactionsOf = (all: readonly Made[]): StripeTransaction[] => all.map(transactionOf);
const linesOf = (record: MappedRecord): bigint[] => (readBody(record).Line ?? []).map(({ Amount }) => cents(Amount));
const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((all, each) => all + each, 0n);

describe('any payout', () => {
  const RUNS = { numRuns: 300 };

  test('its deposits make it to the cent, none below zero and none above the line limit; or there is none', () => {
    let posted = 0;
    fc.assert(
      fc.property(
        fc.array(made(USUAL), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 8, max: 60 }),
        fc.constantFrom(0n, 0n, 0n, 1n),
        (all, limit, off) => {
          const amount = total(all) + off;
          const payout = payoutOf(amount);
          const mapped = toDeposits(payout, transactionsOf(all), whereOf(all), US, limit);
          if (!('deposits' in mapped)) {
            if (!('hold' in mapped)) throw new Error('nothing is on its way');
            expect(off !== 0n || amount < 0n || mapped.hold.params?.['category'] === 'deposit below zero').toBe(true);
            return;
          }
          posted += 1;
          expect(off).toBe(0n);
          const totals = mapped.deposits.map((each) => sumOf(linesOf(each)));
          expect(sumOf(totals)).toBe(amount);
          expect(mapped.deposits.map(({ expect: { TotalAmt } }) => TotalAmt)).toEqual(totals.map(money));
          expect(totals.every((each) => each >= 0n)).toBe(true);
          expect(mapped.deposits.every((each) => linesOf(each).length <= limit)).toBe(true);
          const refs = mapped.deposits.flatMap(({ body, after }) => [
            ...(body.match(/payment:pay_\d+\/\d/g) ?? []),
            ...(after ?? []),
          ]);
          const sits = all.flatMap((each, index) => (HELD.includes(each.of) ? sitsOf(each, index) : []));
          expect(refs.sort()).toEqual(sits.map(({ ref }) => ref).sort());
        },
      ),
      RUNS,
    );
    expect(posted).toBeGreaterThan(90);
  });

  test('with a part whose money is not in QuickBooks it is not made, whatever the sums say', () => {
    fc.assert(
      fc.property(fc.array(made(USUAL), { maxLength: 20 }), made([...HELD, 'bounced']), fc.nat(20), (all, one, at) => {
        const parts = [...all.slice(0, at), { ...one, isThere: false }, ...all.slice(at)];
        const payout = payoutOf(total(parts));
        expect('deposits' in toDeposits(payout, transactionsOf(parts), whereOf(parts), US)).toBe(false);
        expect('entry' in toNegativePayout(payout, transactionsOf(parts), whereOf(parts), US)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('what left and came back in it without a record changes nothing; one half of it alone is never posted', () => {
    const RE_0 = { missing: 'it failed', half: 'refund:re_0' };
    fc.assert(
      fc.property(fc.array(made(USUAL), { maxLength: 20 }), fc.bigInt(1n, 9_999n), fc.nat(20), (all, amount, at) => {
        const halves = (['refund', 'bounced'] as const).map((of) => {
          const made = transactionOf({ of, amount, fee: 0n, split: 0n, isUndeposited: true, isThere: true }, 0);
          return { ...made, id: `half_${of}` };
        });
        const parts = transactionsOf(all);
        const where: WhereOf = (part) => (part.id.startsWith('half_') ? RE_0 : whereOf(all)(part));
        const among = (some: typeof halves) => [...parts.slice(0, at), ...some, ...parts.slice(at)];
        const payout = payoutOf(total(all));
        expect(toDeposits(payout, among(halves), where, US, 10)).toEqual(toDeposits(payout, parts, where, US, 10));
        const one = payoutOf(total(all) - amount);
        expect('deposits' in toDeposits(one, among(halves.slice(0, 1)), where, US)).toBe(false);
        expect('entry' in toNegativePayout(one, among(halves.slice(0, 1)), where, US)).toBe(false);
        const entry = toNegativePayout(payout, among(halves), where, US);
        expect(entry).toEqual(toNegativePayout(payout, parts, where, US));
      }),
      { numRuns: 200 },
    );
  });

  test('with one transaction that is not posted it is held, whatever is beside it', () => {
    fc.assert(
      fc.property(fc.array(made(USUAL), { maxLength: 20 }), made(['strange']), fc.nat(20), (all, strange, at) => {
        const parts = [...all.slice(0, at), strange, ...all.slice(at)];
        const sums = payoutSums(payoutOf(total(parts)));
        parts.forEach((each, index) => sums.add(transactionOf(each, index)));
        expect(sums.held()?.hold.code).toBe('payout_part');
        const payout = payoutOf(total(parts));
        expect('deposits' in toDeposits(payout, transactionsOf(parts), whereOf(parts), US)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('§10.4 a negative one: its entry balances, takes the amount from the bank and leaves each account as a deposit would', () => {
    fc.assert(
      fc.property(fc.array(made(USUAL), { minLength: 1, maxLength: 20 }), (some) => {
        const all = some.map((each) => ({ ...each, isUndeposited: false }));
        const amount = total(all);
        fc.pre(amount < 0n);
        const payout = payoutOf(amount);
        const mapped = toNegativePayout(payout, transactionsOf(all), whereOf(all), US);
        if (!('entry' in mapped)) throw new Error('not made');
        const lines: {
          Amount: number;
          JournalEntryLineDetail: { PostingType: string; AccountRef: { value: string } };
        }[] = JSON.parse(mapped.entry.body).Line;
        const posted = lines.map(({ JournalEntryLineDetail: { PostingType, AccountRef } }, index) => {
          const size = linesOf(mapped.entry)[index] ?? 0n;
          expect(size > 0n).toBe(true);
          return [AccountRef.value, PostingType === 'Credit' ? size : -size] as const;
        });
        const at = (account: string) => sumOf(posted.filter(([id]) => id === account).map(([, size]) => size));
        const gross = (kinds: readonly Made['of'][]) => sumOf(all.filter(({ of }) => kinds.includes(of)).map(signed));
        expect(at('35')).toBe(-amount);
        expect(at('91')).toBe(gross([...HELD, 'bounced']));
        expect(at('93')).toBe(gross(['dispute', 'won']));
        expect(at('92')).toBe(gross(['fee']) - sumOf(all.map(feeOf)));
        expect(sumOf(posted.map(([, size]) => size))).toBe(0n);
      }),
      { numRuns: 300 },
    );
  });
});

describe('50,000 transactions', () => {
  const COUNT = 50_000;
  const madeAt = (index: number): Made => {
    const of = index % 50 === 0 ? 'refund' : 'charge';
    const amount = of === 'refund' ? 5_000n : BigInt(1_000 + (index % 7_919));
    return { of, amount, fee: of === 'refund' ? 0n : 59n, split: 0n, isUndeposited: false, isThere: true };
  };
  const all = function* (): Generator<Made> {
    for (let index = 0; index < COUNT; index += 1) yield madeAt(index);
  };

  test('six deposits that make the payout, part by part', () => {
    let amount = 0n;
    for (const each of all()) amount += netOf(each);
    const placeAt = (place: number): Sitting[] => sitsOf(madeAt(place), place);
    const fold = payoutFold(payoutOf(amount), ({ id }) => ({ sits: placeAt(Number(id.replace('txn_', ''))) }), US);
    let index = 0;
    for (const each of all()) fold.weigh(transactionOf(each, index++));
    expect(fold.stopped()).toBeUndefined();
    index = 0;
    for (const each of all()) fold.place(transactionOf(each, index++));
    const mapped = fold.deposits();
    if (!('deposits' in mapped)) throw new Error('not made');
    expect(mapped.deposits).toHaveLength(6);
    const totals = mapped.deposits.map((deposit, at) => {
      const lines = linesOf(deposit);
      expect(lines.length).toBeLessThanOrEqual(DEPOSIT_LINE_LIMIT);
      expect(JSON.parse(deposit.body).PrivateNote).toBe(
        `Run a Call po_1Nabc${at === 0 ? '' : `/${at + 1}`} (${at + 1}/6)`,
      );
      expect(deposit.expect['TotalAmt']).toBe(money(sumOf(lines)));
      return sumOf(lines);
    });
    expect(sumOf(totals)).toBe(amount);
    // Dealt evenly: no deposit is more than a charge away from another.
    expect(Math.max(...totals.map(Number)) - Math.min(...totals.map(Number))).toBeLessThan(10_000);
  });

  test('more lines than were announced are a bug', () => {
    const split = depositSplit(1, 1, 6);
    split.place({ net: parseDecimal('1'), lines: 2 });
    expect(() => split.place({ net: parseDecimal('1'), lines: 1 })).toThrow('more lines');
  });
});
