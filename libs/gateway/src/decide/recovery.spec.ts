import { isReadTo, wentBack } from './recovery';

const at = (partition: number, next: bigint) => ({ topic: 'requests', partition, next });

describe('a database that is older than its topics', () => {
  it('is one whose positions are behind what the broker heard', () => {
    expect(wentBack([at(0, 5n), at(1, 9n)], [at(0, 5n), at(1, 8n)])).toBe(true);
    expect(wentBack([at(0, 5n)], [])).toBe(true);
    expect(wentBack([at(0, 5n)], [at(0, 5n)])).toBe(false);
    expect(wentBack([at(0, 5n)], [at(0, 7n)])).toBe(false);
    expect(wentBack([], [])).toBe(false);
  });

  it('has read again what there was once every partition is at its end', () => {
    expect(isReadTo('requests', { 0: '5', 1: '0' }, [at(0, 5n)])).toBe(true);
    expect(isReadTo('requests', { 0: '5', 1: '2' }, [at(0, 9n), at(1, 1n)])).toBe(false);
    expect(isReadTo('requests', { 0: '5' }, [{ ...at(0, 9n), topic: 'settings' }])).toBe(false);
  });
});
