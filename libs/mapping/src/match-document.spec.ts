import fc from 'fast-check';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { addDays } from '@qbo-sync/money/zone';
import { matchInvoice, matchPayment, matchReturn } from './match-document';
import { INVOICE, INVOICE_CASES, PAYMENT, PAYMENT_CASES, REFUND, RETURN_CASES } from './match-document.fixtures';

test.each(INVOICE_CASES)('§$section an invoice is $says', ({ records, unsure, match }) => {
  expect(matchInvoice(INVOICE, records, unsure)).toEqual(match);
});

test.each(PAYMENT_CASES)('§$section a payment is $says', ({ records, unsure, match }) => {
  expect(matchPayment(PAYMENT, records, unsure)).toEqual(match);
});

test.each(RETURN_CASES)('§$section a refund receipt is $says', ({ records, match }) => {
  expect(matchReturn(REFUND, records)).toEqual(match);
});

test('§12 a refund QuickBooks numbers is told by its marker', () => {
  const { number: _, ...unnumbered } = REFUND;
  const record = { Id: '300', DocNumber: '17', PrivateNote: 'Run a Call re_77 of pay_500' };
  expect(matchReturn({ ...unnumbered, number: undefined }, [record])).toMatchObject({ group: 'exact' });
});

describe('any books', () => {
  const record = fc
    .record({
      customer: fc.constantFrom('58', '61'),
      total: fc.constantFrom('179.70', '50'),
      days: fc.integer({ min: -4, max: 4 }),
      number: fc.constantFrom('RAC-1041', 'RAC-1'),
      invoice: fc.constantFrom('238', '239'),
      reference: fc.constantFrom(PAYMENT.reference ?? '', ''),
    })
    .map(({ customer, total, days, number, invoice, reference }): TextObject => ({
      ...{ CustomerRef: { value: customer }, TotalAmt: total, TxnDate: addDays('2026-11-25', days), DocNumber: number },
      ...{ PaymentRefNum: reference, Line: [{ LinkedTxn: [{ TxnId: invoice, TxnType: 'Invoice' }] }] },
    }));
  const books = fc
    .array(record, { maxLength: 4 })
    .map((records) => records.map((one, index): TextObject => ({ Id: String(index), ...one })));

  test('§12 without a marker, never exact where two are likely, nor at all without an unknown outcome', () => {
    fc.assert(
      fc.property(books, fc.boolean(), (records, unsure) => {
        const invoice = { ...INVOICE, date: '2026-11-25' };
        for (const [match, likely] of [
          [matchInvoice(invoice, records, unsure), records.filter(({ DocNumber }) => DocNumber === invoice.number)],
          [
            matchPayment(PAYMENT, records, unsure),
            records.filter((one) => matchPayment(PAYMENT, [one]).group !== 'new'),
          ],
        ] as const) {
          if (match.group === 'exact') expect([unsure, match.why]).toEqual([true, 'as_sent']);
          if (likely.length > 1) expect(match.group).toBe('conflict');
        }
      }),
      { numRuns: 500 },
    );
  });
});
