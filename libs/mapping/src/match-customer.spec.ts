import fc from 'fast-check';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { customerBooks, matchCustomer } from './match-customer';
import { CONTEXT, CUSTOMER_CASES, MARIA, theirs } from './match-customer.fixtures';
import { MOST_SHARING } from './match-index';

describe('matching customers', () => {
  test.each(CUSTOMER_CASES)('§$section $says', ({ customer, records, others = [], context, match }) => {
    const books = customerBooks(records, others);
    expect(matchCustomer({ ...MARIA, ...customer }, books, { ...CONTEXT, ...context })).toEqual(match);
  });

  test('§12 a number that many share tells nobody, not even a namesake', () => {
    const office = { PrimaryPhone: { FreeFormNumber: '512-555-0101' } };
    const crowd = Array.from({ length: MOST_SHARING }, (_, n) => theirs(`c${n}`, `Tenant ${n}`, office));
    const books = customerBooks([...crowd, theirs('58', 'Maria Lopez', office)], []);
    expect(matchCustomer(MARIA, books, CONTEXT)).toEqual({ group: 'likely', why: 'name', candidates: ['58'] });
    expect(matchCustomer({ ...MARIA, displayName: 'New tenant' }, books, CONTEXT).group).toBe('new');
  });
});

/** A small town: few names, addresses and numbers, so that people are alike all the time, written in every way. */
const NAMES = ['Ann Lee', 'Bo Cruz', 'Acme & Sons'];
const ways: ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => `${name}, Inc.`,
  (name) => name.replace('&', 'and'),
  (name) => ` ${name.replace(' ', '  ')}`,
];
const EMAILS = ['a@x.io', 'b@x.io'];
const PHONES = ['512 555 0101', '(512) 555-0102'];
interface Person {
  readonly name: number;
  readonly way: number;
  readonly email: number | null;
  readonly phone: number | null;
  readonly active: boolean;
}
const person: fc.Arbitrary<Person> = fc.record({
  name: fc.nat(NAMES.length - 1),
  way: fc.nat(ways.length - 1),
  email: fc.option(fc.nat(EMAILS.length - 1)),
  phone: fc.option(fc.nat(PHONES.length - 1)),
  active: fc.boolean(),
});
const written = ({ name, way }: Person): string => ways[way]?.(NAMES[name] ?? '') ?? '';
const asCustomer = (one: Person): Customer => ({
  id: 'cus_1',
  kind: 'residential',
  displayName: written(one),
  ...(one.email === null ? {} : { email: EMAILS[one.email] ?? '' }),
  ...(one.phone === null ? {} : { phone: PHONES[one.phone] ?? '' }),
  taxExempt: false,
  active: true,
  updatedAt: '2026-11-20T16:00:00Z',
});
const asRecord = (one: Person, index: number): TextObject => ({
  Id: String(index),
  DisplayName: written(one),
  Active: one.active,
  ...(one.email === null ? {} : { PrimaryEmailAddr: { Address: EMAILS[one.email] ?? '' } }),
  ...(one.phone === null ? {} : { Mobile: { FreeFormNumber: PHONES[one.phone] ?? '' } }),
});
const shares = (a: number | null, b: number | null): boolean => a !== null && a === b;
/** By the spec's words alone: it has the name, or it is in use and has the e-mail or the phone. */
const isLikely = (ours: Person, record: Person): boolean =>
  ours.name === record.name ||
  (record.active && (shares(ours.email, record.email) || shares(ours.phone, record.phone)));

describe('any customers and any books', () => {
  const town = fc.tuple(person, fc.array(person, { maxLength: 5 }));

  test('§12 never exact where two are likely; then both are shown', () => {
    fc.assert(
      fc.property(town, ([ours, people]) => {
        const match = matchCustomer(asCustomer(ours), customerBooks(people.map(asRecord), []), CONTEXT);
        const likely = people.flatMap((one, index) => (isLikely(ours, one) ? [String(index)] : []));
        expect(match.candidates).toEqual(likely);
        if (likely.length === 0) expect(match.group).toBe('new');
        if (likely.length > 1) expect(match.group).toBe('conflict');
        if (match.group === 'exact') expect(likely).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  test('§12 exact is a namesake in use that agrees in something', () => {
    fc.assert(
      fc.property(town, ([ours, people]) => {
        const match = matchCustomer(asCustomer(ours), customerBooks(people.map(asRecord), []), CONTEXT);
        fc.pre(match.group === 'exact');
        const [record] = people.filter((_, index) => match.candidates.includes(String(index)));
        expect(record).toMatchObject({ name: ours.name, active: true });
        expect(shares(ours.email, record?.email ?? null) || shares(ours.phone, record?.phone ?? null)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('10,000 customers against 10,000 records: each is compared with its own few', () => {
    const SIZE = 10_000;
    const digits = (n: number): string => `512${String(n).padStart(7, '0')}`;
    const records = Array.from({ length: SIZE }, (_, n) => ({
      ...theirs(String(n), `Customer ${n}`, { PrimaryEmailAddr: { Address: `c${n}@x.io` } }),
      PrimaryPhone: { FreeFormNumber: n % 3 === 0 ? '512 000 0000' : digits(n) },
    }));
    const { records: index, takenNames } = customerBooks(records, []);
    let compared = 0;
    const counting = {
      takenNames,
      records: {
        candidates: (keys: readonly string[]) => {
          const near = index.candidates(keys);
          compared += near.length;
          return near;
        },
      },
    };
    const groups = Array.from({ length: SIZE }, (_, n) => {
      const customer = { ...MARIA, displayName: `CUSTOMER ${n}`, email: `C${n}@x.io`, phone: '512 000 0000' };
      return matchCustomer(customer, counting, CONTEXT).group;
    });
    expect(groups.every((group) => group === 'exact')).toBe(true);
    expect(compared).toBe(SIZE);
  });
});
