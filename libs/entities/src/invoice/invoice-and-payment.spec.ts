import type { TextJson } from '@qbo-sync/contracts/exact-json';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { FollowedInvoice } from '../payment/followed-invoice';
import { type PaymentRelated, paymentRules } from '../payment/payment';
import { answered, changed, context, given, lines, only, settings, type Story } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import type { AppliedPayment } from './invoice-related';
import { type InvoiceStory, PAID, posted, record, related, sent } from './spec-invoices';

/**
 * An invoice and its payment: two services that only hear Run a Call's events and the gateway's answers (postings.md §6.7,
 * §6.8). Each hears here what its table would tell it.
 */
const { processor: _stripe, processorChargeId: _charge, ...offline } = PAY_500;
const payment: Payment = { ...offline, method: 'cash' };
const RELATED: Trigger = { kind: 'redecide', why: 'related' };
const followed = (change: Partial<FollowedInvoice> = {}): PaymentRelated => ({
  invoices: {
    inv_1041: {
      ...{ customerId: 'cus_88', number: 'RAC-1041', issuedOn: '2026-11-20', balance: '179.70', linked: true },
      firstOccurredAt: '2026-11-20T16:04:05Z',
      ...change,
    },
  },
});

type PaymentStory = Story<PaymentRelated>;
interface Line {
  readonly Amount: number;
}

/** QuickBooks' answer to what was last asked of the payment: applied as its body says, to invoice 238. */
function shown(story: PaymentStory): Readonly<Record<string, TextJson>> {
  const { Line: asked = [] } = JSON.parse(only(story.events, 'PushRequested').personal.body) as {
    readonly Line?: readonly Line[];
  };
  const applied = asked.reduce((sum, { Amount }) => sum + Amount, 0);
  return {
    Id: '154',
    ...{ TotalAmt: '179.70', TxnDate: '2026-11-25', UnappliedAmt: (179.7 - applied).toFixed(2) },
    DepositToAccountRef: { value: '4' },
    Line: asked.map(({ Amount }) => ({
      Amount: Amount.toFixed(2),
      LinkedTxn: [{ TxnId: '238', TxnType: 'Invoice' }],
    })),
  };
}

/** What invoices keeps of that answer. */
const applications = (answer: Readonly<Record<string, TextJson>>): AppliedPayment[] =>
  (answer['Line'] as { readonly Amount: string }[]).map(({ Amount }) => ({
    ref: 'payment:pay_500',
    amount: Amount,
    locked: false,
  }));

const collected = (invoices: PaymentRelated, change = {}): PaymentStory =>
  given(paymentRules, 'payment:pay_500', context(invoices, change)).when(changed('collected', 1, payment));
const settle = (story: PaymentStory): PaymentStory =>
  story.when(answered(story, { quickbooksId: '154', record: shown(story) }));

describe('an invoice and its payment', () => {
  it('voided though paid: the payment lets go first, then QuickBooks voids the invoice', () => {
    const asked = collected(followed());
    const paid = applications(shown(asked));
    expect(paid).toEqual([{ ref: 'payment:pay_500', amount: '179.70', locked: false }]);
    const done = settle(asked);

    const voided = { ...PAID, voidedOn: '2026-11-26' };
    const waits = posted()
      .under({ related: related({ payments: paid }) })
      .when(changed('voided', 5, voided));
    expect(lines(waits.events)).toEqual(['Changed voided', 'Deferred parent']);
    const { waitsOn } = standing(waits.state);

    const released = done.under({ related: followed({ voided: true, balance: '0.00' }) }).when(RELATED);
    expect(lines(released.events)).toEqual([`PushRequested put ${waitsOn}`]);
    const free = applications(shown(released));
    expect(free).toEqual([]);
    const goes = waits.under({ related: related({ payments: free }) }).when(RELATED);
    expect(lines(goes.events)).toEqual(['PushRequested remove invoice:inv_1041']);
  });

  it('story 10: on payment, money that came first is unapplied; the invoice goes at paid, then the payment gets its line', () => {
    const onPayment = { settings: settings({ values: { 'invoices.when': 'on_payment' } }) };
    const unpaid: InvoiceStory = sent(onPayment);
    expect(lines(unpaid.events)).toContain('Skipped not_paid_yet');
    const first = collected(followed({ linked: false, onPayment: true }), onPayment);
    expect(applications(shown(first))).toEqual([]);
    const credit = settle(first);

    const goes = unpaid.when(changed('paid', 4, PAID));
    expect(lines(goes.events)).toEqual(['Changed paid', 'PushRequested put invoice:inv_1041']);
    const there = goes.when(answered(goes, { record: { ...record('179.70', '13.70'), TxnDate: '2026-11-25' } }));
    expect(lines(there.events)).toEqual(['Settled']);

    const paid = followed({ onPayment: true, balance: '0.00', quickbooksId: '238' });
    const line = credit.under({ related: paid }).when(RELATED);
    expect(lines(line.events)).toEqual(['PushRequested put payment:pay_500']);
    expect(applications(shown(line))).toEqual([{ ref: 'payment:pay_500', amount: '179.70', locked: false }]);
  });

  it('lowered below what is paid: the payment is shortened by its own event, then the invoice is lowered', () => {
    const done = settle(collected(followed()));
    const lowered = {
      ...RAC_1041,
      lines: RAC_1041.lines.slice(0, 1),
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '129.00', amount: '10.64' }],
      ...{ subtotal: '129.00', taxTotal: '10.64', total: '139.64', balance: '0.00', paidOn: '2026-11-25' },
    };
    const paid = [{ ref: 'payment:pay_500', amount: '179.70', locked: false }];
    const waits = posted()
      .under({ related: related({ payments: paid }) })
      .when(changed('updated', 4, lowered));
    expect(standing(waits.state).waitsOn).toBe('payment:pay_500');
    const allocations = [{ invoiceId: 'inv_1041', amount: '139.64' }];
    const shorter = done.when(changed('updated', 2, { ...payment, allocations }));
    const left = applications(shown(shorter));
    expect(left).toEqual([{ ref: 'payment:pay_500', amount: '139.64', locked: false }]);
    const goes = waits.under({ related: related({ payments: left }) }).when(RELATED);
    expect(lines(goes.events)).toEqual(['PushRequested put invoice:inv_1041']);
  });

  it('… and nothing is said of the payment: its line is no longer than the invoice all the same, the rest is credit', () => {
    const done = settle(collected(followed({ total: '179.70' })));
    const shorter = done.under({ related: followed({ total: '139.64' }) }).when(RELATED);
    const left = [{ ref: 'payment:pay_500', amount: '139.64', locked: false }];
    expect(applications(shown(shorter))).toEqual(left);
    expect(lines(settle(shorter).events)).toEqual(['Settled']);
    const raised = settle(shorter)
      .under({ related: followed({ total: '190.00' }) })
      .when(RELATED);
    expect(applications(shown(raised))).toEqual([{ ref: 'payment:pay_500', amount: '179.70', locked: false }]);
  });
});
