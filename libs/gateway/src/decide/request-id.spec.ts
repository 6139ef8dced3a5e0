import { requestId } from './request-id';

const identity = { books: 'bk_1', ref: 'x:1', generation: 1, revision: 1, attempt: 1, bytes: '{"a":1}' };

describe('requestid', () => {
  it('is 32 characters of base32, the same for the same bytes', () => {
    expect(requestId(identity)).toMatch(/^[a-z2-7]{32}$/);
    expect(requestId({ ...identity })).toBe(requestId(identity));
  });

  it.each([
    { books: 'bk_2' },
    { ref: 'x:2' },
    { generation: 2 },
    { revision: 2 },
    { attempt: 2 },
    { bytes: '{"a":1.0}' },
  ])('is another for %j', (other) => {
    expect(requestId({ ...identity, ...other })).not.toBe(requestId(identity));
  });
});
