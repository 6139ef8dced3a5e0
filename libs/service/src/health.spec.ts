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
});
