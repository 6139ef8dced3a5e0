import { bothSides } from './both-sides';

describe('what both sides say of a record', () => {
  it('each field that clashes, ours beside theirs; numbers as they were written', () => {
    const body = '{"DisplayName":"Dana R.","Notes":"a","TotalAmt":129.50,"CustomerRef":{"value":"58"}}';
    const theirs = { DisplayName: 'Dana Lee', TotalAmt: '130.00', CustomerRef: { value: '59' } };
    expect(bothSides(['DisplayName', 'TotalAmt', 'CustomerRef', 'Notes'], body, theirs)).toEqual({
      fields: 'DisplayName, TotalAmt, CustomerRef, Notes',
      ...{ 'ours.DisplayName': 'Dana R.', 'theirs.DisplayName': 'Dana Lee' },
      ...{ 'ours.TotalAmt': '129.50', 'theirs.TotalAmt': '130.00' },
      ...{ 'ours.CustomerRef': '{"value":"58"}', 'theirs.CustomerRef': '{"value":"59"}' },
      ...{ 'ours.Notes': 'a', 'theirs.Notes': '' },
    });
  });

  it('is short, whatever they hold, and nothing once ours was erased', () => {
    const [long] = [`{"Line":"${'x'.repeat(9_000)}"}`];
    expect(bothSides(['Line'], long, {})['ours.Line']).toHaveLength(500);
    expect(bothSides(['Line'], undefined, {})).toEqual({});
    expect(bothSides(['Line'], '', {})).toEqual({});
    expect(bothSides(['Line'], '{}', undefined)).toEqual({});
    expect(bothSides([], '{}', {})).toEqual({});
  });
});
