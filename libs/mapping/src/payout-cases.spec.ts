import { heldBy, PAYOUT_CASES, recordsOf } from './payout-cases.fixtures';

describe('Stripe’s payout → QuickBooks’ body', () => {
  test.each(PAYOUT_CASES)('§$section $says', (one) => {
    expect(recordsOf(one).map(({ resource, body }) => ({ resource, body }))).toEqual(
      one.records.map(({ resource, body }) => ({ resource, body })),
    );
    expect(heldBy(one)).toEqual(one.held?.reason);
  });
});
