import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { pick, present, text } from '../exact';
import { follow } from '../name-list';
import { refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, date } from '../shape';
import { readSale, SALES_FORM } from './sales-form';

/** A sales form that posts nothing: lines, tax and number by the rules of an invoice (quickbooks.md §9.5). */
export const estimate: Resource = {
  name: 'Estimate',
  shape: { ...SALES_FORM, ExpirationDate: date, TxnStatus: choice('Pending', 'Accepted', 'Closed', 'Rejected') },
  nameList: false,
  sequence: 'transaction',
  queryable: ['DocNumber', 'TxnDate', 'ExpirationDate', 'CustomerRef', 'TotalAmt', 'TxnStatus'],
  cdc: true,
  build,
  remove: (draft, current) => draft.remove('Estimate', text(current['Id']) ?? ''),
};

function build(writing: Writing): ExactObject {
  const { draft, id, wanted } = writing;
  const customer = follow(draft, wanted['CustomerRef'], 'Customer', 'CustomerRef') ?? refuseMissing('CustomerRef');
  return draft.save(
    'Estimate',
    id,
    present({
      ...pick(wanted, ['PrivateNote', 'ExpirationDate']),
      ...readSale(writing, customer).fields,
      DocNumber: text(wanted['DocNumber']) ?? String(draft.next('EstimateNumber', 1001)),
      TxnDate: text(wanted['TxnDate']) ?? draft.today(),
      TxnStatus: wanted['TxnStatus'] ?? 'Pending',
      CustomerRef: { value: text(customer['Id']) ?? '', name: text(customer['DisplayName']) ?? '' },
    }),
  );
}
