import { etagOf, expectedVersion } from './etag';

it.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['*', undefined],
  [etagOf(14), 14],
  ['W/"14"', 14],
  ['"abc"', -1],
  ['14', -1],
])('If-Match %s expects %s', (header, version) => expect(expectedVersion(header)).toBe(version));
