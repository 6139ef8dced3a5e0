import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Outcome } from '@qbo-sync/qbo/classify';
import type { Call } from '../calling/quickbooks';
import type { Reading } from './cursor';
import { readChanges } from './reading';

const COMPANY = { tenant: 'acme', books: 'b1' };
const TIME = '2026-11-22T04:00:00-08:00';
const SINCE: Reading = { by: 'changes', since: Date.parse('2026-11-20T00:00:00Z'), isCheck: false };

const rows = (count: number, from = 1): string =>
  Array.from({ length: count }, (_, n) => `{"Id":"${from + n}","SyncToken":"0"}`).join(',');
const block = (resource: string, count: number, total?: number): string =>
  count === 0 ? '{}' : `{"${resource}":[${rows(count)}]${total === undefined ? '' : `,"totalCount":${total}`}}`;
const ok = (text: string): Outcome => ({ is: 'ok', body: parseExact(text) as ExactObject });
const cdc = (...blocks: string[]): Outcome =>
  ok(`{"CDCResponse":[{"QueryResponse":[${blocks.join(',')}]}],"time":"${TIME}"}`);
const queried = (resource: string, count: number, from: number): Outcome =>
  ok(`{"QueryResponse":{"${resource}":[${rows(count, from)}]},"time":"${TIME}"}`);
const fault = (code: string): Outcome => ({ is: 'fault', fault: { class: 'hold', code, status: 400, detail: '' } });

/** QuickBooks, answering by what is asked. */
function quickbooks(answer: (call: Call) => Outcome) {
  const asked: string[] = [];
  const call = (_company: unknown, made: Call): Promise<Outcome> => {
    asked.push(made.query?.['entities'] ?? made.query?.['query'] ?? made.path);
    return Promise.resolve(answer(made));
  };
  return { call, asked };
}

const counts = async (read: ReturnType<typeof readChanges>): Promise<unknown> => {
  const result = await read;
  return result.is === 'failed'
    ? 'failed'
    : [Object.fromEntries(result.pages.map((page) => [page.resource, page.records.length])), result.refused];
};

describe('reading changes', () => {
  it('all resources in one call', async () => {
    const qbo = quickbooks(() => cdc(block('A', 2), block('B', 0)));
    expect(await counts(readChanges(qbo, COMPANY, ['A', 'B'], SINCE))).toEqual([{ A: 2, B: 0 }, []]);
    expect(qbo.asked).toEqual(['A,B']);
  });

  it('1,000 rows over all: each resource alone; 1,000 of one: by query, page by page', async () => {
    const qbo = quickbooks(({ query }) => {
      if (query?.['entities'] === 'A,B') return cdc(block('A', 990), block('B', 10));
      if (query?.['entities'] === 'A') return cdc(block('A', 1000));
      if (query?.['entities'] === 'B') return cdc(block('B', 12));
      return query?.['query']?.includes('STARTPOSITION 1 ') ? queried('A', 1000, 1) : queried('A', 30, 1001);
    });
    expect(await counts(readChanges(qbo, COMPANY, ['A', 'B'], SINCE))).toEqual([{ A: 2030, B: 12 }, []]);
    expect(qbo.asked[2]).toContain(`MetaData.LastUpdatedTime >= '2026-11-20T00:00:00.000Z'`);
  });

  it('a total above the rows shown is a cut too', async () => {
    const qbo = quickbooks(({ path }) => (path === 'cdc' ? cdc(block('A', 3, 5)) : queried('A', 5, 1)));
    expect(await counts(readChanges(qbo, COMPANY, ['A'], SINCE))).toEqual([{ A: 8 }, []]);
  });

  it('refused because of one resource: the others are read, that one is named', async () => {
    const qbo = quickbooks(({ query }) =>
      query?.['entities']?.includes('B') === true ? fault('2000') : cdc(block('A', 1)),
    );
    expect(await counts(readChanges(qbo, COMPANY, ['A', 'B'], SINCE))).toEqual([{ A: 1 }, ['B']]);
  });

  it('refused one and all, or not answered: failed, and no resource is to blame', async () => {
    expect(
      await counts(
        readChanges(
          quickbooks(() => fault('2070')),
          COMPANY,
          ['A', 'B'],
          SINCE,
        ),
      ),
    ).toBe('failed');
    const down = quickbooks(() => ({ is: 'unsure', why: 'http_503', outage: true }));
    expect(await counts(readChanges(down, COMPANY, ['A'], SINCE))).toBe('failed');
    expect(down.asked).toHaveLength(1);
  });

  it('too long ago: by query, without inactive records where a resource has none', async () => {
    const qbo = quickbooks(({ query }) =>
      query?.['query']?.includes('Active IN') === true ? fault('4001') : queried('A', 1, 1),
    );
    expect(await counts(readChanges(qbo, COMPANY, ['A'], { ...SINCE, by: 'query' }))).toEqual([{ A: 1 }, []]);
    expect(qbo.asked).toHaveLength(2);
  });
});
