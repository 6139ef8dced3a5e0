import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { json } from './context.fixtures';
import { CHECK, PAY_500 } from './payment.fixtures';

export interface ReturnCase {
  readonly section: string;
  readonly says: string;
  readonly payment: Payment;
  /** Where a person said the check had gone. */
  readonly account?: string;
  readonly body: string;
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

export const RETURN_CASES: readonly ReturnCase[] = [
  {
    section: '8.5',
    says: 'an ACH that came back leaves Stripe clearing',
    payment: { ...PAY_500, method: 'ach', voidedOn: '2026-12-03', voidReason: 'returned' },
    body: entry({
      number: 'RAC-pay_500-F',
      note: 'Run a Call pay_500 returned',
      text: 'ACH returned, RAC-1041 open again',
      amount: '179.70',
      payer: '{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}',
      account: '91',
    }),
  },
  {
    section: '8.5',
    says: 'a prepayment by check that bounced leaves the account where it waited',
    payment: { ...CHECK, voidedOn: '2026-12-03', voidReason: 'returned' },
    body: entry({
      number: 'RAC-pay_7-F',
      note: 'Run a Call pay_7 returned',
      text: 'Check returned',
      amount: '100.00',
      payer: '{"$ref":"customer:cus_61"}',
      account: '4',
    }),
  },
  {
    section: '8.5',
    says: 'one that was deposited leaves the bank account a person chose',
    payment: { ...CHECK, voidedOn: '2026-12-03', voidReason: 'failed' },
    account: '35',
    body: entry({
      number: 'RAC-pay_7-F',
      note: 'Run a Call pay_7 failed',
      text: 'Check failed',
      amount: '100.00',
      payer: '{"$ref":"customer:cus_61"}',
      account: '35',
    }),
  },
];
