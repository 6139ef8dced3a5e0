import { textAt } from '../quickbooks/record-fields';
import { type Check, checkOf, type Compared, type Expectation, type Finding } from './check';

const SETTING = 'customers.push';

/** The customer is in the Customers list, once, under the right parent (postings.md §13). */
export function customerCheck({ customer: expected, invoice }: Expectation, found: Finding): Check {
  const { customer: record, namesakes } = found;
  const id = textAt(found.invoice, 'CustomerRef.value') ?? '';
  if (expected === undefined || record === undefined) {
    const shown = textAt(found.invoice, 'CustomerRef.name') ?? `customer ${id}`;
    return checkOf('customer', [
      { found: shown, expected: expected?.name ?? invoice.customerId, right: false, setting: SETTING },
    ]);
  }
  const wanted = expected.parent === null ? expected.name : `${expected.parent.name}:${expected.name}`;
  const shown = textAt(record, 'FullyQualifiedName') ?? textAt(record, 'DisplayName') ?? `customer ${id}`;
  const isOurs = id === expected.quickbooksId;
  const isNamed = textAt(record, 'DisplayName') === expected.name;
  const parentId = textAt(record, 'ParentRef.value');
  const isUnder = expected.parent === null ? parentId === undefined : isParent(expected.parent, parentId);
  const compared: Compared[] = [
    {
      found: isOurs ? shown : `${shown} (#${id})`,
      expected: isOurs ? wanted : `${wanted} (#${expected.quickbooksId ?? 'none'})`,
      right: isOurs && isNamed && isUnder,
      setting: SETTING,
    },
    ...(record['Active'] === false
      ? [{ found: `${shown} is inactive`, expected: 'an active customer', right: false, setting: SETTING }]
      : []),
    ...others(expected.name, id, namesakes),
  ];
  return checkOf('customer', compared);
}

const isParent = ({ quickbooksId }: { readonly quickbooksId: string | null }, found: string | undefined): boolean =>
  quickbooksId !== null && quickbooksId === found;

/** Somebody else's record has the name that ours should have. */
function others(name: string, id: string, namesakes: readonly string[]): Compared[] {
  const strangers = namesakes.filter((one) => one !== id);
  return strangers.length === 0
    ? []
    : [
        {
          found: `${name} is in the list ${namesakes.includes(id) ? `${namesakes.length} times` : `as #${strangers.join(', #')}`}`,
          expected: `${name}, once`,
          right: false,
          setting: SETTING,
        },
      ];
}
