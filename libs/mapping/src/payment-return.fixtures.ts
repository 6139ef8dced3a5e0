import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { json, type Postings, US } from './context.fixtures';
import type { MappingContext } from './document';
import { toPayments } from './payment';
import { CHECK, PAY_500 } from './payment.fixtures';
import type { PaidInvoice } from './payment-parts';
import { toReturns } from './payment-return';

export interface ReturnCase {
  readonly section: string;
  readonly says: string;
  readonly payment: Payment;
  /** Where a person said the check had gone. */
  readonly account?: string;
  /** The customer and number of each invoice, by its id. */
  readonly invoices: Readonly<Record<string, PaidInvoice>>;
  /** One of each part of the payment. */
  readonly entries: readonly ReturnEntry[];
}

interface ReturnEntry {
  readonly ref: string;
  readonly body: string;
  readonly posts: Postings;
}

const entry = (fields: {
  number: string;
  note: string;
  text: string;
  amount: string;
  payer: string;
  account: string;
}) =>
  json(`
  {"TxnDate":"2026-12-03","DocNumber":"${fields.number}","PrivateNote":"${fields.note}","Line":[
   {"Amount":${fields.amount},"DetailType":"JournalEntryLineDetail","Description":"${fields.text}",
    "JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"84"},
     "Entity":{"Type":"Customer","EntityRef":{"value":${fields.payer}}}}},
   {"Amount":${fields.amount},"DetailType":"JournalEntryLineDetail",
    "JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"${fields.account}"}}}]}`);

const returned = { voidedOn: '2026-12-03', voidReason: 'returned' } as const;
const RAC_1041: PaidInvoice = { customerId: 'cus_88', number: 'RAC-1041' };
const payerOf = (invoice: string): string => `{"$ref":"invoice:${invoice}","at":"CustomerRef.value"}`;
const left = (account: string, amount: string): Postings => ({ AR: amount, [account]: `-${amount}` });

export const RETURN_CASES: readonly ReturnCase[] = [
  {
    section: '8.5',
    says: 'an ACH that came back leaves Stripe clearing',
    payment: { ...PAY_500, method: 'ach', ...returned },
    invoices: { inv_1041: RAC_1041 },
    entries: [
      {
        ref: 'payment:pay_500/returned',
        body: entry({
          number: 'RAC-pay_500-F',
          note: 'Run a Call pay_500 returned',
          text: 'ACH returned, RAC-1041 open again',
          amount: '179.70',
          payer: payerOf('inv_1041'),
          account: '91',
        }),
        posts: left('Stripe clearing', '179.70'),
      },
    ],
  },
  {
    section: '8.5',
    says: 'a prepayment by check that bounced leaves the account where it waited',
    payment: { ...CHECK, ...returned },
    invoices: {},
    entries: [
      {
        ref: 'payment:pay_7/returned',
        body: entry({
          number: 'RAC-pay_7-F',
          note: 'Run a Call pay_7 returned',
          text: 'Check returned',
          amount: '100.00',
          payer: '{"$ref":"customer:cus_61"}',
          account: '4',
        }),
        posts: left('Undeposited Funds', '100.00'),
      },
    ],
  },
  {
    section: '8.5',
    says: 'one that was deposited leaves the bank account a person chose',
    payment: { ...CHECK, voidedOn: '2026-12-03', voidReason: 'failed' },
    account: '35',
    invoices: {},
    entries: [
      {
        ref: 'payment:pay_7/returned',
        body: entry({
          number: 'RAC-pay_7-F',
          note: 'Run a Call pay_7 failed',
          text: 'Check failed',
          amount: '100.00',
          payer: '{"$ref":"customer:cus_61"}',
          account: '35',
        }),
        posts: left('Checking', '100.00'),
      },
    ],
  },
  {
    section: '8.5',
    says: 'each part of a split payment has its own entry, with a number and a note of its own',
    payment: {
      ...PAY_500,
      method: 'ach',
      allocations: [
        { invoiceId: 'inv_1', amount: '100.00' },
        { invoiceId: 'inv_2', amount: '79.70' },
      ],
      ...returned,
    },
    invoices: { inv_1: { customerId: 'cus_88', number: 'RAC-1' }, inv_2: { customerId: 'cus_61', number: 'RAC-2' } },
    entries: [
      {
        ref: 'payment:pay_500/returned',
        body: entry({
          number: 'RAC-pay_500-F',
          note: 'Run a Call pay_500 returned cus_88',
          text: 'ACH returned, RAC-1 open again',
          amount: '100.00',
          payer: payerOf('inv_1'),
          account: '91',
        }),
        posts: left('Stripe clearing', '100.00'),
      },
      {
        ref: 'payment:pay_500/cus_61/returned',
        body: entry({
          number: 'RAC-pay_500-F2',
          note: 'Run a Call pay_500 returned cus_61',
          text: 'ACH returned, RAC-2 open again',
          amount: '79.70',
          payer: payerOf('inv_2'),
          account: '91',
        }),
        posts: left('Stripe clearing', '79.70'),
      },
    ],
  },
];

/** What a case becomes, or why nothing; its payment was made before, under the settings of the example. */
export function returnsOf(
  { payment, account, invoices }: Pick<ReturnCase, 'payment' | 'account' | 'invoices'>,
  ctx: MappingContext = US,
): ReturnType<typeof toReturns> {
  const invoice = (id: string) => invoices[id];
  const mapped = toPayments(payment, US, { invoice });
  if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
  return toReturns(payment, mapped.payments, ctx, { invoice, ...(account === undefined ? {} : { account }) });
}
