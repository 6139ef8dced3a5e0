import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { deleteUnpublished, insertAnswers, oldestUnpublished, selectRecord } from '@qbo-sync/gateway/sql/answers';
import { deleteAsked, insertAsked } from '@qbo-sync/gateway/sql/asked';
import {
  clearTrouble,
  selectCompanies,
  selectCompany,
  updateTrouble,
  upsertConnected,
} from '@qbo-sync/gateway/sql/companies';
import {
  selectHolders,
  selectLink,
  selectLinkedIds,
  updateKept,
  upsertLinks,
  type LinkRow,
} from '@qbo-sync/gateway/sql/links';
import { deleteOutgoing, insertOutgoing, oldestOutgoing } from '@qbo-sync/gateway/sql/outgoing';
import { claimHeads, selectClaimed } from '@qbo-sync/gateway/sql/claiming';
import { selectHeads, selectHeadsClaimed, type LaneCursor } from '@qbo-sync/gateway/sql/heads';
import { deletePending } from '@qbo-sync/gateway/sql/pending';
import { updateWait } from '@qbo-sync/gateway/sql/waiting';
import { selectRequests } from '@qbo-sync/gateway/sql/requests';
import { insertRequests, type NewRequest } from '@qbo-sync/gateway/sql/taking';
import type { OpenStore } from './store.features';

const AT = new Date('2026-11-20T16:00:00Z');

const LINK: LinkRow = {
  books: 'books_1',
  ref: 'invoice:inv_1',
  resource: 'Invoice',
  qboId: '12',
  path: 'invoice',
  wrapper: 'Invoice',
  syncToken: '0',
  revision: 3,
  generation: 1,
  sent: { DocNumber: 'h1' },
  shown: { DocNumber: 'h1', TotalAmt: 'h2' },
  theirs: ['Memo'],
  refs: ['customer:cus_1'],
  kept: { 'Line.0.Id': '1' },
  answer: '7',
  gone: null,
};

/** Of the gateway's tables: those whose shape every part of it shares. Written once, as for the event store. */
export function gatewayFeatures(open: () => Promise<OpenStore>): void {
  let store: OpenStore;
  let db: Database;
  beforeAll(async () => {
    store = await open();
    db = store.db;
  });
  afterAll(() => store.close());

  const taken = (requests: readonly NewRequest[]): Promise<void> =>
    inTransaction(db, (sql) => insertRequests(sql, requests));

  it('stores a request once; what is new and the newest of its ref takes its place in line', async () => {
    const request: NewRequest = {
      ...{
        tenant: 'acme',
        ref: 'invoice:inv_1',
        revision: 3,
        books: 'books_1',
        kind: 'put',
        last: false,
        lane: 'live',
      },
      ...{ run: null, refs: ['customer:cus_1', 'item:it_1'], message: '{"a":"ü"}', shard: 7, newest: true },
    };
    const other: NewRequest = {
      ...request,
      ref: 'customer:cus_1',
      run: 'run_1',
      refs: [],
      last: true,
      lane: 'backlog',
    };
    const line = async (): Promise<unknown[]> =>
      (await selectHeads(db, cursors, AT)).map(({ position: _position, ...head }) => head);
    const cursors = (['live', 'backlog'] as const).map((lane) => ({
      tenant: 'acme',
      all: true,
      lane,
      after: '0',
      most: 10,
    }));
    const { message: _message, shard: _shard, newest: _newest, ...pending } = request;
    const shown = {
      ...{ ...pending, said: null, attempts: 0, suspectSince: null },
      ...{ ctid: expect.any(String) as string, xmin: expect.any(String) as string },
    };
    await taken([other]);
    await taken([{ ...request, revision: 2, newest: false, message: '{}' }, request]);
    await taken([request, { ...request, revision: 1 }]);
    expect(await selectRequests(db, [{ ...request, revision: 9 }, request])).toEqual([undefined, '{"a":"ü"}']);
    expect((await selectRequests(db, [{ ...request, revision: 1 }]))[0]).toBe('{"a":"ü"}');
    expect(await line()).toEqual([
      shown,
      expect.objectContaining({ ref: 'customer:cus_1', run: 'run_1', refs: [], last: true }),
    ]);
    await taken([{ ...request, revision: 5, refs: ['customer:cus_2'] }]);
    expect(await line()).toMatchObject([{ revision: 5, refs: ['customer:cus_2'] }, { ref: 'customer:cus_1' }]);
    await deletePending(db, [other, { ...request, revision: 4 }]);
    expect(await line()).toMatchObject([{ ref: 'invoice:inv_1', revision: 5 }]);
    await deletePending(db, [{ ...request, revision: 5 }]);
    await taken([{ ...request, revision: 4 }]);
    expect(await line()).toEqual([]);
  });

  it('puts refs that come for the first time in line as they came, of several revisions the newest', async () => {
    const first = (ref: string, revision: number, newest: boolean): NewRequest => ({
      ...{
        tenant: 'birch',
        ref,
        revision,
        books: 'books_2',
        kind: 'put',
        last: false,
        lane: 'live',
        run: null,
        newest,
      },
      ...{ refs: [], message: `{"of":"${ref} ${revision}"}`, shard: 7 },
    });
    const cursor = { tenant: 'birch', all: true, lane: 'live', after: '0', most: 10 } as const;
    const line = async (): Promise<string[]> =>
      (await selectHeads(db, [cursor], AT)).map(({ ref, revision }) => `${ref} ${revision}`);
    await taken([first('b:1', 2, true), first('b:2', 1, false), first('b:2', 3, true), first('b:0', 1, true)]);
    expect(await line()).toEqual(['b:1 2', 'b:2 3', 'b:0 1']);
    await taken([first('b:1', 1, false), first('b:2', 4, true), first('b:3', 1, true)]);
    expect(await line()).toEqual(['b:1 2', 'b:2 4', 'b:0 1', 'b:3 1']);
    const keys = ['b:3', 'b:9', 'b:2'].map((ref) => ({ tenant: 'birch', ref }));
    expect(await selectClaimed(db, keys)).toEqual([
      expect.objectContaining({ ref: 'b:3', run: null, refs: [], message: '{"of":"b:3 1"}', suspectSince: null }),
      undefined,
      expect.objectContaining({ ref: 'b:2', revision: 4, said: null, attempts: 0, message: '{"of":"b:2 4"}' }),
    ]);
  });

  it('claims none that came after a later one of its ref was settled', async () => {
    const request = (ref: string, revision: number): NewRequest => ({
      ...{ tenant: 'dogwood', ref, revision, books: 'books_4', kind: 'put', last: false, lane: 'live' },
      ...{ run: null, newest: true, refs: [], message: `{"of":"${ref} ${revision}"}`, shard: 7 },
    });
    const cursor = { tenant: 'dogwood', all: true, lane: 'live', after: '0', most: 10 } as const;
    const claimed = async (): Promise<unknown[]> =>
      (await claimHeads(db, await selectHeads(db, [cursor], AT))).map((row) => row?.message);
    await taken([request('d:1', 3)]);
    await deletePending(db, [request('d:1', 3)]);
    await taken([request('d:2', 1), request('d:1', 1)]);
    expect(await claimed()).toEqual(['{"of":"d:2 1"}', undefined]);
    expect(await claimed()).toEqual(['{"of":"d:2 1"}']);
  });

  it('reads as many heads of each lane as are asked for, on from a place, with their requests where they start at once', async () => {
    const request = (n: number, lane: 'live' | 'backlog', revision = 1): NewRequest => ({
      ...{ tenant: 'elder', ref: `e:${n}`, revision, books: 'books_5', kind: 'put', last: false, lane },
      ...{ run: null, newest: true, refs: [], message: `{"of":"${n} ${revision}"}`, shard: 7 },
    });
    const cursor = (lane: 'live' | 'backlog', most: number, after = '0'): LaneCursor => ({
      ...{ tenant: 'elder', all: true, lane, after, most },
    });
    await taken([
      request(1, 'live'),
      request(2, 'backlog'),
      request(3, 'live'),
      request(4, 'live'),
      request(5, 'backlog'),
    ]);
    const heads = await selectHeads(db, [cursor('live', 2), cursor('backlog', 1)], AT);
    expect(heads.map(({ ref }) => ref)).toEqual(['e:1', 'e:3', 'e:2']);
    const on = [cursor('live', 2, heads[1]?.position), cursor('backlog', 3, heads[2]?.position)];
    expect((await selectHeads(db, on, AT)).map(({ ref }) => ref)).toEqual(['e:4', 'e:5']);
    // A revision that comes late, of a ref that is settled.
    await taken([request(6, 'live', 3)]);
    await deletePending(db, [request(6, 'live', 3)]);
    await taken([request(6, 'live', 1), request(7, 'live')]);
    const claimed = await selectHeadsClaimed(db, [cursor('live', 5), cursor('backlog', 1)], AT);
    expect(
      claimed.map(({ head: { ref, lane, revision, attempts }, message }) => [ref, lane, revision, attempts, message]),
    ).toEqual([
      ['e:1', 'live', 1, 0, '{"of":"1 1"}'],
      ['e:3', 'live', 1, 0, '{"of":"3 1"}'],
      ['e:4', 'live', 1, 0, '{"of":"4 1"}'],
      ['e:6', 'live', 1, 0, null],
      ['e:7', 'live', 1, 0, '{"of":"7 1"}'],
      ['e:2', 'backlog', 1, 0, '{"of":"2 1"}'],
    ]);
    expect(claimed.slice(0, 2).map(({ head }) => head)).toEqual(heads.slice(0, 2));
  });

  it('claims heads as they stand now, and settles them whether or not they were changed since', async () => {
    const request = (n: number, revision = 1): NewRequest => ({
      ...{ tenant: 'cedar', ref: `c:${n}`, revision, books: 'books_3', kind: 'put', last: false, lane: 'live' },
      ...{ run: null, newest: true, refs: [], message: `{"of":"${n} ${revision}"}`, shard: 7 },
    });
    const cursor = { tenant: 'cedar', all: true, lane: 'live', after: '0', most: 10 } as const;
    const claimed = async (): Promise<unknown[]> =>
      (await claimHeads(db, heads)).map((row) => row && [row.message, row.attempts]);
    await taken([1, 2, 3, 4, 5].map((n) => request(n)));
    const heads = await selectHeads(db, [cursor], AT);
    expect(await claimed()).toEqual([1, 2, 3, 4, 5].map((n) => [`{"of":"${n} 1"}`, 0]));
    await taken([request(2, 2)]);
    await updateWait(db, { ...request(3), said: 'refused//1', attempts: 1 });
    await updateWait(db, { ...request(4), said: 'parent/c:9/', waitsOn: 'c:9' });
    await deletePending(db, [request(5)]);
    expect(await claimed()).toEqual([
      ['{"of":"1 1"}', 0],
      ['{"of":"2 2"}', 0],
      ['{"of":"3 1"}', 1],
      undefined,
      undefined,
    ]);
    await deletePending(
      db,
      heads.map((row) => ({ ...row, row })),
    );
    expect((await selectClaimed(db, heads)).map((row) => row?.revision)).toEqual([
      undefined,
      2,
      undefined,
      undefined,
      undefined,
    ]);
    expect((await selectHeads(db, [cursor], AT)).map(({ ref }) => ref)).toEqual(['c:2']);
  });

  it('keeps a link by books and ref, its hashes and lists as they were given', async () => {
    await upsertLinks(db, [LINK]);
    await upsertLinks(db, [{ ...LINK, syncToken: '1', revision: 4 }]);
    await updateKept(db, 'books_1', LINK.ref, { 'Line.1.Id': '2' });
    expect(await selectLink(db, 'books_1', LINK.ref)).toMatchObject({
      ...LINK,
      syncToken: '1',
      revision: 4,
      kept: { 'Line.0.Id': '1', 'Line.1.Id': '2' },
    });
    expect(await selectLink(db, 'books_2', LINK.ref)).toBeUndefined();
    expect(await selectLinkedIds(db, 'books_1', 'Invoice', ['12', '13'])).toEqual(new Map([['12', LINK.ref]]));
    const of = (qboId: string) => ({ books: 'books_1', resource: 'Invoice', qboId });
    expect(await selectHolders(db, [of('13'), of('12'), { ...of('12'), books: 'books_2' }])).toEqual([
      undefined,
      LINK.ref,
      undefined,
    ]);
  });

  it('refuses a second living link to one record', async () => {
    await expect(upsertLinks(db, [{ ...LINK, ref: 'invoice:inv_2' }])).rejects.toMatchObject({ code: '23505' });
    await upsertLinks(db, [{ ...LINK, gone: 'qbo' }]);
    await upsertLinks(db, [{ ...LINK, ref: 'invoice:inv_2' }]);
    expect((await selectLink(db, 'books_1', 'invoice:inv_2'))?.qboId).toBe('12');
  });

  it('notes once that a parent was asked for, until it is forgotten', async () => {
    expect(await insertAsked(db, 'books_1', 'customer:cus_1', AT)).toBe(true);
    expect(await insertAsked(db, 'books_1', 'customer:cus_1', AT)).toBe(false);
    await deleteAsked(db, [{ books: 'books_1', ref: 'customer:cus_1' }]);
    expect(await insertAsked(db, 'books_1', 'customer:cus_1', AT)).toBe(true);
  });

  it('keeps answers by an id that grows', async () => {
    const answer = {
      tenant: 'acme',
      ref: 'invoice:inv_1',
      revision: 3,
      attempt: 1,
      books: 'books_1',
      outcome: 'synced' as const,
      code: null,
      record: '{}',
      at: AT.toISOString(),
    };
    const [first = '', second = ''] = await insertAnswers(db, [answer, { ...answer, record: null }]);
    expect(Number(second)).toBeGreaterThan(Number(first));
    expect([await selectRecord(db, first), await selectRecord(db, second)]).toEqual(['{}', null]);
    expect(await oldestUnpublished(db, 10)).toMatchObject([{ ...answer, id: first, intuitTid: null }, { id: second }]);
    await deleteUnpublished(db, [first, second]);
    const [alone] = await insertAnswers(db, [{ ...answer, record: null }]);
    expect((await oldestUnpublished(db, 10)).map(({ id }) => id)).toEqual([alone]);
  });

  it('gives back messages oldest first until they are deleted, and none of a transaction that was rolled back', async () => {
    const message = (value: string) => ({ topic: 't', key: 'k', value });
    await insertOutgoing(db, [message('1'), message('2')]);
    await inTransaction(db, async (client) => {
      await insertOutgoing(client, [message('3')]);
      throw new Error('no');
    }).catch(() => undefined);
    await insertOutgoing(db, [message('4')]);
    const rows = await oldestOutgoing(db, 10);
    expect(rows.map(({ value }) => value)).toEqual(['1', '2', '4']);
    await deleteOutgoing(
      db,
      rows.slice(0, 2).map(({ id }) => id),
    );
    expect((await oldestOutgoing(db, 10)).map(({ value }) => value)).toEqual(['4']);
  });

  it('binds a company to its books, counts its tokens’ versions and its troubles', async () => {
    const connected = {
      tenant: 'acme',
      books: 'books_1',
      realmHmacs: ['r1'],
      realmSealed: 'sealed',
      accessSealed: 'a',
      refreshSealed: 'r',
      issuedAt: AT,
      accessUntil: new Date(AT.getTime() + 3_600_000),
      companyName: 'Acme',
    };
    await upsertConnected(db, connected);
    await upsertConnected(db, { ...connected, accessSealed: 'a2' });
    const company = await selectCompany(db, 'acme');
    expect(company).toMatchObject({ tokenVersion: 2, accessSealed: 'a2', state: 'connected', firstConnectedAt: AT });
    await updateTrouble(db, 'acme', 'qbo_down', AT, AT);
    await updateTrouble(db, 'acme', 'qbo_down', AT, new Date(AT.getTime() + 1));
    const [troubled] = await selectCompanies(db);
    expect(troubled).toMatchObject({ trouble: 'qbo_down', failures: 2, troubleSince: AT });
    expect([await clearTrouble(db, 'acme'), await clearTrouble(db, 'acme')]).toEqual([true, false]);
  });
}
