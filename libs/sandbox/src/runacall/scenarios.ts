import { cents, type Cents } from '../books/cents';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { CompanyDay } from './company-day';
import { TWIN_NAME } from './customers';
import { NOUNS } from './journal';

/**
 * What happens in a field-service company, one small story each. `late` acts wait until the books have caught up:
 * what they change must be there first, or the same acts would mean something else.
 */
export type Scenario = (day: CompanyDay) => void;

const part = (amount: Cents, of: bigint): Cents => amount / of;
const half = (amount: Cents): Cents => part(amount, 2n);

/** Where QuickBooks works the tax of a receipt out itself, amounts of which any quarter is taxed to the cent. */
const evenly = ({ company }: CompanyDay): { plain: boolean; round: boolean } => {
  const even = company.tax !== 'automated';
  return { plain: even, round: even };
};

/** Somebody who is not exempt. */
const taxable = ({ customers, prng }: CompanyDay): { customer: Customer } => ({
  customer: prng.pick(customers.filter(({ taxExempt }) => !taxExempt)),
});

/** A customer pays another's invoice with their own. */
function paidForTwo(day: CompanyDay, method: 'check' | 'stripe'): void {
  const [one, other] = day.prng.shuffled(day.customers.filter(({ parentId }) => parentId === undefined));
  const first = day.send({ customer: one! });
  const second = day.send({ customer: other! });
  day.collect(
    one!.id,
    [
      [first, first.balance],
      [second, second.balance],
    ],
    0n,
    { phase: 'late', method },
  );
}

export const SCENARIOS = {
  open: (day) => void day.send(),
  paid: (day) => void day.pay(day.send()),
  'part paid': (day) => {
    const bill = day.send();
    day.collect(bill.data.customerId, [[bill, half(bill.balance)]], 0n);
  },
  'paid in two': (day) => {
    const bill = day.send();
    day.collect(bill.data.customerId, [[bill, half(bill.balance)]], 0n);
    day.pay(bill);
  },
  'two invoices, one check': (day) => {
    const first = day.send();
    const customer = day.customers.find(({ id }) => id === first.data.customerId);
    const second = day.send(customer === undefined ? {} : { customer });
    day.collect(
      first.data.customerId,
      [
        [first, first.balance],
        [second, second.balance],
      ],
      0n,
      { method: 'check' },
    );
  },
  'lowered, then paid': (day) => {
    const bill = day.send({ plain: true });
    const agreed = bill.data.lines;
    day.requantify(bill, 3);
    day.say(bill, 'updated');
    bill.setLines(agreed);
    bill.data.customerMemo = 'Corrected, with apologies';
    day.say(bill, 'updated');
    day.pay(bill, { phase: 'late' });
  },
  'raised, paid when the books know': (day) => {
    const bill = day.send({ plain: true });
    day.requantify(bill, 2);
    day.say(bill, 'updated');
    day.pay(bill, { phase: 'late' });
  },
  'memo changed, left open': (day) => {
    const bill = day.send();
    bill.data.customerMemo = 'Please pay at the office';
    day.say(bill, 'updated');
  },
  voided: (day) => day.void(day.send()),
  'voided late': (day) => day.void(day.send(), 'late'),
  'paid, memo changed at once': (day) => {
    const bill = day.send();
    day.pay(bill);
    bill.data.customerMemo = 'Paid, with thanks';
    day.say(bill, 'updated', 'day', true);
  },
  'half paid, the rest next month': (day) => {
    const bill = day.send();
    day.collect(bill.data.customerId, [[bill, half(bill.balance)]], 0n, { method: 'stripe' });
    day.pay(bill, { phase: 'late' });
  },
  'posted before it is paid': (day) => day.choose(day.send(), 'post-now'),
  'sent late for a closed day': (day) => {
    const bill = day.send({ phase: 'late', forgotten: true });
    day.choose(bill, `date ${day.calendar.day('late', 1)}`);
  },
  'voided in closed books': (day) => {
    const bill = day.send();
    day.void(bill, 'late');
    day.choose(bill, 'credit-memo');
  },
  'changed in closed books': (day) => {
    const bill = day.send({ plain: true });
    day.requantify(bill, 2);
    day.say(bill, 'updated', 'late');
    day.choose(bill, 'leave');
  },
  'an unmapped rate': (day) => {
    const rate = day.company.rates.at(-1);
    day.pay(day.send({ plain: true, rates: rate === undefined ? [] : [rate], ...taxable(day) }));
  },
  'two rates on one invoice': (day) =>
    void day.send({ plain: true, rates: [day.company.rates[0]!, day.company.rates.at(-1)!], ...taxable(day) }),
  'two rates, one code': (day) => {
    // Of equal amounts the rate between the two takes as much as both.
    const [high, between, low] = day.company.rates;
    const bill = day.send({ plain: true, alike: true, rates: [high!, low!], ...taxable(day) });
    day.choose(bill, `code ${between!.id}`, 'day');
    day.pay(bill, { phase: 'late' });
  },
  'two rates, paid': (day) =>
    void day.pay(day.send({ plain: true, rates: [day.company.rates[0]!, day.company.rates.at(-1)!], ...taxable(day) })),
  'a cent off': (day) => {
    const rate = day.company.rates.find(({ components }) => components.length > 1);
    day.pay(day.send({ plain: true, oddCent: true, rates: rate === undefined ? [] : [rate], ...taxable(day) }));
  },
  'exempt, taxed by mistake': (day) => {
    const customer = day.customers.find(({ taxExempt }) => taxExempt)!;
    day.send({ customer, taxedAnyway: true, plain: true, rates: [day.company.rates[0]!, day.company.rates[0]!] });
  },
  'prepaid, applied by itself': (day) => {
    const customer = day.admit(day.book.person());
    const bill = day.send({ customer });
    day.collect(customer.id, [], half(bill.balance), { phase: 'late' });
  },
  'tip when sent': (day) => void day.pay(day.send({ tip: true })),
  'tip while paying': (day) => {
    const bill = day.send();
    const tip = BigInt(day.prng.between(2, 25)) * 100n;
    bill.addTip(tip);
    day.say(bill, 'updated');
    day.pay(bill, { phase: 'late' });
  },
  subscription: (day) => void day.pay(day.send({ subscription: true })),
  prepayment: (day) => {
    const customer = day.prng.pick(day.customers);
    day.collect(customer.id, [], BigInt(day.prng.between(10, 400)) * 100n);
  },
  'paid too much': (day) => {
    const bill = day.send();
    day.collect(bill.data.customerId, [[bill, bill.balance]], 2500n);
  },
  'cash entered in error': (day) => {
    const bill = day.send();
    day.undone(day.pay(bill, { method: 'cash' }), bill, 'entered-in-error', 'day');
  },
  'check entered in error, late': (day) => {
    const bill = day.send();
    day.undone(day.pay(bill, { method: 'check' }), bill, 'entered-in-error', 'late');
  },
  'customer edited': (day) => {
    const customer = day.admit(day.book.person());
    day.journal.say(NOUNS.customer, 'updated', { ...customer, email: `new.${customer.email}` });
    day.customers.push({ ...customer, email: `new.${customer.email}` });
  },
  'customer note': (day) => {
    const customer = day.prng.pick(day.customers);
    customer.notes = `Called again (${day.prng.token(4)})`;
    day.journal.say(NOUNS.customer, 'updated', customer);
  },
  'site added': (day) => {
    const customer = day.prng.pick(day.customers);
    const site = { id: `adr_${day.prng.token(4)}`, name: 'Second site', address: day.book.address() };
    customer.serviceAddresses = [...(customer.serviceAddresses ?? []), site];
    day.journal.say(NOUNS.customer, 'updated', customer);
  },
  'price raised': (day) => {
    const item = day.prng.pick(day.items);
    item.unitPrice = `${day.prng.between(5, 300)}.00`;
    item.description = `${item.name}, new price`;
    day.journal.say(NOUNS.item, 'updated', item);
  },
  'customer left': (day) => {
    const customer = day.admit(day.book.person());
    day.journal.say(NOUNS.customer, 'deactivated', { ...customer, active: false }, { phase: 'late' });
  },
  'customers merged': (day) => {
    const customer = day.admit(day.book.person());
    const winner = day.prng.pick(day.customers);
    const extra = { mergedIntoId: winner.id };
    day.journal.say(NOUNS.customer, 'merged', { ...customer, active: false }, { phase: 'late', extra });
  },
  'twin customer': (day) => {
    const twin = day.admit(day.book.named(TWIN_NAME, 'residential'), 'late');
    day.pay(day.send({ customer: twin, phase: 'late' }), { phase: 'late' });
  },
  'left owing': (day) => {
    const customer = day.admit(day.book.person());
    day.send({ customer });
    day.journal.say(NOUNS.customer, 'deactivated', { ...customer, active: false }, { phase: 'late' });
  },
  'number too long': (day) => void day.send({ number: 'RAC-2026-AUSTIN-NORTH-000917' }),
  'void of a paid invoice': (day) => {
    const bill = day.send();
    day.pay(bill);
    day.void(bill, 'late');
  },
  'part refunded': (day) => {
    const bill = day.send(evenly(day));
    day.refund(day.pay(bill, { method: 'stripe' }), part(bill.total, 4n), 'reduce-sale', bill);
  },
  'refunded in two': (day) => {
    const bill = day.send({ plain: true, round: true });
    const payment = day.pay(bill, { method: 'stripe' });
    const first = part(bill.total, 4n);
    day.refund(payment, first, 'reduce-sale', bill);
    day.refund(payment, bill.total - first, 'reduce-sale', bill);
  },
  'card refund that failed': (day) => {
    const bill = day.send(evenly(day));
    const payment = day.pay(bill, { method: 'stripe' });
    day.refund(payment, part(bill.total, 4n), 'reduce-sale', bill);
    day.refundFailed(payment, bill);
  },
  'refunded from the till': (day) => {
    const bill = day.send();
    day.refund(day.pay(bill, { method: 'cash' }), bill.total, 'reduce-sale', bill);
  },
  'refunded, owes again': (day) => {
    const bill = day.send();
    day.refund(day.pay(bill, { method: 'stripe' }), half(bill.total), 'reopen-invoice', bill);
  },
  'refund that failed': (day) => {
    const bill = day.send(evenly(day));
    const payment = day.pay(bill, { method: 'check' });
    day.refund(payment, part(bill.total, 4n), 'reduce-sale', bill, 'day');
    day.refundFailed(payment, bill);
  },
  'refund that failed, nothing owed again': (day) => {
    const bill = day.send();
    const payment = day.pay(bill, { method: 'cash' });
    day.refund(payment, half(bill.total), 'reopen-invoice', bill, 'day');
    day.refundFailed(payment, bill);
  },
  'prepayment returned': (day) => {
    const customer = day.prng.pick(day.customers);
    const payment = day.collect(customer.id, [], BigInt(day.prng.between(10, 400)) * 100n, { method: 'stripe' });
    day.refund(payment, cents(payment.amount), 'return-credit');
  },
  'check returned': (day) => {
    const bill = day.send();
    day.undone(day.pay(bill, { method: 'check' }), bill, 'returned', 'late');
  },
  'transfer failed': (day) => {
    const bill = day.send();
    day.undone(day.pay(bill, { method: 'ach' }), bill, 'failed', 'late');
  },
  'transfer of the new month failed': (day) => {
    const bill = day.send({ phase: 'late' });
    day.undone(day.pay(bill, { phase: 'late', method: 'ach' }), bill, 'failed', 'late');
  },
  'one check for two customers': (day) => paidForTwo(day, 'check'),
  'one card for two customers': (day) => paidForTwo(day, 'stripe'),
  'prepayment used later': (day) => {
    const bill = day.send();
    const payment = day.collect(bill.data.customerId, [], half(bill.balance));
    const allocations = [{ invoiceId: bill.data.id, amount: payment.amount }];
    day.journal.say(NOUNS.payment, 'updated', { ...payment, allocations }, { phase: 'late' });
    day.settle(bill, cents(payment.amount), payment.collectedOn, 'late');
  },
} satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;
