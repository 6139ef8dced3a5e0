import { Health } from './health';

describe('readiness', () => {
  it('is ready when every check is', async () => {
    const health = new Health();
    health.add('pool', () => ({ ok: true }));
    health.add('consumer', () => Promise.resolve({ ok: true, state: 'running' }));
    expect(await health.readiness()).toEqual({
      ready: true,
      checks: { pool: { ok: true }, consumer: { ok: true, state: 'running' } },
    });
  });

  it('is not ready while one check is not, throws, or the process is stopping', async () => {
    const health = new Health();
    let ok = false;
    health.add('consumer', () => ({ ok }));
    expect((await health.readiness()).ready).toBe(false);
    ok = true;
    expect((await health.readiness()).ready).toBe(true);
    health.add('pool', () => {
      throw new Error('no connection');
    });
    expect((await health.readiness()).checks['pool']).toEqual({ ok: false, state: 'failed' });
    const stopping = new Health();
    stopping.stop();
    expect(await stopping.readiness()).toEqual({ ready: false, checks: { shutdown: { ok: false } } });
  });

  it('is not ready while a check hangs, and asks it once however often it is probed', async () => {
    jest.useFakeTimers();
    try {
      const health = new Health();
      let asked = 0;
      let answer: (result: { ok: boolean }) => void = () => undefined;
      health.add('database', () => {
        asked += 1;
        return new Promise((resolve) => (answer = resolve));
      });
      const probes = [health.readiness(), health.readiness()];
      await jest.advanceTimersByTimeAsync(2_000);
      const hangs = { ready: false, checks: { database: { ok: false, state: 'hangs' } } };
      expect(await Promise.all(probes)).toEqual([hangs, hangs]);
      const last = health.readiness();
      expect(asked).toBe(1);
      answer({ ok: true });
      expect((await last).ready).toBe(true);
      const next = health.readiness();
      expect(asked).toBe(2);
      answer({ ok: true });
      expect((await next).ready).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });
});
