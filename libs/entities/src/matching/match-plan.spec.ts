import { sentence } from '@qbo-sync/contracts/reasons';
import { plannedByMatch } from './match-plan';

const VIEW = { linked: false, inForce: false, wanted: false };
const linkTo = (): never => {
  throw new Error('it is not to be linked');
};

describe('what Match says of a record', () => {
  it.each([
    ['gone', 'match_gone', 'Dana was not linked: the record it was to be linked to is not in QuickBooks any more.'],
    ['inactive', 'match_inactive', 'Dana was not linked: Ruiz was made inactive in QuickBooks meanwhile.'],
    ['renamed', 'match_renamed', 'Dana was not linked to Ruiz in QuickBooks: one of them was renamed meanwhile.'],
    [
      ...(['taken', 'match_taken'] as const),
      'Dana was not linked: Ruiz in QuickBooks was linked to another record of Run a Call meanwhile.',
    ],
    [undefined, 'match_needed', 'Dana may be in QuickBooks already.'],
  ] as const)('asked again, %s since a link was decided: held %s', (since, code, says) => {
    const asked = since === undefined ? {} : { since, record: 'Ruiz' };
    const plan = plannedByMatch(VIEW, { is: 'ask', ...asked }, 'Dana', linkTo);
    if (plan?.do !== 'hold') throw new Error('it is not held');
    expect(plan.reason.code).toBe(code);
    expect(sentence(plan.reason)).toBe(`${says} Say in Match which it is.`);
  });
});
