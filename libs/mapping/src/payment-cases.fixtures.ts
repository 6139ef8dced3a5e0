import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { json, type Postings, US, withValues } from './context.fixtures';
import type { MappingContext } from './document';
import { type MappedPayment, type PaymentBasis, toPayments } from './payment';
import type { PaidInvoice } from './payment-parts';
import { CHECK, CHECK_BODY, PAY_500, PAY_500_REQUEST } from './payment.fixtures';

export interface PaymentCase {
  readonly section: string;
  readonly says: string;
  readonly payment: Payment;
  readonly ctx?: MappingContext;
  readonly invoices: Readonly<Record<string, PaidInvoice>>;
  /** What was made before, by ref. */
  readonly made?: Readonly<Record<string, PaymentBasis>>;
  readonly again?: true;
  /** Whole bodies, to the character, by ref; a part that has nothing any more has none. */
  readonly bodies: Readonly<Record<string, string | undefined>>;
  /** Debits less credits, by the name of the account; a part that has nothing any more is voided. */
  readonly posts: Readonly<Record<string, Postings>>;
  readonly warnings?: readonly string[];
}

const RAC_1: PaidInvoice = { customerId: 'cus_88', number: 'RAC-1' };
const RAC_2: PaidInvoice = { customerId: 'cus_61', number: 'RAC-2' };
const DANA_AND_LEE: Payment = {
  ...PAY_500,
  amount: '200.00',
  allocations: [
    { invoiceId: 'inv_1', amount: '100.00' },
    { invoiceId: 'inv_2', amount: '60.00' },
  ],
};
const REOPENED: Refund = {
  id: 're_77',
  amount: '50.00',
  refundedOn: '2026-12-03',
  method: 'card',
  effect: 'reopen-invoice',
  invoiceId: 'inv_1041',
  processorRefundId: 're_3Q7xBkL2eZvKYlo2C4nM1aN0',
  status: 'succeeded',
};
const BASIS_500: PaymentBasis = {
  customerId: 'cus_88',
  payer: { $ref: 'invoice:inv_1041', at: 'CustomerRef.value' },
  account: '91',
  note: 'Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0',
  lined: true,
};
const UNDEPOSITED = withValues(US, { 'payments.clearingAccount': { id: '4', name: 'Undeposited Funds' } });

const head = (amount: string, payer: string, account = '91') => `
  {"TotalAmt":${amount},"CustomerRef":{"value":${payer}},"TxnDate":"2026-11-25",
   "DepositToAccountRef":{"value":"${account}"},"PaymentMethodRef":{"value":{"$ref":"payment-method:card"}},
   "PaymentRefNum":"xBkL2eZvKYlo2C4nM1aN0","ProcessPayment":false,
   "PrivateNote":"Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0`;
const of = (invoice: string) => `{"$ref":"invoice:${invoice}","at":"CustomerRef.value"}`;
const line = (amount: string, ref: string, type = 'Invoice') =>
  `{"Amount":${amount},"LinkedTxn":[{"TxnId":{"$ref":"${ref}"},"TxnType":"${type}"}]}`;

const clearing = (amount: string): Postings => ({ 'Stripe clearing': amount, AR: `-${amount}` });
const undeposited = (amount: string): Postings => ({ 'Undeposited Funds': amount, AR: `-${amount}` });
const WHOLE = { 'payment:pay_500': clearing('179.70') };

export const PAYMENT_CASES: readonly PaymentCase[] = [
  {
    section: '8.1',
    says: 'the example: by Stripe, on its invoice',
    payment: PAY_500,
    invoices: { inv_1041: RAC_1 },
    bodies: { 'payment:pay_500': PAY_500_REQUEST },
    posts: WHOLE,
  },
  {
    section: '8.3',
    says: 'a prepayment by check has no line',
    payment: CHECK,
    invoices: {},
    bodies: { 'payment:pay_7': CHECK_BODY },
    posts: { 'payment:pay_7': undeposited('100.00') },
  },
  {
    section: '8.3',
    says: 'an invoice older than go-live: unapplied, with a warning',
    payment: PAY_500,
    invoices: { inv_1041: { ...RAC_1, unapplied: 'older' } },
    bodies: { 'payment:pay_500': json(`${head('179.70', '{"$ref":"customer:cus_88"}')}"}`) },
    posts: WHOLE,
    warnings: ['left_unapplied'],
  },
  {
    section: '8.2',
    says: 'invoices of two customers: a payment each, the rest with the payer’s own',
    payment: DANA_AND_LEE,
    invoices: { inv_1: RAC_1, inv_2: RAC_2 },
    bodies: {
      'payment:pay_500': json(`${head('140.00', of('inv_1'))} cus_88","Line":[${line('100.00', 'invoice:inv_1')}]}`),
      'payment:pay_500/cus_61': json(
        `${head('60.00', of('inv_2'))} cus_61","Line":[${line('60.00', 'invoice:inv_2')}]}`,
      ),
    },
    posts: { 'payment:pay_500': clearing('140.00'), 'payment:pay_500/cus_61': clearing('60.00') },
  },
  {
    section: '8.2',
    says: 'none of them the payer’s: the rest is the payer’s credit, under the payment’s own ref',
    payment: { ...DANA_AND_LEE, customerId: 'cus_9' },
    invoices: { inv_1: RAC_1, inv_2: RAC_2 },
    bodies: {
      'payment:pay_500': json(`${head('40.00', '{"$ref":"customer:cus_9"}')} cus_9"}`),
      'payment:pay_500/cus_88': json(
        `${head('100.00', of('inv_1'))} cus_88","Line":[${line('100.00', 'invoice:inv_1')}]}`,
      ),
      'payment:pay_500/cus_61': json(
        `${head('60.00', of('inv_2'))} cus_61","Line":[${line('60.00', 'invoice:inv_2')}]}`,
      ),
    },
    posts: {
      'payment:pay_500': clearing('40.00'),
      'payment:pay_500/cus_88': clearing('100.00'),
      'payment:pay_500/cus_61': clearing('60.00'),
    },
  },
  {
    section: '8.2',
    says: 'none of them the payer’s, and no rest: the first allocation’s customer has the payment’s ref',
    payment: { ...DANA_AND_LEE, customerId: 'cus_9', amount: '160.00' },
    invoices: { inv_1: RAC_1, inv_2: RAC_2 },
    bodies: {
      'payment:pay_500': json(`${head('100.00', of('inv_1'))} cus_88","Line":[${line('100.00', 'invoice:inv_1')}]}`),
      'payment:pay_500/cus_61': json(
        `${head('60.00', of('inv_2'))} cus_61","Line":[${line('60.00', 'invoice:inv_2')}]}`,
      ),
    },
    posts: { 'payment:pay_500': clearing('100.00'), 'payment:pay_500/cus_61': clearing('60.00') },
  },
  {
    section: '8.2',
    says: 'a part keeps its customer; one to which nothing belongs any more is removed',
    payment: { ...DANA_AND_LEE, amount: '100.00', allocations: [{ invoiceId: 'inv_2', amount: '100.00' }] },
    invoices: { inv_1: RAC_1, inv_2: RAC_2 },
    made: { 'payment:pay_500': { ...BASIS_500, payer: { $ref: 'customer:cus_88' } } },
    bodies: {
      'payment:pay_500': undefined,
      'payment:pay_500/cus_61': json(
        `${head('100.00', of('inv_2'))} cus_61","Line":[${line('100.00', 'invoice:inv_2')}]}`,
      ),
    },
    posts: { 'payment:pay_500': {}, 'payment:pay_500/cus_61': clearing('100.00') },
  },
  {
    section: '8.4',
    says: 'new allocations: same account, all lines, whatever the settings say by now',
    payment: {
      ...PAY_500,
      allocations: [
        { invoiceId: 'inv_1041', amount: '100.00' },
        { invoiceId: 'inv_1', amount: '79.70' },
      ],
    },
    ctx: UNDEPOSITED,
    invoices: { inv_1041: RAC_1, inv_1: RAC_1 },
    made: { 'payment:pay_500': BASIS_500 },
    bodies: {
      'payment:pay_500': json(
        `${head('179.70', of('inv_1041'))}","Line":[${line('100.00', 'invoice:inv_1041')},${line('79.70', 'invoice:inv_1')}]}`,
      ),
    },
    posts: WHOLE,
  },
  {
    section: '8.4',
    says: 'no allocation any more: no line is said',
    payment: { ...PAY_500, allocations: [] },
    invoices: {},
    made: { 'payment:pay_500': BASIS_500 },
    bodies: { 'payment:pay_500': json(`${head('179.70', of('inv_1041'))}","Line":[]}`) },
    posts: WHOLE,
  },
  {
    section: '8.4',
    says: 'QuickBooks applied the credit by itself: our lines again, under a note that differs',
    payment: { ...PAY_500, allocations: [{ invoiceId: 'inv_1041', amount: '100.00' }] },
    invoices: { inv_1041: RAC_1 },
    made: { 'payment:pay_500': BASIS_500 },
    again: true,
    bodies: {
      'payment:pay_500': json(
        `${head('179.70', of('inv_1041'))} (lines set again)","Line":[${line('100.00', 'invoice:inv_1041')}]}`,
      ),
    },
    posts: WHOLE,
  },
  {
    section: '6.7',
    says: 'an invoice that is posted when it is paid: unapplied until then, without a warning',
    payment: PAY_500,
    invoices: { inv_1041: { ...RAC_1, unapplied: 'later' } },
    bodies: { 'payment:pay_500': json(`${head('179.70', '{"$ref":"customer:cus_88"}')}"}`) },
    posts: WHOLE,
  },
  {
    section: '6.7',
    says: 'posted: its line comes',
    payment: PAY_500,
    invoices: { inv_1041: RAC_1 },
    made: { 'payment:pay_500': { ...BASIS_500, payer: { $ref: 'customer:cus_88' }, lined: false } },
    bodies: {
      'payment:pay_500': json(
        `${head('179.70', '{"$ref":"customer:cus_88"}')}","Line":[${line('179.70', 'invoice:inv_1041')}]}`,
      ),
    },
    posts: WHOLE,
  },
  {
    section: '6.8',
    says: 'a voided invoice loses its line: the money is credit',
    payment: PAY_500,
    invoices: { inv_1041: { ...RAC_1, unapplied: 'voided' } },
    made: { 'payment:pay_500': BASIS_500 },
    bodies: { 'payment:pay_500': json(`${head('179.70', of('inv_1041'))}","Line":[]}`) },
    posts: WHOLE,
  },
  {
    section: '9',
    says: 'an invoice open again: the line moves to the refund’s entry',
    payment: { ...PAY_500, refunds: [REOPENED] },
    invoices: { inv_1041: RAC_1 },
    made: { 'payment:pay_500': BASIS_500 },
    bodies: {
      'payment:pay_500': json(
        `${head('179.70', of('inv_1041'))}","Line":[${line('129.70', 'invoice:inv_1041')},${line('50.00', 'refund:re_77', 'JournalEntry')}]}`,
      ),
    },
    posts: WHOLE,
  },
  {
    section: '9',
    says: 'the same where Run a Call lowered the allocation itself',
    payment: { ...PAY_500, allocations: [{ invoiceId: 'inv_1041', amount: '129.70' }], refunds: [REOPENED] },
    invoices: { inv_1041: RAC_1 },
    made: { 'payment:pay_500': BASIS_500 },
    bodies: {
      'payment:pay_500': json(
        `${head('179.70', of('inv_1041'))}","Line":[${line('129.70', 'invoice:inv_1041')},${line('50.00', 'refund:re_77', 'JournalEntry')}]}`,
      ),
    },
    posts: WHOLE,
  },
  {
    section: '9',
    says: 'credit that went back: the rest pays the refund’s entry',
    payment: {
      ...PAY_500,
      allocations: [{ invoiceId: 'inv_1041', amount: '129.70' }],
      refunds: [{ ...REOPENED, effect: 'return-credit' }],
    },
    invoices: { inv_1041: RAC_1 },
    bodies: {
      'payment:pay_500': json(
        `${head('179.70', of('inv_1041'))}","Line":[${line('129.70', 'invoice:inv_1041')},${line('50.00', 'refund:re_77', 'JournalEntry')}]}`,
      ),
    },
    posts: WHOLE,
  },
  {
    section: '9',
    says: 'a smaller sale, a failed refund and one that says too little leave the payment alone',
    payment: {
      ...PAY_500,
      refunds: [
        { ...REOPENED, id: 're_1', effect: 'reduce-sale' },
        { ...REOPENED, id: 're_2', status: 'failed' },
        {
          id: 're_3',
          amount: '1.00',
          refundedOn: '2026-12-03',
          method: 'card',
          effect: 'reopen-invoice',
          status: 'succeeded',
        },
      ],
    },
    invoices: { inv_1041: RAC_1 },
    bodies: {
      'payment:pay_500': json(`${head('179.70', of('inv_1041'))}","Line":[${line('179.70', 'invoice:inv_1041')}]}`),
    },
    posts: WHOLE,
  },
  {
    section: '8.1',
    says: 'financing: gross, its lender’s fee is the bookkeeper’s',
    payment: {
      ...CHECK,
      method: 'financing',
      reference: 'GreenSky 8812',
      allocations: [{ invoiceId: 'inv_1', amount: '100.00' }],
    },
    invoices: { inv_1: RAC_2 },
    bodies: {
      'payment:pay_7': json(`
        {"TotalAmt":100.00,"CustomerRef":{"value":${of('inv_1')}},"TxnDate":"2026-11-25",
         "DepositToAccountRef":{"value":"4"},"PaymentMethodRef":{"value":{"$ref":"payment-method:financing"}},
         "PaymentRefNum":"GreenSky 8812","ProcessPayment":false,"PrivateNote":"Run a Call pay_7",
         "Line":[${line('100.00', 'invoice:inv_1')}]}`),
    },
    posts: { 'payment:pay_7': undeposited('100.00') },
  },
  {
    section: '6.3',
    says: 'a tip posts nothing of its own: it is on the invoice',
    payment: { ...PAY_500, tip: '10.00' },
    invoices: { inv_1041: { ...RAC_1, tip: '10.00' } },
    bodies: {
      'payment:pay_500': json(`${head('179.70', of('inv_1041'))}","Line":[${line('179.70', 'invoice:inv_1041')}]}`),
    },
    posts: WHOLE,
  },
];

/** What a case becomes, a record per customer. */
export function partsOfCase({ payment, ctx = US, invoices, made = {}, again }: PaymentCase): readonly MappedPayment[] {
  const mapped = toPayments(payment, ctx, {
    invoice: (id) => invoices[id],
    made: new Map(Object.entries(made)),
    ...(again === undefined ? {} : { again }),
  });
  if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
  return mapped.payments;
}
