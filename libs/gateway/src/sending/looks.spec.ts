import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Look } from '../decide/find';
import { lookUp } from './looks';
import type { Call } from '../calling/quickbooks';

const COMPANY = { tenant: 'acme', books: 'b1' };
const named = (name: string): Look => ({ by: 'query', where: [['DisplayName', name]] });
const since = (minute: number): Look => ({ by: 'changes', since: new Date(Date.UTC(2026, 10, 20, 16, minute)) });

/** Answers by what is asked, later, so that looks come together meanwhile. */
function quickbooks(answer: (call: Call) => object) {
  const calls: Call[] = [];
  return {
    calls,
    call: async (_company: unknown, call: Call) => {
      calls.push(call);
      await new Promise((resolve) => setImmediate(resolve));
      return { is: 'ok' as const, body: parseExact(JSON.stringify(answer(call))) as ExactObject };
    },
  };
}
const customers = (...names: string[]) => ({
  QueryResponse: { Customer: names.map((name, n) => ({ Id: String(n), DisplayName: name })) },
});

describe('looks that come together', () => {
  it('by changes: one reading from the earliest moment, of all their resources', async () => {
    const books = quickbooks(() => ({ CDCResponse: [{ QueryResponse: [{ Invoice: [{ Id: '7' }] }] }] }));
    const pages = await Promise.all([
      lookUp(books, COMPANY, { resource: 'Payment', look: since(30) }),
      lookUp(books, COMPANY, { resource: 'Invoice', look: since(10) }),
      lookUp(books, COMPANY, { resource: 'Invoice', look: since(20) }),
    ]);
    expect(books.calls).toEqual([
      { method: 'GET', path: 'cdc', query: { entities: 'Invoice,Payment', changedSince: '2026-11-20T16:10:00.000Z' } },
    ]);
    expect(pages.map((page) => page?.records.length)).toEqual([0, 1, 1]);
  });

  it('by one field: one query for up to thirty; each has its own records and not another’s', async () => {
    const books = quickbooks(() => customers('Ann', 'BOB ', 'Ann (deleted)'));
    const [ann, bob] = await Promise.all([
      lookUp(books, COMPANY, { resource: 'Customer', look: named('Ann') }),
      lookUp(books, COMPANY, { resource: 'Customer', look: named('Bob') }),
    ]);
    expect(books.calls.map(({ query }) => query?.['query'])).toEqual([
      "SELECT * FROM Customer WHERE DisplayName IN ('Ann', 'Bob') STARTPOSITION 1 MAXRESULTS 1000",
    ]);
    expect(ann?.records.map((record) => record['DisplayName'])).toEqual(['Ann', 'Ann (deleted)']);
    expect(bob?.records.map((record) => record['DisplayName'])).toEqual(['BOB ', 'Ann (deleted)']);
    const many = Array.from({ length: 31 }, (_, n) =>
      lookUp(books, COMPANY, { resource: 'Customer', look: named(`c${n}`) }),
    );
    await Promise.all(many);
    expect(books.calls).toHaveLength(3);
  });

  it('what one answer cannot hold is asked for one by one', async () => {
    const full = customers(...Array.from({ length: 1_000 }, (_, n) => `c${n}`));
    const books = quickbooks(({ query }) => (query?.['query']?.includes(' IN ') === true ? full : customers('one')));
    const pages = await Promise.all(
      ['a', 'b'].map((name) => lookUp(books, COMPANY, { resource: 'Customer', look: named(name) })),
    );
    expect(books.calls).toHaveLength(3);
    expect(pages.map((page) => page?.records.length)).toEqual([1, 1]);
  });

  it('another company’s looks are its own; alone a look is asked for as it is', async () => {
    const books = quickbooks(() => customers('Ann'));
    await Promise.all([
      lookUp(books, COMPANY, { resource: 'Customer', look: named('Ann') }),
      lookUp(books, { tenant: 'oak', books: 'b2' }, { resource: 'Customer', look: named('Ann') }),
    ]);
    expect(books.calls.map(({ query }) => query?.['query'])).toEqual(
      Array.from(
        { length: 2 },
        () => "SELECT * FROM Customer WHERE DisplayName = 'Ann' STARTPOSITION 1 MAXRESULTS 1000",
      ),
    );
  });
});
