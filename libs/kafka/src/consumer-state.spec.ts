import { stateOf } from './consumer-state';

const now = { over: false, joined: true, rebuilds: 0, silentForMs: 0 };

describe('how a consumer stands', () => {
  it.each([
    ['starting', { ...now, joined: false }],
    ['running', now],
    ['running', { ...now, rebuilds: 2, silentForMs: 2_000 }],
    ['silent', { ...now, silentForMs: 6_001 }],
    ['rebuilding', { ...now, joined: false, rebuilds: 1 }],
    ['stopped', { ...now, over: true }],
  ])('%s', (state, at) => expect(stateOf(at)).toBe(state));
});
