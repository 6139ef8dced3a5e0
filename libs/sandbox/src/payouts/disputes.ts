import type { Statement } from '../stripe/statement';

/** Where a dispute that is over must come to rest. */
export interface ExpectedDispute {
  readonly id: string;
  readonly outcome: 'won' | 'lost';
  /** A person has to write its money off, or collect it. */
  readonly isHeld: boolean;
}

/** What a second accountant makes of disputes (postings.md §10.5). `isAsset`: their money waits in an asset account. */
export function expectDisputes({ disputes }: Statement, isAsset: boolean): ExpectedDispute[] {
  return disputes.flatMap(({ id, status }) =>
    status === 'won' || status === 'lost' ? [{ id, outcome: status, isHeld: status === 'lost' && isAsset }] : [],
  );
}
