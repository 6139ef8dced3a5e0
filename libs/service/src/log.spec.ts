import { openLog, traceIdOf } from './log';

function capture(write: (log: ReturnType<typeof openLog>) => void): { lines: Record<string, unknown>[]; text: string } {
  const out: string[] = [];
  write(openLog('invoices', 'debug', { write: (line) => void out.push(line) }));
  return { lines: out.map((line) => JSON.parse(line) as Record<string, unknown>), text: out.join('') };
}

describe('the log', () => {
  it('writes level, service, message and the ids', () => {
    const { lines } = capture((log) => log.info({ tenant: 'acme', ref: 'invoice:inv_1', count: 3 }, 'decided'));
    expect(lines[0]).toMatchObject({
      level: 'info',
      service: 'invoices',
      msg: 'decided',
      tenant: 'acme',
      ref: 'invoice:inv_1',
      count: 3,
    });
  });

  it('keeps no field that is not on the allow-list, in children too', () => {
    const { lines, text } = capture((log) => {
      log
        .child({ tenant: 'acme', party: 'Zoë Canary' })
        .debug({ amount: '7313.37', body: { name: 'Zoë Canary' } }, 'x');
      log.debug({ ref: { name: 'Zoë Canary' }, topics: ['a', { name: 'Zoë Canary' }] }, 'y');
    });
    expect(text).not.toContain('Canary');
    expect(text).not.toContain('7313.37');
    expect(lines[0]).toMatchObject({ tenant: 'acme', dropped: ['amount', 'body'] });
  });

  it('says the class, code and frames of an error, never its message', () => {
    const error = Object.assign(new TypeError('duplicate key (name)=(Zoë Canary)'), { code: '23505' });
    const { lines, text } = capture((log) => log.error({ err: error }, 'failed'));
    expect(lines[0]).toMatchObject({ error: 'TypeError', errorCode: '23505' });
    expect((lines[0]!['frames'] as string[])[0]).toContain('log.spec');
    expect(text).not.toContain('Canary');
  });
});

describe('what is said again and again', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  it('is left out past twenty lines of one text a second, and counted; other texts and debug lines are not', () => {
    const { lines } = capture((log) => {
      for (let row = 0; row < 400; row += 1) log.child({ ref: `invoice:inv_${row}` }).error({}, 'could not work');
      for (let row = 0; row < 30; row += 1) log.debug({}, 'took');
      log.error({}, 'another');
      jest.advanceTimersByTime(1_000);
      log.error({ ref: 'invoice:inv_400' }, 'could not work');
      log.error({}, 'could not work');
    });
    const of = (msg: string): Record<string, unknown>[] => lines.filter((line) => line['msg'] === msg);
    expect(
      of('could not work')
        .slice(0, 20)
        .map(({ ref }) => ref),
    ).toEqual(Array.from({ length: 20 }, (_, row) => `invoice:inv_${row}`));
    expect(of('could not work').slice(20)).toMatchObject([{ ref: 'invoice:inv_400', leftOut: 380 }, {}]);
    expect(of('could not work')[21]).not.toHaveProperty('leftOut');
    expect([of('took').length, of('another').length]).toEqual([30, 1]);
  });
});

it('reads the trace id of a traceparent', () => {
  expect(traceIdOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(traceIdOf('nonsense')).toBeUndefined();
});
