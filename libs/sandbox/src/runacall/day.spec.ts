import { check } from '@qbo-sync/contracts/validation';
import { EVENT_FAMILIES } from '@qbo-sync/contracts/runacall/event-types';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { readEvent } from '@qbo-sync/contracts/runacall/read-event';
import { dayOf } from '@qbo-sync/money/zone';
import { cents, isExactPercent, lineAmount, money, percentOf, sum } from '../books/cents';
import { EQUIPMENT_CATEGORY, PLAYED_COMPANIES } from './companies';
import { rowsPlayed } from '../books/posting-rows';
import { stamp } from './published-day';
import { planDay, type PlannedDay } from './day';
import type { DayEvent } from './journal';

const ANCHOR = '2026-11-21T02:30:00Z';
const SEEDS = Array.from({ length: 100 }, (_, n) => `seed-${n}`);

const once = (day: PlannedDay): DayEvent[] => [...new Set(day.events)];
const last = <T>(day: PlannedDay, noun: string): T[] => {
  const newest = new Map<string, DayEvent>();
  for (const event of once(day).filter((each) => each.noun === noun)) {
    const key = `${event.tenant}:${event.subject}`;
    if ((newest.get(key)?.sequence ?? 0) < event.sequence) newest.set(key, event);
  }
  return [...newest.values()].map(({ data }) => data as T);
};
const aggregates = (day: PlannedDay): DayEvent[][] => {
  const groups = new Map<string, DayEvent[]>();
  for (const event of once(day)) {
    const key = `${event.tenant}:${event.subject}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => a.sequence - b.sequence));
};

describe('a day of Run a Call, over 100 seeds', () => {
  const days = SEEDS.map((seed) => planDay(seed, ANCHOR, 'full'));

  test('is the same again from the same seed, and another from another', () => {
    const again = planDay('seed-7', ANCHOR, 'full');
    expect(JSON.stringify(again.events)).toBe(JSON.stringify(days[7]?.events));
    expect(JSON.stringify(days[8]?.events)).not.toBe(JSON.stringify(days[7]?.events));
  });

  test('has at least 40 customers, 60 items in categories, 120 invoices and 100 payments', () => {
    for (const day of days) {
      expect(last<Customer>(day, 'customer').length).toBeGreaterThanOrEqual(40);
      expect(last<Item>(day, 'item').filter(({ categoryId }) => categoryId).length).toBeGreaterThanOrEqual(60);
      expect(last<Invoice>(day, 'invoice').length).toBeGreaterThanOrEqual(120);
      expect(last<Payment>(day, 'payment').length).toBeGreaterThanOrEqual(100);
    }
  });

  test('speaks the wire contract: every event is read back as it was meant', () => {
    for (const day of days.slice(0, 10)) {
      for (const event of once(day)) {
        const { topic, key, headers, value } = stamp(event, '2026-11-21T02:31:00.000Z');
        const read = readEvent({ topic, key, headers, value: Buffer.from(value) });
        expect(read).toMatchObject({
          outcome: 'event',
          event: { id: event.id, change: event.change, sequence: event.sequence },
        });
      }
    }
  });

  test('gives every event its own id, and aggregates sequences without a gap', () => {
    for (const day of days) {
      expect(new Set(once(day).map(({ id }) => id)).size).toBe(once(day).length);
      const gaps = aggregates(day).filter((group) => group.some(({ sequence }, index) => sequence !== index + 1));
      expect(gaps).toEqual([]);
    }
  });

  test('keeps the sums of events.md in every invoice event', () => {
    const broken: string[] = [];
    for (const day of days) {
      for (const { id, data } of once(day).filter(({ noun }) => noun === 'invoice')) {
        const invoice = data as unknown as Invoice;
        const total =
          cents(invoice.subtotal) -
          cents(invoice.discount?.amount ?? '0') +
          cents(invoice.taxTotal) +
          cents(invoice.tip ?? '0');
        const rules = {
          amounts: invoice.lines.every((line) => line.amount === money(lineAmount(line.quantity, line.unitPrice))),
          negative: invoice.lines.every((line) => cents(line.amount) < 0n === (line.kind === 'discount')),
          taxed: invoice.lines.every((line) => line.taxable === (line.taxRateId !== undefined)),
          subtotal: cents(invoice.subtotal) === sum(invoice.lines.map(({ amount }) => cents(amount))),
          taxTotal: cents(invoice.taxTotal) === sum(invoice.taxes.map(({ amount }) => cents(amount))),
          total: cents(invoice.total) === total,
          rates: new Set(invoice.taxes.map(({ taxRateId }) => taxRateId)).size === invoice.taxes.length,
          paidOn: (invoice.paidOn === undefined) === (cents(invoice.balance) !== 0n),
          balance: cents(invoice.balance) >= 0n && cents(invoice.balance) <= cents(invoice.total),
        };
        for (const [rule, kept] of Object.entries(rules)) if (!kept) broken.push(`${id} ${rule}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test('rounds tax per rate; where QuickBooks computes it, per line and per rate agree', () => {
    const wrong: string[] = [];
    for (const day of days) {
      for (const { tenant, data } of once(day).filter(({ noun }) => noun === 'invoice')) {
        const company = PLAYED_COMPANIES.find(({ id }) => id === tenant)!;
        const invoice = data as unknown as Invoice;
        for (const tax of invoice.taxes) {
          const { percentage } = company.rates.find(({ id }) => id === tax.taxRateId)!;
          const bases = [
            tax.taxableAmount,
            ...invoice.lines.filter(({ taxRateId }) => taxRateId === tax.taxRateId).map(({ amount }) => amount),
          ];
          const exact = company.tax !== 'per line' || bases.every((base) => isExactPercent(cents(base), percentage));
          if (!exact || tax.amount !== money(percentOf(cents(tax.taxableAmount), percentage))) wrong.push(invoice.id);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('says the balance that its payments leave', () => {
    for (const day of days) {
      for (const company of day.companies) {
        const mine = once(day).filter(({ tenant }) => tenant === company.id);
        const only: PlannedDay = { ...day, companies: [company], events: mine };
        const applied = new Map<string, bigint>();
        for (const payment of last<Payment>(only, 'payment').filter(({ voidedOn }) => voidedOn === undefined)) {
          expect(sum(payment.allocations.map(({ amount }) => cents(amount)))).toBeLessThanOrEqual(
            cents(payment.amount),
          );
          for (const { invoiceId, amount } of payment.allocations)
            applied.set(invoiceId, (applied.get(invoiceId) ?? 0n) + cents(amount));
          for (const { effect, invoiceId = '', amount, status } of payment.refunds) {
            const owed = effect === 'reopen-invoice' && status === 'succeeded' ? cents(amount) : 0n;
            applied.set(invoiceId, (applied.get(invoiceId) ?? 0n) - owed);
          }
        }
        for (const invoice of last<Invoice>(only, 'invoice')) {
          expect(cents(invoice.total) - cents(invoice.balance)).toBe(applied.get(invoice.id) ?? 0n);
        }
      }
    }
  });

  test('follows every payment with the invoices it paid: paid at zero, else updated; a tip is part of the invoice', () => {
    const wrong: string[] = [];
    for (const day of days) {
      for (const collected of once(day).filter(({ noun, change }) => noun === 'payment' && change === 'collected')) {
        const payment = collected.data as unknown as Payment;
        const paid = payment.allocations.map(({ invoiceId }) =>
          once(day).filter(({ tenant, subject }) => tenant === collected.tenant && subject === invoiceId),
        );
        const says = paid.every((events) =>
          events.some(({ change, data }) => {
            const { balance, total } = data as unknown as Invoice;
            return cents(balance) === 0n ? change === 'paid' : change === 'updated' && cents(balance) < cents(total);
          }),
        );
        const shown = sum(
          paid.flatMap((events) => events.slice(-1)).map(({ data }) => cents((data as unknown as Invoice).tip ?? '0')),
        );
        if (!says || cents(payment.tip ?? '0') > shown) wrong.push(`${collected.tenant} ${payment.id}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('dates documents on the day of the anchor, in the company’s zone, or later', () => {
    const early: string[] = [];
    for (const day of days) {
      for (const { tenant, data, noun } of once(day)) {
        const first = dayOf(ANCHOR, PLAYED_COMPANIES.find(({ id }) => id === tenant)!.timeZone);
        const dates =
          noun === 'invoice'
            ? ['issuedOn', 'dueOn', 'paidOn', 'voidedOn']
            : noun === 'payment'
              ? ['collectedOn', 'voidedOn']
              : [];
        for (const field of dates)
          if (data[field] !== undefined && (data[field] as string) < first) early.push(`${noun} ${field}`);
      }
    }
    expect(early).toEqual([]);
    expect(dayOf(ANCHOR, 'America/Chicago')).toBe('2026-11-20');
  });

  test('publishes phases one after another, some events twice, topics out of order', () => {
    const order = ['rates', 'day', 'late'];
    for (const day of days) {
      const phases = day.events.map(({ phase }) => order.indexOf(phase));
      expect(phases).toEqual([...phases].sort((a, b) => a - b));
      expect(day.events.length).toBeGreaterThan(once(day).length + 5);
      const seen = new Set<string>();
      let early = 0;
      for (const { tenant, subject, noun, data } of day.events) {
        if (noun === 'payment')
          early += (data as unknown as Payment).allocations.filter(
            ({ invoiceId }) => !seen.has(`${tenant}:${invoiceId}`),
          ).length;
        if (noun === 'invoice' && !seen.has(`${tenant}:${(data as unknown as Invoice).customerId}`)) early += 1;
        seen.add(`${tenant}:${subject}`);
      }
      expect(early).toBeGreaterThanOrEqual(5);
    }
  });

  test('holds every ingredient', () => {
    for (const day of days) {
      const names = last<Customer>(day, 'customer').map(({ displayName }) => displayName);
      expect(names.filter((name) => name === 'Alex Morgan').length).toBe(2 * day.companies.length - 1);
      expect(names.some((name) => [...name].length === 120)).toBe(true);
      for (const sign of ['"', "'", ':', '🔥', 'é']) expect(names.some((name) => name.includes(sign))).toBe(true);
      const customers = last<Customer>(day, 'customer');
      expect(customers.some(({ parentId }) => parentId)).toBe(true);
      expect(customers.some(({ taxExempt }) => taxExempt)).toBe(true);
      const invoices = last<Invoice>(day, 'invoice');
      const lines = invoices.flatMap((invoice) => invoice.lines);
      expect(new Set(lines.map(({ kind }) => kind))).toEqual(
        new Set(['service', 'material', 'equipment', 'membership', 'fee', 'discount', 'note']),
      );
      expect(lines.some(({ itemId, categoryId }) => itemId === undefined && categoryId === EQUIPMENT_CATEGORY.id)).toBe(
        true,
      );
      expect(lines.some(({ quantity }) => quantity.includes('.'))).toBe(true);
      expect(lines.some(({ unitPrice }) => /\.\d{3,}/.test(unitPrice))).toBe(true);
      for (const field of [
        'discount',
        'tip',
        'voidedOn',
        'poNumber',
        'customerMemo',
        'membershipId',
        'paidOn',
      ] as const) {
        expect(invoices.some((invoice) => invoice[field] !== undefined)).toBe(true);
      }
      const payments = last<Payment>(day, 'payment');
      expect(new Set(payments.map(({ method }) => method)).size).toBeGreaterThanOrEqual(5);
      expect(payments.some(({ allocations }) => allocations.length === 0)).toBe(true);
      expect(payments.some(({ allocations }) => allocations.length === 2)).toBe(true);
      const refunds = payments.flatMap((payment) => payment.refunds);
      expect(new Set(refunds.map(({ effect }) => effect)).size).toBe(3);
      expect(payments.some((payment) => payment.refunds.length === 2)).toBe(true);
      expect(refunds.some(({ processorRefundId }) => processorRefundId === undefined)).toBe(true);
      expect(new Set(payments.map(({ voidReason }) => voidReason)).size).toBe(4);
    }
  });

  test('plays every row of the table of documents', () => {
    const day = days[0]!;
    const wires = day.events.map((event) => ({ ...stamp(event, ANCHOR), phase: event.phase }));
    const companies = day.companies.map(({ id, onPayment, rates: [usual] }) => ({
      tenant: id,
      choices: {
        ...{ onPayment, mappedRates: usual === undefined ? [] : [usual.id] },
        chosen: Object.fromEntries((day.choices[id] ?? []).map(({ ref, choice }) => [ref, choice])),
        closed: { through: day.monthEnds[id] ?? '', at: ANCHOR, before: 'late' },
      },
    }));
    expect(rowsPlayed(companies, wires).filter(({ times }) => times === 0)).toEqual([]);
  });

  test('checks every aggregate against its DTO', () => {
    for (const event of once(days[0]!)) {
      const checked = check(EVENT_FAMILIES[event.topic]!.dto, { ...event.data, updatedAt: '2026-11-21T02:31:00Z' });
      expect(checked.ok).toBe(true);
    }
  });

  test('the short day has sixty events and nothing that waits for a late act', () => {
    for (const seed of SEEDS) {
      const short = planDay(seed, ANCHOR, 'short');
      expect(once(short)).toHaveLength(60);
      expect(short.events.every(({ phase }) => phase !== 'late')).toBe(true);
    }
  });
});
