import { until } from './until';

describe('waiting for a condition', () => {
  it('gives what the condition gave in the end, zero and the empty text too', async () => {
    const answers: (number | false | undefined)[] = [undefined, false, 0];
    expect(await until(() => answers.shift(), { everyMs: 1 })).toBe(0);
    expect(await until(() => '')).toBe('');
  });

  it('goes on over errors, and says at the end what it waited for and the last of them', async () => {
    const waiting = until(() => Promise.reject(new Error('not there')), { timeoutMs: 20, everyMs: 1, what: 'the row' });
    await expect(waiting).rejects.toMatchObject({
      message: 'Waited 20 ms in vain for the row',
      cause: new Error('not there'),
    });
  });
});
