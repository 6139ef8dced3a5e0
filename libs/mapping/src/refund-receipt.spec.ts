import fc from 'fast-check';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { US, withProfile } from './context.fixtures';
import { isHold, type MappingContext } from './document';
import { PAY_500 } from './payment.fixtures';
import { type PostedInvoice, readPosted } from './posted-invoice';
import { overRefunded, refundOf, toFailedRefund } from './refund';
import { refundEntryOf, REFUND_ENTRY_CASES } from './refund.fixtures';
import { POSTED, POSTED_RECORD, RE_77, receiptOf, REFUND_CASES } from './refund-receipt.fixtures';
import { type RefundShare, shareOf, type SharedRefund } from './refund-share';

function partOf(posted: PostedInvoice, refunds: readonly SharedRefund[], id: string): RefundShare {
  const share = shareOf(posted, refunds, id);
  if ('left' in share) throw new Error(`more ${share.of} than is left`);
  return share;
}

describe('a refund that reduces the sale → RefundReceipt', () => {
  test.each(REFUND_CASES)('§$section $says', (one) => {
    const mapped = receiptOf(one);
    if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
    expect(mapped.body).toBe(one.body);
    expect(mapped).toMatchObject({
      resource: 'RefundReceipt',
      how: { path: 'refundreceipt', remove: { as: 'delete' } },
      expect: { TotalAmt: one.refunds.at(-1)?.amount, TxnDate: '2026-12-03' },
    });
  });

  test('§9 the invoice’s lines are read as QuickBooks shows them; a void has none', () => {
    expect(readPosted(POSTED_RECORD as unknown as TextObject)).toEqual(POSTED);
    expect(readPosted({ ...POSTED_RECORD, TotalAmt: '0' } as unknown as TextObject)).toBeUndefined();
  });

  const { processorRefundId: _stripes, ...offline } = RE_77;
  test.each<[string, readonly Refund[], MappingContext, string]>([
    ['§9 no account for offline refunds', [offline], US, 'refund_account'],
    ['§1.5 a day in closed books', [RE_77], withProfile(US, { bookCloseDate: '2026-12-31' }), 'closed_period'],
    ['§2 sales tax off', [RE_77], withProfile(US, { taxMode: 'off' }), 'tax_off'],
    ['§1.10 another currency', [RE_77], withProfile(US, { homeCurrency: 'EUR' }), 'currency'],
  ])('%s holds', (_says, refunds, ctx, code) => {
    expect(receiptOf({ refunds, posted: POSTED, ctx })).toMatchObject({ hold: { code } });
  });

  test('any refunds of an invoice that sum to it take exactly its lines and its tax', () => {
    const line = fc.bigInt(1n, 90_000n).map((cents) => formatAmount(parseDecimal(String(cents)).dividedBy(100)));
    const generated = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
      tax: fc.integer({ min: 0, max: 2_000 }),
      cuts: fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 5 }),
      said: fc.array(fc.option(fc.integer({ min: 0, max: 100 })), { minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(generated, ({ lines, tax, cuts, said }) => {
        const taxed = parseDecimal(String(tax)).dividedBy(100);
        const total = sum(lines.map(parseDecimal)).plus(taxed);
        const posted = {
          total: formatAmount(total),
          tax: formatAmount(taxed),
          lines: lines.map((amount) => ({ kind: 'sale' as const, amount })),
        };
        const shares = cuts.map((cut) => formatAmount(total.times(cut).dividedBy(6_000)));
        const refunds: SharedRefund[] = [];
        [...shares, formatAmount(total.minus(sum(shares.map(parseDecimal))))].forEach((amount, index) => {
          const part = said[index];
          const plain = { id: `re_${index}`, amount };
          const asked = {
            ...plain,
            taxAmount: formatAmount(
              parseDecimal(amount)
                .times(part ?? 0)
                .dividedBy(100),
            ),
          };
          const isTaken = part !== null && !('left' in shareOf(posted, [...refunds, asked], asked.id));
          refunds.push(isTaken ? asked : plain);
        });
        const taken = refunds.map(({ id }) => partOf(posted, refunds, id));
        lines.forEach((amount, place) => {
          const of = sum(taken.flatMap((share) => share.lines[place] ?? []));
          expect(formatAmount(of)).toBe(amount);
        });
        expect(formatAmount(sum(taken.map((share) => share.tax)))).toBe(posted.tax);
        expect(shareOf(posted, [...refunds, { id: 'more', amount: '0.01' }], 'more')).toMatchObject({ of: 'all' });
        for (const { lines: parts, tax: part } of taken) {
          expect(parts.every((one) => one.gte(0))).toBe(true);
          expect(part.gte(0)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['more tax than there was', [{ id: 're_1', amount: '50.00', taxAmount: '13.71' }], 'tax', '13.71', '13.70'],
    ['more tax than it is itself', [{ id: 're_1', amount: '5.00', taxAmount: '5.01' }], 'tax', '5.01', '5.00'],
    [
      'more than was sold, its tax aside',
      [{ id: 're_1', amount: '170.00', taxAmount: '0.00' }],
      'sale',
      '170.00',
      '166.00',
    ],
  ])('§9 %s is not shared out', (_says, refunds, of, asked, left) => {
    const over = shareOf(POSTED, refunds, 're_1');
    expect('left' in over && [over.of, formatAmount(over.asked), formatAmount(over.left)]).toEqual([of, asked, left]);
  });

  test('§9 the tax was given back whole before: the next takes none', () => {
    const refunds = [
      { id: 're_1', amount: '50.00', taxAmount: '13.70' },
      { id: 're_2', amount: '30.00' },
    ];
    const { lines, tax } = partOf(POSTED, refunds, 're_2');
    expect([...lines, tax].map(formatAmount)).toEqual(['23.31', '6.69', '0.00']);
  });

  test('§9 no tax was given back before: the next takes of the sale what there is', () => {
    const refunds = [
      { id: 're_1', amount: '160.00', taxAmount: '0.00' },
      { id: 're_2', amount: '15.00' },
    ];
    const { lines, tax } = partOf(POSTED, refunds, 're_2');
    expect([...lines, tax].map(formatAmount)).toEqual(['4.66', '1.34', '9.00']);
  });
});

describe('a refund that owes again', () => {
  const reopened: Refund = { ...RE_77, effect: 'reopen-invoice' };

  test.each(REFUND_ENTRY_CASES)('§$section $says', (one) => {
    const mapped = refundEntryOf(one);
    if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
    expect([mapped.resource, mapped.body]).toEqual(['JournalEntry', one.body]);
  });

  test('§9 more than is left of the payment holds; the refunds before it count, failed ones do not', () => {
    const refunds: Refund[] = [
      { ...reopened, id: 're_1', amount: '100.00' },
      { ...reopened, id: 're_2', amount: '100.00', status: 'failed' },
      { ...reopened, id: 're_3', amount: '79.71' },
    ];
    const of = (index: number) => overRefunded(refundOf({ ...PAY_500, refunds }, refunds[index] ?? reopened));
    expect(of(0)).toBeUndefined();
    expect(of(2)).toEqual({
      hold: { code: 'over_refunded', params: { r: 're_3', a: '79.71', p: 'pay_500', b: '79.70' } },
    });
  });

  test('§9 failed later: deleted, unless its day is closed', () => {
    const data = refundOf({ ...PAY_500, refunds: [reopened] }, reopened);
    expect(toFailedRefund(data, 'JournalEntry', US)).toMatchObject({
      resource: 'JournalEntry',
      how: { path: 'journalentry', remove: { as: 'delete' } },
      body: '{}',
    });
    expect(toFailedRefund(data, 'RefundReceipt', withProfile(US, { bookCloseDate: '2026-12-31' }))).toMatchObject({
      hold: { code: 'closed_period' },
    });
  });
});
