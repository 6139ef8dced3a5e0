import { readRequest } from './intake';

const REQUEST = {
  ...{ tenant: 'acme', ref: 'invoice:inv_1', revision: 1, books: 'bk_1', lane: 'live', kind: 'put' },
  ...{ occurredAt: '2026-11-20T10:00:00Z', resource: 'Invoice', how: { path: 'invoice', update: 'changed' } },
};
const withBody = (body: unknown): string => JSON.stringify({ ...REQUEST, body });
const fieldOf = (value: string): string | undefined => {
  const read = readRequest(value);
  return read.ok ? undefined : read.params['field'];
};

describe('a request as it comes', () => {
  it('is kept as it was written, digits and all', () => {
    const text = withBody('{"Amount":123456789012345678901.10}');
    expect(readRequest(text)).toMatchObject({ ok: true, text, request: { ref: 'invoice:inv_1' } });
  });

  it.each(['[]', 'null', '1', '"{}"', '{"a":', ''])('is not one whose body is %s', (body) => {
    expect(fieldOf(withBody(body))).toBe('body');
  });

  it.each([
    ['ref', { ref: 'invoice:\u001e1' }],
    ['books', { books: 'bk\u001f1' }],
    ['run', { run: 'run\n1' }],
    ['revision', { revision: '1' }],
    ['revision', { revision: 2 ** 53 }],
    ['how.update', { how: { path: 'invoice', update: 'all' } }],
  ])('says that %s is wrong', (field, wrong) => {
    expect(fieldOf(JSON.stringify({ ...REQUEST, body: '{}', ...wrong }))).toBe(field);
  });
});
