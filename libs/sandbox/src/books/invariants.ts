/** One of the six things that must always be true (postings.md §14), looked at for one company. */
export interface Invariant {
  readonly number: 1 | 2 | 3 | 4 | 5 | 6;
  readonly says: string;
  /** How many records it was looked at for. */
  readonly checked: number;
  /** Each thing that breaks it, in a line. */
  readonly broken: readonly string[];
}

/** The same invariant of several companies, as one. */
export function together(
  all: readonly { readonly tenant: string; readonly invariants: readonly Invariant[] }[],
): Invariant[] {
  const numbers = [...new Set(all.flatMap(({ invariants }) => invariants.map(({ number }) => number)))].sort();
  return numbers.map((number) => {
    const own = all.flatMap(({ tenant, invariants }) =>
      invariants.filter((one) => one.number === number).map((one) => ({ tenant, ...one })),
    );
    return {
      number,
      says: own[0]?.says ?? '',
      checked: own.reduce((total, { checked }) => total + checked, 0),
      broken: own.flatMap(({ tenant, broken }) => broken.map((line) => `${tenant}: ${line}`)),
    };
  });
}
