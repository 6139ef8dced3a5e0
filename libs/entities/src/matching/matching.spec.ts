import fc from 'fast-check';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Match } from '@qbo-sync/mapping/match';
import { settings } from '../sync/spec-kit';
import { customerMatching } from './customer-matching';
import { itemMatching } from './item-matching';
import type { OurRecord } from './our-record';

/** Two lists as people keep them: few names, so that they are alike all the time, and some are linked already. */
const NAMES = ['Ann Lee', 'Bo Cruz'];
const EMAILS = ['a@x.io', 'b@x.io'];
const PHONES = ['512 555 0101', '512 555 0102'];
const person = fc.record({
  name: fc.nat(NAMES.length - 1),
  email: fc.option(fc.nat(EMAILS.length - 1)),
  phone: fc.option(fc.nat(PHONES.length - 1)),
  /** Place of its parent in its own list, where that is another's. */
  parent: fc.option(fc.nat(3), { freq: 2 }),
  active: fc.boolean(),
  linked: fc.option(fc.record({ to: fc.nat(3), as: fc.constantFrom('made' as const, 'adopted' as const) }), {
    freq: 4,
    nil: undefined,
  }),
});
type Person = typeof person extends fc.Arbitrary<infer One> ? One : never;
const people = fc.array(person, { maxLength: 4 });
/** Customers of one name and sub-customers of another: two of ours often are one of theirs. */
const member = (name: number, parent: fc.Arbitrary<number | null>): fc.Arbitrary<Person> =>
  fc.record({
    ...{ name: fc.constant(name), email: fc.constant(name), phone: fc.constant(null), parent },
    ...{ active: fc.constant(true), linked: fc.constant(undefined) },
  });
const family = fc.array(fc.oneof(member(0, fc.constant(null)), member(1, fc.nat(1))), { minLength: 1, maxLength: 4 });

const idOf = (place: number): string => String(100 + place);
const refOf = (place: number): string => `customer:cus_${place}`;
const parentOf = (list: readonly Person[], place: number): number | undefined => {
  const parent = list[place]?.parent ?? undefined;
  return parent === undefined || parent === place || list[parent] === undefined ? undefined : parent;
};
/** One record of QuickBooks is linked to one of ours, that first says so. */
const linkOf = (list: readonly Person[], place: number): OurRecord['linked'] => {
  const linked = list[place]?.linked;
  if (linked === undefined || list.findIndex((one) => one.linked?.to === linked.to) !== place) return undefined;
  return { id: idOf(linked.to), as: linked.as };
};

function customer(list: readonly Person[], place: number): OurRecord {
  const { name = 0, email = null, phone = null } = list[place] ?? {};
  const parent = parentOf(list, place);
  const data = {
    ...{ id: `cus_${place}`, kind: 'residential', displayName: NAMES[name], taxExempt: false, active: true },
    ...(email === null ? {} : { email: EMAILS[email] }),
    ...(phone === null ? {} : { phone: PHONES[phone] }),
    ...(parent === undefined ? {} : { parentId: `cus_${parent}` }),
  };
  return { ref: refOf(place), data, linked: linkOf(list, place) };
}

function record(list: readonly Person[], place: number): TextObject {
  const { name = 0, email = null, phone = null, active = true } = list[place] ?? {};
  const parent = parentOf(list, place);
  return {
    ...{ Id: idOf(place), DisplayName: (NAMES[name] ?? '').toUpperCase(), Active: active },
    ...(email === null ? {} : { PrimaryEmailAddr: { Address: EMAILS[email] ?? '' } }),
    ...(phone === null ? {} : { PrimaryPhone: { FreeFormNumber: PHONES[phone] ?? '' } }),
    ...(parent === undefined ? {} : { ParentRef: { value: idOf(parent) } }),
  };
}

const shares = (a: number | null, b: number | null): boolean => a !== null && a === b;
const places = (list: readonly unknown[]): number[] => list.map((_, place) => place);
const taken = ({ group, why, candidates }: Match): string | undefined =>
  group === 'exact' && why !== 'linked' ? candidates[0] : undefined;

describe('any two lists of customers', () => {
  const matched = (ours: readonly Person[], theirs: readonly Person[]): ReadonlyMap<string, Match> =>
    customerMatching.matchAll(
      places(ours).map((place) => customer(ours, place)),
      { records: places(theirs).map((place) => record(theirs, place)), others: [], held: new Map() },
      settings(),
    );
  /** By the spec's words alone: the name, or in use, nobody's, and the e-mail or the phone. Ours as we made it never is. */
  const likely = (ours: readonly Person[], place: number, theirs: readonly Person[]): string[] => {
    const one = ours[place];
    const links = new Map(places(ours).flatMap((other) => heldAs(ours, other)));
    return places(theirs)
      .filter((there) => {
        const other = theirs[there];
        const held = links.get(idOf(there));
        if (one === undefined || other === undefined || held === 'made') return false;
        const alike = shares(one.email, other.email) || shares(one.phone, other.phone);
        return one.name === other.name || (alike && other.active && held === undefined);
      })
      .map(idOf);
  };
  const heldAs = (ours: readonly Person[], place: number): [string, 'made' | 'adopted'][] => {
    const link = linkOf(ours, place);
    return link === undefined ? [] : [[link.id, link.as]];
  };

  it('§12 takes none by itself where two are likely, and none that two of ours would take', () => {
    fc.assert(
      fc.property(people, people, (ours, theirs) => {
        const matches = matched(ours, theirs);
        expect(matches.size).toBe(ours.length);
        const all = [...matches.values()].flatMap((match) => taken(match) ?? []);
        expect(new Set(all).size).toBe(all.length);
        for (const place of places(ours)) {
          const match = matches.get(refOf(place));
          const link = linkOf(ours, place);
          if (match === undefined) throw new Error('one was not matched');
          if (link !== undefined) expect(match).toEqual({ group: 'exact', why: 'linked', candidates: [link.id] });
          else if (match.group === 'exact') expect(likely(ours, place, theirs)).toEqual(match.candidates);
          else if (match.group === 'new') expect(likely(ours, place, theirs)).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('§12 takes none by itself under a parent that is not beyond doubt', () => {
    fc.assert(
      fc.property(family, family, (ours, theirs) => {
        const matches = matched(ours, theirs);
        for (const place of places(ours)) {
          const id = taken(matches.get(refOf(place)) ?? { group: 'new', why: 'nothing_alike', candidates: [] });
          if (id === undefined) continue;
          const [above, below] = [parentOf(ours, place), parentOf(theirs, Number(id) - 100)];
          const parent = above === undefined ? undefined : matches.get(refOf(above));
          expect(parent?.group ?? 'exact').toBe('exact');
          expect(below === undefined ? undefined : idOf(below)).toBe(parent?.candidates[0]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('any two lists of items', () => {
  const SKUS = ['A1', 'B2'];
  const thing = fc.record({
    name: fc.nat(1),
    sku: fc.option(fc.nat(1)),
    type: fc.constantFrom('Service', 'NonInventory', 'Inventory', 'Category'),
    active: fc.boolean(),
    account: fc.constantFrom('79', '82'),
  });
  const things = fc.array(thing, { maxLength: 4 });

  it('§12 takes none by itself where two are alike, and none that two of ours would take', () => {
    fc.assert(
      fc.property(things, things, (ours, theirs) => {
        const matches = itemMatching.matchAll(
          ours.map(({ name, sku }, place) => ({
            ref: `item:${place}`,
            data: {
              id: String(place),
              name: NAMES[name],
              kind: 'service',
              ...(sku === null ? {} : { sku: SKUS[sku] }),
            },
            linked: undefined,
          })),
          {
            records: theirs.map(({ name, sku, type, active, account }, place) => ({
              ...{ Id: idOf(place), Name: NAMES[name] ?? '', Type: type, Active: active },
              ...(sku === null ? {} : { Sku: SKUS[sku] ?? '' }),
              IncomeAccountRef: { value: account },
            })),
            ...{ others: [], held: new Map() },
          },
          settings(),
        );
        const all = [...matches.values()].flatMap((match) => taken(match) ?? []);
        expect(new Set(all).size).toBe(all.length);
        for (const [place, one] of ours.entries()) {
          const alike = theirs.flatMap((other, there) =>
            one.name === other.name || shares(one.sku, other.sku) ? [idOf(there)] : [],
          );
          const { group, candidates } = matches.get(`item:${place}`) ?? { group: 'none', candidates: [] };
          if (group === 'exact') expect(alike).toEqual(candidates);
          else expect(group === 'new').toBe(alike.length === 0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
