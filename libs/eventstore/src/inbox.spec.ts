import { compare, keyedHash, newKey } from './inbox';

describe('a message under a known id', () => {
  const key = newKey();
  const admitted = { ref: 'customer:cus_1', hash: keyedHash(key, '{"id":"cus_1"}'), key };

  it('is a duplicate when its payload is the same, as text or bytes', () => {
    expect(compare(admitted, '{"id":"cus_1"}')).toEqual({ outcome: 'duplicate' });
    expect(compare(admitted, Buffer.from('{"id":"cus_1"}'))).toEqual({ outcome: 'duplicate' });
  });

  it('is different when its payload is, and the first one stands', () => {
    expect(compare(admitted, '{"id":"cus_2"}')).toEqual({ outcome: 'different', ref: 'customer:cus_1' });
  });

  it('is a duplicate whatever it holds once the payload was erased', () => {
    expect(compare({ ...admitted, key: null }, '{"id":"cus_2"}')).toEqual({ outcome: 'duplicate' });
  });

  it('cannot be told by its hash: equal payloads hash differently', () => {
    expect(keyedHash(newKey(), 'x').equals(keyedHash(newKey(), 'x'))).toBe(false);
  });
});
