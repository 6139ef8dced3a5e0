import { entityOf, idOf, ownerOf, TO_CLASSIFY_AGENCY, toClassifyCodeRef } from './refs';

describe('refs', () => {
  it.each([
    ['customer:cus_88', 'customers', 'cus_88'],
    ['payment:pay_500/cus_61', 'payments', 'pay_500/cus_61'],
    ['item:helper.sales.79', 'items', 'helper.sales.79'],
    ['payment-method:card', 'payments', 'card'],
    ['account:stripe-clearing', 'payments', 'stripe-clearing'],
    ['profile:Account', 'tax', 'Account'],
    ['tax-rate:tax_tx', 'tax', 'tax_tx'],
    [TO_CLASSIFY_AGENCY, 'tax', 'to-classify'],
    [toClassifyCodeRef('8.250'), 'tax', '8.25'],
  ])('%s belongs to %s', (ref, owner, id) => {
    expect(ownerOf(ref)).toBe(owner);
    expect(idOf(ref)).toBe(id);
  });

  it('knows no owner of an entity that is not in the table', () => {
    expect(ownerOf('estimate:est_1')).toBeUndefined();
    expect(entityOf('estimate:est_1')).toBe('estimate');
  });
});
