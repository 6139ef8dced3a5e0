import type { RequestKind } from '@qbo-sync/contracts/sync/request';

/** A pending row as the claim looks at it. */
export interface Head {
  readonly ref: string;
  readonly kind: RequestKind;
  /** Waits for what refers to it, and nothing waits for it (a total lowered below what is paid). */
  readonly last: boolean;
  /** The refs it names: `$ref`s of its body and `after`. */
  readonly refs: readonly string[];
}

export interface Surroundings {
  /** Which of the head's refs are linked. */
  readonly linked: ReadonlySet<string>;
  /** Pending rows of the head's refs. */
  readonly pending: ReadonlyMap<string, Pick<Head, 'kind' | 'last'>>;
  /** Pending rows that refer to the head, by what they ask for or by what they are linked with; oldest first. */
  readonly dependants: readonly string[];
}

/**
 *   parent: put pending ──────────────▶ wait         else the books would see the parent's old amount (scenarios.md 1)
 *   parent: linked ───────────────────▶ go
 *   parent: anything else pending ────▶ wait
 *   parent: nobody sent it ───────────▶ wait, ask    one `push` to its owner
 *   removal or `last` ────────────────▶ wait         for every pending row that refers to it
 */
export type Claim = { readonly do: 'go' } | { readonly do: 'wait'; readonly on: string; readonly ask: boolean };

/** Whether a head may go now. */
export function claim(head: Head, around: Surroundings): Claim {
  for (const ref of head.kind === 'put' ? head.refs : []) {
    if (ref === head.ref) continue;
    const parent = around.pending.get(ref);
    if (parent?.kind === 'put' && !goesLast(parent)) return { do: 'wait', on: ref, ask: false };
    if (around.linked.has(ref)) continue;
    return { do: 'wait', on: ref, ask: parent === undefined };
  }
  const dependant = goesLast(head) ? around.dependants.find((ref) => ref !== head.ref) : undefined;
  return dependant === undefined ? { do: 'go' } : { do: 'wait', on: dependant, ask: false };
}

function goesLast(row: Pick<Head, 'kind' | 'last'>): boolean {
  return row.kind === 'remove' || row.last;
}
