import { restAfter } from './outbox';

describe('the rest after a step of the outbox', () => {
  it('is none while there was something', () => {
    expect(restAfter({ did: 'relayed', rows: 1 }, 700).forMs).toBe(0);
  });

  it('is the poll when there was nothing, and a wake ends it', () => {
    expect(restAfter({ did: 'relayed', rows: 0 }, 700)).toEqual({ forMs: 700, wakeable: true });
  });

  it('grows with failures up to ten seconds, and a wake does not end it', () => {
    const pauses = [1, 2, 3, 8, 50].map((failures) => restAfter({ did: 'failed', failures }, 700));
    expect(pauses.map((rest) => rest.forMs)).toEqual([100, 200, 400, 10_000, 10_000]);
    expect(pauses.some((rest) => rest.wakeable)).toBe(false);
  });

  it('is a second while another one leads', () => {
    expect(restAfter({ did: 'followed' }, 700)).toEqual({ forMs: 1_000, wakeable: false });
    expect(restAfter({ did: 'followed' }, 5_000).forMs).toBe(5_000);
  });
});
