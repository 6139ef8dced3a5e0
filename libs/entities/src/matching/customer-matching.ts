import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Match } from '@qbo-sync/mapping/match';
import {
  type CustomerBooks,
  customerBooks,
  customerKeys,
  customerRecordKeys,
  matchCustomer,
} from '@qbo-sync/mapping/match-customer';
import { valueAt } from '../sync/compare';
import { notLinked } from './changed-since';
import { type Books, type Matching, sketch, withoutSharing } from './matching';
import type { OurRecord } from './our-record';

/** Customers against QuickBooks' customers, and the names of its vendors and employees (postings.md §12). */
export const customerMatching: Matching = {
  entity: 'customer',
  resource: 'Customer',
  others: ['Vendor', 'Employee'],

  matchAll(ours, books, settings) {
    const index = customerBooks(books.records, books.others);
    const parents = new Set(ours.flatMap(({ data }) => customerMatching.besides(data)));
    /** Parents that another of ours takes too: their children are not looked for under them. */
    const doubtful = new Set<string>();
    for (;;) {
      const matches = matchEach(ours, index, books.held, settings.company.currency, doubtful);
      const apart = withoutSharing(matches);
      const more = [...parents].filter(
        (ref) => !doubtful.has(ref) && matches.get(ref)?.group !== apart.get(ref)?.group,
      );
      if (more.length === 0) return apart;
      for (const ref of more) doubtful.add(ref);
    }
  },

  besides(data) {
    const { parentId } = data as unknown as Customer;
    return parentId === undefined ? [] : [`customer:${parentId}`];
  },

  keysOfOurs: (data) => customerKeys(data as unknown as Customer),
  keysOfRecord: customerRecordKeys,

  sketchOfOurs(data) {
    const { displayName, email, phone, mobile, billingAddress } = data as unknown as Customer;
    const address = [billingAddress?.line1, billingAddress?.postalCode].filter((part) => part !== undefined).join(', ');
    return sketch({ name: displayName, email, phone: phone ?? mobile, address });
  },

  sketchOfRecord(record) {
    const text = (path: string): string | undefined => valueAt(record, path);
    const address = [text('BillAddr.Line1'), text('BillAddr.PostalCode')]
      .filter((part) => part !== undefined)
      .join(', ');
    return sketch({
      name: text('DisplayName'),
      email: text('PrimaryEmailAddr.Address'),
      phone: text('PrimaryPhone.FreeFormNumber') ?? text('Mobile.FreeFormNumber'),
      address,
      parent: text('ParentRef.name'),
      active: text('Active'),
    });
  },

  sharesName: (why) => why !== 'email' && why !== 'phone',
  notLinked,
};

/** Each by itself. A parent that is matched beyond doubt counts as linked: its children are looked for under it. */
function matchEach(
  ours: readonly OurRecord[],
  books: CustomerBooks,
  held: Books['held'],
  currency: string,
  doubtful: ReadonlySet<string>,
): ReadonlyMap<string, Match> {
  const byRef = new Map(ours.map((one) => [one.ref, one]));
  const holders = new Map([...held, ...linksOf(ours)]);
  const matches = new Map<string, Match>();
  const matchOf = (one: OurRecord, under: ReadonlySet<string>): Match => {
    const known = matches.get(one.ref);
    if (known !== undefined) return known;
    const customer = one.data as unknown as Customer;
    const match = matchCustomer(customer, books, {
      currency,
      ...(one.linked === undefined ? {} : { linkedTo: one.linked.id }),
      parentId: parentOf(customer, new Set([...under, one.ref])),
      heldBy: (id) => holders.get(id),
    });
    matches.set(one.ref, match);
    return match;
  };
  const parentOf = ({ parentId }: Customer, under: ReadonlySet<string>): string | null | undefined => {
    if (parentId === undefined) return null;
    const parent = byRef.get(`customer:${parentId}`);
    if (parent === undefined || under.has(parent.ref) || doubtful.has(parent.ref)) return undefined;
    const { group, candidates } = matchOf(parent, under);
    return group === 'exact' ? candidates[0] : undefined;
  };
  for (const one of ours) matchOf(one, new Set());
  return matches;
}

/** QuickBooks ids that ours are linked to. */
function linksOf(ours: readonly OurRecord[]): readonly (readonly [string, 'made' | 'adopted'])[] {
  return ours.flatMap(({ linked }) => (linked === undefined ? [] : [[linked.id, linked.as] as const]));
}
