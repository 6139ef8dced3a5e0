import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { How } from '@qbo-sync/contracts/sync/request';
import { type Decimal, formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { addDays } from '@qbo-sync/money/zone';
import { type BodyObject, hold, idTo, type Mapped, type MappingContext, marker, printBody, refTo } from './document';
import { ownNumber } from './document-number';
import { type FormOptions, salesForm } from './sales-form';
import { texts } from './text';

const CREDIT_MEMO_HOW: How = {
  path: 'creditmemo',
  update: 'whole',
  always: ['Line', 'TxnTaxDetail', 'ShipAddr'],
  remove: { as: 'delete' },
};
const APPLICATION_HOW: How = { path: 'payment', update: 'whole', always: ['Line'] };
const SUFFIX = '-C1';

export const creditMemoRef = (invoiceRef: string): string => `${invoiceRef}/credit-memo`;
export const creditApplicationRef = (invoiceRef: string): string => `${invoiceRef}/credit-applied`;

/** What is fixed once the credit memo is posted: books that are closed later never move it. */
export interface CreditOptions {
  readonly day?: string | undefined;
}

/** The day of the void, else the first day after the closed books. */
function creditDay(voidedOn: string, { profile }: MappingContext): string {
  const closed = profile.bookCloseDate;
  return closed !== null && voidedOn <= closed ? addDays(closed, 1) : voidedOn;
}

/**
 * Credit memo of an invoice that is voided in closed books: its lines and tax again, dated in the open period (postings.md
 * §6.8).
 *
 *   {"DocNumber":"RAC-1041-C1","CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},
 *    "TxnDate":"2026-12-02","BillAddr":{…},"ShipAddr":{…},"PrivateNote":"Run a Call inv_1041 voided, RAC-1041","Line":[…],
 *    "TxnTaxDetail":{"TotalTax":13.70}}
 *
 * Dr income and tax, Cr receivables. Holds: date_missing, and those of its lines and tax (sales-form.ts).
 */
export function toCreditMemo(
  invoice: Invoice,
  invoiceRef: string,
  ctx: MappingContext,
  options: FormOptions & CreditOptions = {},
): Mapped {
  if (invoice.voidedOn === undefined) return hold('date_missing', { doc: invoice.number });
  const text = texts();
  const form = salesForm(invoice, ctx, options, text);
  if ('hold' in form) return form;
  const number = ownNumber(`${invoice.number}${SUFFIX}`, ctx);
  const total = formatAmount(parseDecimal(invoice.total));
  const day = options.day ?? creditDay(invoice.voidedOn, ctx);
  return {
    resource: 'CreditMemo',
    how: CREDIT_MEMO_HOW,
    body: printBody({
      DocNumber: number,
      CustomerRef: refTo(invoiceRef, 'CustomerRef.value'),
      TxnDate: day,
      CurrencyRef: ctx.profile.multiCurrency ? idTo(invoice.currency) : undefined,
      ...form.addresses,
      EmailStatus: 'NotSet',
      PrivateNote: `${marker(invoice.id)} voided, ${invoice.number}`,
      ...form.money,
    }),
    find: {
      marker: { path: 'PrivateNote', text: marker(invoice.id) },
      ...(number === undefined ? {} : { where: [['DocNumber', number]] }),
      agree: ['TotalAmt', 'TxnDate'],
      adopt: false,
    },
    expect: { ...(number === undefined ? {} : { DocNumber: number }), TxnDate: day, TotalAmt: total },
    warnings: [...form.warnings, ...text.warnings()],
  };
}

/**
 * Applies the credit memo to its invoice, as far as that is open (`amount`, by default all of it): a payment of nothing with
 * two lines (quickbooks.md §9.6).
 *
 *   {"TotalAmt":0.00,"CustomerRef":{…},"TxnDate":"2026-12-02","ProcessPayment":false,"PrivateNote":"Run a Call inv_1041 …","Line":[
 *    {"Amount":179.70,"LinkedTxn":[{"TxnId":{"$ref":"invoice:inv_1041"},"TxnType":"Invoice"}]},
 *    {"Amount":179.70,"LinkedTxn":[{"TxnId":{"$ref":"invoice:inv_1041/credit-memo"},"TxnType":"CreditMemo"}]}]}
 */
export function toCreditApplication(
  invoice: Invoice,
  invoiceRef: string,
  ctx: MappingContext,
  options: CreditOptions & { readonly amount?: Decimal } = {},
): Mapped {
  if (invoice.voidedOn === undefined) return hold('date_missing', { doc: invoice.number });
  const amount = amountNumber(options.amount ?? parseDecimal(invoice.total));
  const nothing = amountNumber(parseDecimal('0'));
  const day = options.day ?? creditDay(invoice.voidedOn, ctx);
  const line = (ref: string, type: string): BodyObject => ({
    Amount: amount,
    LinkedTxn: [{ TxnId: refTo(ref).value, TxnType: type }],
  });
  return {
    resource: 'Payment',
    how: APPLICATION_HOW,
    body: printBody({
      TotalAmt: nothing,
      CustomerRef: refTo(invoiceRef, 'CustomerRef.value'),
      TxnDate: day,
      CurrencyRef: ctx.profile.multiCurrency ? idTo(invoice.currency) : undefined,
      ProcessPayment: false,
      PrivateNote: `${marker(invoice.id)} credit memo applied to ${invoice.number}`,
      Line: [line(invoiceRef, 'Invoice'), line(creditMemoRef(invoiceRef), 'CreditMemo')],
    }),
    find: {
      marker: { path: 'PrivateNote', text: marker(invoice.id) },
      where: [['TxnDate', day]],
      agree: ['CustomerRef.value', 'TotalAmt'],
      adopt: false,
    },
    expect: { TotalAmt: '0.00', TxnDate: day },
    warnings: [],
  };
}
