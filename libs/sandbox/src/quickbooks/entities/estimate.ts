import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { amount, pick, present, ref, sum, text } from '../exact';
import type { Draft } from '../draft';
import { follow } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, date, ENVELOPE, ignored, ref as refKind, text as textKind } from '../shape';
import { LINES, readLines } from './invoice-lines';
import { computeTax, TAX_DETAIL } from './sales-tax';

/** A sales form that posts nothing: lines, tax and number by the rules of an invoice (quickbooks.md §9.5). */
export const estimate: Resource = {
  name: 'Estimate',
  shape: {
    ...ENVELOPE,
    CustomerRef: refKind,
    DocNumber: textKind(21),
    TxnDate: date,
    ExpirationDate: date,
    TxnStatus: choice('Pending', 'Accepted', 'Closed', 'Rejected'),
    Line: LINES,
    TxnTaxDetail: TAX_DETAIL,
    GlobalTaxCalculation: choice('TaxExcluded', 'TaxInclusive', 'NotApplicable'),
    PrivateNote: textKind(4000),
    CurrencyRef: ignored,
    TotalAmt: ignored,
    LinkedTxn: ignored,
  },
  nameList: false,
  sequence: 'transaction',
  queryable: ['DocNumber', 'TxnDate', 'ExpirationDate', 'CustomerRef', 'TotalAmt', 'TxnStatus'],
  cdc: true,
  build,
  remove: (draft, current) => draft.remove('Estimate', text(current['Id']) ?? ''),
};

function build({ draft, id, current, wanted, input }: Writing): ExactObject {
  const customer = follow(draft, wanted['CustomerRef'], 'Customer', 'CustomerRef') ?? refuseMissing('CustomerRef');
  const lines = readLines(draft, wanted, current);
  const tax = computeTax(draft, lines, { wanted, input, customer, update: current !== undefined });
  const total = sum(tax.net).minus(lines.discount.amount).plus(tax.total);
  if (total.isNegative()) refuse('2290', 'Negative Amount : Transaction amount must be 0 or greater.', 'TotalAmt');
  return draft.save(
    'Estimate',
    id,
    present({
      ...pick(wanted, ['PrivateNote', 'ExpirationDate', 'GlobalTaxCalculation']),
      DocNumber: text(wanted['DocNumber']) ?? nextNumber(draft),
      TxnDate: text(wanted['TxnDate']) ?? draft.today(),
      TxnStatus: wanted['TxnStatus'] ?? 'Pending',
      CustomerRef: { value: text(customer['Id']) ?? '', name: text(customer['DisplayName']) ?? '' },
      Line: [
        ...lines.records,
        { Amount: amount(lines.subtotal), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} },
      ],
      TxnTaxDetail: tax.detail,
      TotalAmt: amount(total),
      CurrencyRef: ref(draft.company.profile.currency),
    }),
  );
}

function nextNumber(draft: Draft): string {
  return String(draft.next('EstimateNumber', 1001));
}
