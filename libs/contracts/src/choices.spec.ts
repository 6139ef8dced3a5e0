import { choicesOf, fieldsIn, isChoice, isOf, type Stopped } from './choices';

describe('what a person may choose', () => {
  const stopped: Stopped = { entity: 'invoice', state: 'needs attention', change: 'sent', reason: 'closed_period' };
  const wordsOf = (how: Partial<Stopped>): string =>
    choicesOf({ ...stopped, ...how })
      .map(({ code, needs }) => [code, ...needs].join(' '))
      .join(', ');

  it.each<[string, Partial<Stopped>, string]>([
    ['closed books', {}, 'date day, retry, leave'],
    ['a void in closed books', { change: 'voided' }, 'credit-memo, retry, leave'],
    ['two rates', { reason: 'two_rates' }, 'code taxCodeId, retry, leave'],
    ['not paid yet', { state: 'skipped', reason: 'not_paid_yet' }, 'post-now'],
    ['waiting for its invoice', { entity: 'payment', state: 'waiting', reason: 'parent' }, 'unapplied'],
    ['an invoice that waits', { state: 'waiting', reason: 'parent' }, ''],
    ['a taken name', { entity: 'customer', reason: 'name_taken' }, 'link quickbooksId, other-name, retry, leave'],
    ['a refund of nothing', { entity: 'refund', reason: 'refund_effect' }, 'invoice invoiceId, credit, retry, leave'],
    ['an unequal payout', { entity: 'payout', reason: 'payout_unequal' }, 'account part accountId, retry, leave'],
    ['changed on both sides', { entity: 'customer', reason: 'both_changed' }, 'fields sides, leave'],
    ['a reason of a newer version', { reason: 'brand_new' }, 'retry, leave'],
    ['synced', { state: 'synced', reason: null }, ''],
    ['dismissed', { state: 'dismissed' }, ''],
  ])('%s', (_, how, words) => {
    expect(wordsOf(how)).toBe(words);
  });

  it.each([
    ['retry', true],
    ['retry now', false],
    ['link 58', true],
    ['link', false],
    ['date 2026-12-02', true],
    ['date tomorrow', false],
    ['account 35', true],
    ['account ch_9 77', true],
    ['account ch_9 77 1', false],
    ['fields DisplayName=ours', true],
    ['fields DisplayName=ours,Mobile=theirs', true],
    ['fields DisplayName=mine', false],
    ['fields', false],
    ['drop table', false],
  ])('%s is a choice: %s', (text, is) => {
    expect(isChoice(text)).toBe(is);
  });

  it('names the fields of a choice of sides', () => {
    expect(fieldsIn('fields DisplayName=ours,Mobile=theirs')).toEqual(['DisplayName', 'Mobile']);
    expect(fieldsIn('retry')).toBeUndefined();
  });

  it('tells one offered choice from another of the same word', () => {
    expect(isOf({ code: 'account', needs: ['accountId'] }, 'account ch_9 77')).toBe(false);
  });
});
