import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { json, type Postings, US, withValues } from './context.fixtures';
import type { Mapped, MappingContext, Reference } from './document';
import { PAY_500 } from './payment.fixtures';
import { refundOf, toRefundEntry } from './refund';
import { RE_77 } from './refund-receipt.fixtures';

export interface RefundEntryCase {
  readonly section: string;
  readonly says: string;
  readonly refund: Refund;
  readonly payer: Reference;
  readonly ctx?: MappingContext;
  readonly body: string;
  readonly posts: Postings;
}

const { processorRefundId: _stripes, ...OFFLINE } = RE_77;
const entry = (text: string, payer: string, account: string) =>
  json(`
  {"TxnDate":"2026-12-03","DocNumber":"RAC-re_77","PrivateNote":"Run a Call re_77 of pay_500","Line":[
   {"Amount":50.00,"DetailType":"JournalEntryLineDetail","Description":"${text}",
    "JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"84"},
     "Entity":{"Type":"Customer","EntityRef":{"value":${payer}}}}},
   {"Amount":50.00,"DetailType":"JournalEntryLineDetail",
    "JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"${account}"}}}]}`);

export const REFUND_ENTRY_CASES: readonly RefundEntryCase[] = [
  {
    section: '9',
    says: 'the invoice is open again: receivables of its customer against Stripe clearing',
    refund: { ...RE_77, effect: 'reopen-invoice' },
    payer: { $ref: 'invoice:inv_1041', at: 'CustomerRef.value' },
    body: entry('Refund, the invoice is open again', '{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}', '91'),
    posts: { AR: '50.00', 'Stripe clearing': '-50.00' },
  },
  {
    section: '9',
    says: 'credit goes back, not by Stripe: against the account offline refunds are paid from',
    refund: { ...OFFLINE, effect: 'return-credit' },
    payer: { $ref: 'customer:cus_88' },
    ctx: withValues(US, { 'payments.refundAccount': { id: '35', name: 'Checking' } }),
    body: entry('Refund of credit', '{"$ref":"customer:cus_88"}', '35'),
    posts: { AR: '50.00', Checking: '-50.00' },
  },
];

/** What a case becomes, or why nothing. */
export const refundEntryOf = ({ refund, payer, ctx = US }: Omit<RefundEntryCase, 'body' | 'posts'>): Mapped =>
  toRefundEntry(refundOf({ ...PAY_500, refunds: [refund] }, refund), payer, ctx);
