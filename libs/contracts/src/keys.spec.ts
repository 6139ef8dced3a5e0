import { messageKey, splitKey } from './keys';

describe('message keys', () => {
  it('splits at the first colon, so that a ref keeps its own', () => {
    expect(splitKey(messageKey('acme', 'invoice:inv_1'))).toEqual({ tenant: 'acme', ref: 'invoice:inv_1' });
  });

  it.each(['', 'acme', ':inv_1', 'acme:', 'Acme:inv_1', 'a_b:inv_1', `${'x'.repeat(41)}:inv_1`])(
    'refuses %j',
    (key) => {
      expect(splitKey(key)).toBeUndefined();
    },
  );
});
