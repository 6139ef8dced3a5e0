import { chunks } from './chunks';

const message = (length: number, id = 'k') => ({ topic: 't', key: id, value: 'x'.repeat(length) });

describe('splitting what is sent', () => {
  it('keeps the order and fills each stretch', () => {
    const messages = Array.from({ length: 10 }, (_, index) => message(100, String(index)));
    const made = chunks(messages, 500);
    expect(made.map((one) => one.length)).toEqual([3, 3, 3, 1]);
    expect(made.flat()).toEqual(messages);
  });

  it('counts bytes, not characters, and headers and keys too', () => {
    const wide = { topic: 't', key: 'k', value: 'é'.repeat(100) };
    expect(chunks([wide, wide], 400)).toHaveLength(2);
    const headed = { ...message(10), headers: { traceparent: 'x'.repeat(200) } };
    expect(chunks([headed, headed], 400)).toHaveLength(2);
    expect(chunks([message(10), message(10)], 400)).toHaveLength(1);
  });

  it('lets a message that is too large stand alone', () => {
    expect(chunks([message(10), message(900), message(10)], 500).map((one) => one.length)).toEqual([1, 1, 1]);
  });

  it('takes a message without key and value for a small one', () => {
    const bare = { topic: 't', key: null, value: null };
    expect(chunks([bare, bare], 200)).toEqual([[bare, bare]]);
  });

  it('makes nothing of nothing', () => {
    expect(chunks([])).toEqual([]);
  });
});
