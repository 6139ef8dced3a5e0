import { createHmac } from 'node:crypto';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Feed } from '@qbo-sync/gateway/feed/feed';
import { Webhooks } from '@qbo-sync/gateway/feed/webhooks';
import { takeSettings } from '@qbo-sync/gateway/intake';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks, type Call } from '@qbo-sync/gateway/calling/quickbooks';
import type { Outcome } from '@qbo-sync/qbo/classify';
import { QboClient } from '@qbo-sync/qbo/client';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, invoicePut, journalFile, newTenant, paymentPut, settings } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

const VERIFIER = 'verifier-of-the-specs';
const MINUTE = 60_000;
/** Made with the emulated company, in the second it was connected. */
const SEEDED = /Barton Creek Dental|Old Customer Walk-in|Maria Gonzalez/;

describe('back from QuickBooks', () => {
  let rig: StoryRig;
  let books: string;
  let tenant: string;
  let calls: Call[];
  let feed: Feed;
  let webhooks: Webhooks;
  let client: QboClient;
  let permits: Permits;
  let aheadMs: number;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'feed', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    ({ tenant } = rig);
    await rig.admin('POST', 'next-company', { company: 'us-auto' });
    const connected = await rig.connect();
    if (connected.is !== 'connected') throw new Error(connected.is);
    ({ books } = connected);
    await rig.settings(1, { books });
    await rig.dispatch();
    calls = [];
    aheadMs = 0;
    const startedAt = Date.now();
    const clock = (): Date => new Date(startedAt + aheadMs);
    client = new QboClient(emulator.url);
    permits = new Permits();
    const watch = new CompanyWatch(rig.db, clock, () => undefined);
    const count = (call: Call, { is }: Outcome): void => {
      if (is === 'ok') calls.push(call);
    };
    const quickbooks = new Quickbooks(client, rig.tokens, permits, watch, undefined, count);
    feed = new Feed({
      db: rig.db,
      quickbooks,
      clock,
      onError: (error) => {
        throw error;
      },
    });
    webhooks = new Webhooks(rig.db, rig.vault, ['old-verifier', VERIFIER], clock, () => undefined);
  });
  afterEach(async () => {
    await client.close();
    permits.stop();
    await rig.close();
  });

  const realmOf = async (as = tenant): Promise<string> => {
    const access = await rig.tokens.access(as);
    if (access.is !== 'token') throw new Error(access.is);
    return access.realmId;
  };
  const event = (realm: string, id: string, type = 'qbo.customer.updated.v1', entity = '58'): object => ({
    specversion: '1.0',
    id,
    source: 'intuit.x',
    type,
    time: '2026-11-22T10:00:00.123456789Z',
    intuitentityid: entity,
    intuitaccountid: realm,
    data: {},
  });
  const deliver = (body: unknown) => {
    const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return webhooks.receive(raw, createHmac('sha256', VERIFIER).update(raw).digest('base64'));
  };
  let told = 0;
  /** A webhook comes, and the company is read. */
  const hear = async (): Promise<void> => {
    aheadMs += MINUTE;
    await deliver([event(await realmOf(), `told-${(told += 1)}`)]);
    await feed.round();
  };
  const changes = async () =>
    (await rig.said())
      .filter(({ topic, value }) => topic === 'qbo.changes.v1' && !SEEDED.test(String(value['record'])))
      .map(({ value }) => value);
  const rowsOf = async (table: string): Promise<number> =>
    Number((await rig.db.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n);
  const edit = (entity: string, body: object, operation?: string) =>
    rig.admin<{ Customer?: { Id: string } }>('POST', 'write', {
      company: 'us-auto',
      entity,
      body,
      ...(operation === undefined ? {} : { operation }),
    });
  const customer = (revision: number, body: object, id = 'c1') => customerPut(tenant, books, id, revision, body);
  const recordOf = async (ref: string, revision: number) =>
    JSON.parse((await rig.answered(ref, revision)).record ?? '{}') as Record<string, unknown>;

  describe('webhooks', () => {
    it('stored sealed as they came; the realm stands nowhere in the clear', async () => {
      const realm = await realmOf();
      const body = JSON.stringify([event(realm, 'e1')]);
      expect(await deliver(body)).toEqual({ is: 'stored', events: 1, fresh: 1, unrouted: 0 });
      const { rows } = await rig.db.query<{ body_hash: string; sealed: string }>(`select * from webhook_delivery`);
      const [row] = rows;
      if (row === undefined) throw new Error('not stored');
      expect(JSON.stringify([rows, (await rig.db.query(`select * from webhook_event`)).rows])).not.toContain(realm);
      const opened = rig.vault.open(row.sealed, { tenant: row.body_hash, column: 'webhook' });
      expect(Buffer.from(opened, 'base64').toString()).toBe(body);
    });

    it('every byte of a body flipped, and forged signatures: no row', async () => {
      const raw = Buffer.from(JSON.stringify([event(await realmOf(), 'e1')]));
      const signature = createHmac('sha256', VERIFIER).update(raw).digest('base64');
      for (let at = 0; at < raw.length; at += 1) {
        const bent = Buffer.from(raw);
        bent.writeUInt8(bent.readUInt8(at) ^ 0x01, at);
        expect(await webhooks.receive(bent, signature)).toEqual({ is: 'forged' });
      }
      expect(await webhooks.receive(raw, undefined)).toEqual({ is: 'forged' });
      expect([await rowsOf('webhook_delivery'), await rowsOf('webhook_event'), await rowsOf('feed')]).toEqual([
        0, 0, 0,
      ]);
    });

    it('1,000 replays: one reading', async () => {
      await rig.take(customer(1, { DisplayName: 'Replayed' }));
      await rig.answered('customer:c1', 1);
      const body = JSON.stringify([event(await realmOf(), 'e1')]);
      for (let round = 0; round < 20; round += 1) {
        await Promise.all(Array.from({ length: 50 }, () => deliver(body)));
        await feed.round();
        aheadMs += MINUTE;
      }
      expect(calls.map(({ path }) => path)).toEqual(['cdc']);
      expect([await rowsOf('webhook_delivery'), await rowsOf('webhook_event')]).toEqual([1, 1]);
    });

    it('a burst of different events: at most one reading in 30 s, and none is forgotten', async () => {
      await rig.take(customer(1, { DisplayName: 'Burst' }));
      await rig.answered('customer:c1', 1);
      const realm = await realmOf();
      for (let n = 0; n < 30; n += 1) {
        await deliver([event(realm, `burst-${n}`)]);
        await feed.round();
      }
      expect(calls).toHaveLength(1);
      aheadMs += 29_000;
      await feed.round();
      expect(calls).toHaveLength(1);
      aheadMs += 1_500;
      await feed.round();
      expect(calls).toHaveLength(2);
      aheadMs += MINUTE;
      await feed.round();
      expect(calls).toHaveLength(2);
    });

    it('three companies in one body: three routes, one to nobody', async () => {
      const [second, third] = [newTenant(), newTenant()];
      await rig.admin('POST', 'next-company', { company: 'uk-vat' });
      const connected = await rig.connect(second);
      if (connected.is !== 'connected') throw new Error(connected.is);
      const document = JSON.stringify(settings(second, 1, { books: connected.books }));
      await inTransaction(rig.db, (sql) => takeSettings(sql, document, new Date()));
      await rig.db.query(
        `insert into company (tenant, books, realm_hmacs, realm_sealed, state, first_connected_at)
         values ($1, 'bk_third', $2, '', 'none', now())`,
        [third, rig.vault.lookups('9130')],
      );
      const realms = [await realmOf(), await realmOf(second), '9130', '4711'];
      const body = realms.map((realm, at) => event(realm, `three-${at}`));
      expect(await deliver(body)).toEqual({ is: 'stored', events: 4, fresh: 4, unrouted: 1 });
      const { rows } = await rig.db.query<{ tenant: string }>(
        `select distinct tenant from webhook_event join company using (books) where done_at is null`,
      );
      expect(rows.map((row) => row.tenant).sort()).toEqual([tenant, second, third].sort());
      await feed.round();
      expect(calls.map(({ query }) => query?.['entities'])).toEqual(['Customer', 'Customer']);
    });

    it('many at once: each stored once, those that cannot be are nobody else’s trouble', async () => {
      const realm = await realmOf();
      const all = await Promise.all([
        ...Array.from({ length: 20 }, (_, n) => deliver([event(realm, `many-${n % 10}`)])),
        deliver([event(realm, 'nul\u0000'), event(realm, `long-${'x'.repeat(9_000)}`), event(realm, 'beside')]),
      ]);
      expect(all.reduce((sum, one) => sum + (one.is === 'stored' ? one.fresh : 0), 0)).toBe(12);
      expect([await rowsOf('webhook_delivery'), await rowsOf('webhook_event')]).toEqual([11, 12]);
    });

    it('signed but unreadable: stored and acknowledged', async () => {
      expect(await deliver('{"not": ')).toEqual({ is: 'stored', events: 0, fresh: 0, unrouted: 0 });
      expect(await rowsOf('webhook_delivery')).toBe(1);
    });
  });

  describe('story 7', () => {
    it('our own writes by webhook and by reading: no further write, no further read, nothing published', async () => {
      await rig.take(
        customer(1, { DisplayName: 'Echo Electric' }),
        invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
        paymentPut(tenant, books, 'p1', 1, { customer: 'c1', invoice: 'i1', amount: '50.00' }),
      );
      await rig.answered('payment:p1', 1);
      const writes = await rig.writes();
      await hear();
      await hear();
      aheadMs += 25 * 60 * MINUTE;
      await feed.round();
      expect(await changes()).toEqual([]);
      expect(await rig.writes()).toEqual(writes);
      expect(calls.map(({ path }) => path)).toEqual(['cdc', 'cdc', 'cdc']);
    });

    it('a token moved by a payment is refreshed on the way: the next update goes without a stale try', async () => {
      await rig.take(
        customer(1, { DisplayName: 'Token Tile' }),
        invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
      );
      await rig.answered('invoice:i1', 1);
      const tokenOf = async () =>
        (await rig.db.query<{ t: string }>(`select sync_token as t from link where ref = 'invoice:i1'`)).rows[0]?.t;
      const before = await tokenOf();
      await rig.take(paymentPut(tenant, books, 'p1', 1, { customer: 'c1', invoice: 'i1', amount: '10.00' }));
      await rig.answered('payment:p1', 1);
      await hear();
      expect(Number(await tokenOf())).toBeGreaterThan(Number(before));
      expect(await changes()).toEqual([]);
      await rig.take(invoicePut(tenant, books, 'i1', 2, { customer: 'c1', item: '1', amount: '60.00' }));
      expect((await rig.answered('invoice:i1', 2)).attempt).toBe(1);
    });

    it('changed there only: published once with its field, and kept', async () => {
      await rig.take(customer(1, { DisplayName: 'Dana Ruiz' }));
      const { Id } = await recordOf('customer:c1', 1);
      await edit('Customer', { Id, sparse: true, Mobile: { FreeFormNumber: '(512) 555-0107' } });
      await hear();
      await hear();
      expect(await changes()).toEqual([
        expect.objectContaining({ ref: 'customer:c1', resource: 'Customer', origin: 'qbo', changed: ['Mobile'] }),
      ]);
      await rig.take(customer(2, { DisplayName: 'Dana R.' }));
      expect(await recordOf('customer:c1', 2)).toMatchObject({
        DisplayName: 'Dana R.',
        Mobile: { FreeFormNumber: '(512) 555-0107' },
      });
    });

    it('renamed there while the phone changes here: both survive', async () => {
      const phone = (number: string) => ({ PrimaryPhone: { FreeFormNumber: number } });
      await rig.take(customer(1, { DisplayName: 'Dana Ruiz', ...phone('(512) 555-0101') }));
      const { Id } = await recordOf('customer:c1', 1);
      await edit('Customer', { Id, sparse: true, DisplayName: 'Dana Ruiz-Lee' });
      await hear();
      await rig.take(customer(2, { DisplayName: 'Dana Ruiz', ...phone('(512) 555-0199') }));
      expect(await recordOf('customer:c1', 2)).toMatchObject({
        DisplayName: 'Dana Ruiz-Lee',
        ...phone('(512) 555-0199'),
      });
      const writes = await rig.writes();
      await hear();
      expect((await changes()).map(({ changed }) => changed)).toEqual([expect.arrayContaining(['DisplayName'])]);
      expect(await rig.writes()).toEqual(writes);
    });

    it.each([['read before the update', true] as const, ['not read before the update', false] as const])(
      'renamed on both sides, %s: a clash, nothing overwritten',
      async (_when, read) => {
        await rig.take(customer(1, { DisplayName: 'Dana Ruiz' }));
        const { Id } = await recordOf('customer:c1', 1);
        await edit('Customer', { Id, sparse: true, DisplayName: 'Dana There' });
        if (read) await hear();
        await rig.take(customer(2, { DisplayName: 'Dana Here' }));
        expect(await rig.answered('customer:c1', 2)).toMatchObject({ outcome: 'clash', code: 'both_changed' });
        expect(await recordOf('customer:c1', 2)).toMatchObject({ DisplayName: 'Dana There' });
        expect(await rig.writes('Customer')).toHaveLength(1);
      },
    );

    it('what Run a Call took over from there is right already: nothing is sent', async () => {
      await rig.take(customer(1, { DisplayName: 'Dana Ruiz' }));
      const { Id } = await recordOf('customer:c1', 1);
      await edit('Customer', { Id, sparse: true, DisplayName: 'Dana Ruiz-Lee' });
      await hear();
      await rig.take(customer(2, { DisplayName: 'Dana Ruiz-Lee' }));
      expect((await rig.answered('customer:c1', 2)).outcome).toBe('synced');
      expect(await rig.writes('Customer')).toHaveLength(1);
    });

    it('our own create, read before its answer is stored, is not somebody’s new record', async () => {
      await rig.take(customer(1, { DisplayName: 'First' }), customer(1, { DisplayName: 'Second' }, 'c2'));
      await rig.answered('customer:c1', 1);
      await rig.answered('customer:c2', 1);
      // As it stood between QuickBooks' commit and ours.
      await inTransaction(rig.db, async (sql) => {
        await sql.query(
          `update attempt set closed_at = null, act_at = now() + interval '1 hour' where ref = 'customer:c2'`,
        );
        await sql.query(`delete from link where ref = 'customer:c2'`);
      });
      await hear();
      expect(await rowsOf(`held_change where record like '%Second%'`)).toBe(1);
      expect(await changes()).toEqual([]);
      await rig.db.query(`update attempt set act_at = null where closed_at is null`);
      await rig.dispatch();
      await until(async () => (await rig.openAttempts()) === 0 || undefined, { timeoutMs: 15_000, what: 'its answer' });
      await feed.round();
      expect(await rowsOf('held_change')).toBe(0);
      expect(await changes()).toEqual([]);
      expect(await rig.writes('Customer')).toHaveLength(2);
    });

    it('made there by a person: published without a ref, once per version', async () => {
      await rig.take(customer(1, { DisplayName: 'Ours' }));
      await rig.answered('customer:c1', 1);
      const { Customer: made } = await edit('Customer', { DisplayName: 'Made There' });
      await hear();
      await hear();
      const [only, ...rest] = await changes();
      expect(rest).toEqual([]);
      expect(only?.['ref']).toBeUndefined();
      expect(JSON.parse(String(only?.['record']))).toMatchObject({ Id: made?.Id, DisplayName: 'Made There' });
    });
  });

  describe('records that come to an end there', () => {
    it.each([['delete', 'deleted'] as const, ['void', 'voided'] as const])(
      'an invoice of ours, %s: published, and never made again',
      async (operation, gone) => {
        await rig.take(
          customer(1, { DisplayName: 'Gone Gutters' }),
          invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
        );
        const { Id } = await recordOf('invoice:i1', 1);
        await edit('Invoice', { Id }, operation);
        await hear();
        await hear();
        const about = (await changes()).filter(({ ref }) => ref === 'invoice:i1');
        expect(about).toEqual([expect.objectContaining({ gone })]);
        await rig.take(invoicePut(tenant, books, 'i1', 2, { customer: 'c1', item: '1', amount: '55.00' }));
        expect((await rig.answered('invoice:i1', 2)).outcome).toBe('gone');
        expect(await rig.writes('Invoice')).toHaveLength(1);
      },
    );

    it('merged into another: told by the older shape of the webhook', async () => {
      await rig.take(customer(1, { DisplayName: 'Loser' }), customer(1, { DisplayName: 'Winner' }, 'c2'));
      const [loser, winner] = [await recordOf('customer:c1', 1), await recordOf('customer:c2', 1)];
      const entity = { name: 'Customer', id: winner['Id'], operation: 'Merge', deletedId: loser['Id'] };
      await deliver({
        eventNotifications: [{ realmId: await realmOf(), dataChangeEvent: { entities: [entity] } }],
      });
      await feed.round();
      expect(await changes()).toEqual([expect.objectContaining({ ref: 'customer:c1', gone: 'merged' })]);
      aheadMs += MINUTE;
      await feed.round();
      expect(await changes()).toHaveLength(1);
    });

    it.each(['linked', 'a stranger'] as const)(
      'merged by a person into one that is %s, told by CloudEvents, which name the survivor alone: the link follows',
      async (survivor) => {
        await rig.take(customer(1, { DisplayName: 'Loser' }));
        const loser = String((await recordOf('customer:c1', 1))['Id']);
        let into: string;
        if (survivor === 'linked') {
          await rig.take(customer(1, { DisplayName: 'Winner' }, 'c2'));
          into = String((await recordOf('customer:c2', 1))['Id']);
        } else {
          into = (await edit('Customer', { DisplayName: 'Winner' })).Customer?.Id ?? '';
        }
        await rig.admin('POST', 'human', { company: 'us-auto', do: 'merge', entity: 'Customer', id: loser, into });
        aheadMs += MINUTE;
        await deliver([event(await realmOf(), `merged-${survivor}`, 'qbo.customer.merged.v1', into)]);
        await feed.round();
        await hear();
        aheadMs += 25 * 60 * MINUTE;
        await feed.round();
        const about = (await changes()).filter(({ ref }) => ref === 'customer:c1');
        expect(about).toEqual([expect.objectContaining({ gone: 'merged' })]);
        expect((await changes()).filter(({ gone }) => gone === 'deleted')).toEqual([]);
        // A document for the one that is no more goes to the one that is left; it itself is never made again.
        await rig.take(invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }));
        expect(await recordOf('invoice:i1', 1)).toMatchObject({ CustomerRef: { value: into } });
        await rig.take(customer(2, { DisplayName: 'Loser Again' }));
        expect((await rig.answered('customer:c1', 2)).outcome).toBe('gone');
      },
    );

    it('made inactive by a person: published with the field', async () => {
      await rig.take(customer(1, { DisplayName: 'Left Town' }));
      const { Id } = await recordOf('customer:c1', 1);
      await edit('Customer', { Id, sparse: true, Active: false });
      await hear();
      expect(await changes()).toEqual([expect.objectContaining({ ref: 'customer:c1', gone: 'inactive' })]);
    });
  });

  describe('readings', () => {
    it('nothing told for a day: read all the same, from the last check on', async () => {
      await rig.take(customer(1, { DisplayName: 'Missed' }));
      const { Id } = await recordOf('customer:c1', 1);
      await edit('Customer', { Id, sparse: true, Notes: 'the webhook for this was lost' });
      await feed.round();
      expect(calls).toEqual([]);
      aheadMs += 24 * 60 * MINUTE + 1;
      await feed.round();
      expect((await changes()).map(({ changed }) => changed)).toEqual([['Notes']]);
    });

    it('asleep for more than 30 days: by query, inactive ones too', async () => {
      await rig.take(customer(1, { DisplayName: 'Dormant' }));
      const { Id } = await recordOf('customer:c1', 1);
      await edit('Customer', { Id, sparse: true, Active: false });
      await rig.db.query(`insert into feed (books, tenant, cursor_at, checked_at)
        select books, tenant, now() - interval '40 days', now() - interval '40 days' from company`);
      await feed.round();
      expect(calls.map(({ path }) => path)).toEqual(['query']);
      expect((await changes()).filter(({ ref }) => ref === 'customer:c1')).toEqual([
        expect.objectContaining({ gone: 'inactive' }),
      ]);
    });

    it('a resource whose changes are not told is left out from then on', async () => {
      await rig.take(customer(1, { DisplayName: 'With Codes' }));
      await rig.answered('customer:c1', 1);
      await deliver([event(await realmOf(), 'codes', 'qbo.taxCode.updated.v1')]);
      await feed.round();
      expect(calls.map(({ query }) => query?.['entities'])).toEqual(['Customer']);
      await hear();
      expect(calls.at(-1)?.query?.['entities']).toBe('Customer');
    });

    it('while sync is off nothing is read, and nothing is lost', async () => {
      await rig.take(customer(1, { DisplayName: 'Paused' }));
      const { Id } = await recordOf('customer:c1', 1);
      await rig.settings(2, { books, active: false });
      await edit('Customer', { Id, sparse: true, Notes: 'changed in the pause' });
      await hear();
      expect(calls).toEqual([]);
      await rig.settings(3, { books, active: true });
      await feed.round();
      expect((await changes()).map(({ changed }) => changed)).toEqual([['Notes']]);
    });

    it('QuickBooks did not answer: the wake stands, and is tried again after the interval', async () => {
      await rig.take(customer(1, { DisplayName: 'Down' }));
      await rig.answered('customer:c1', 1);
      await rig.admin('POST', 'disturbances', { kind: 'http-503', entity: 'cdc' });
      await hear();
      const { rows } = await rig.db.query(`select from webhook_event where done_at is null`);
      expect(rows).toHaveLength(1);
      await rig.admin('DELETE', 'disturbances');
      await rig.db.query(`update company set retry_at = null, trouble = null`);
      aheadMs += MINUTE;
      await feed.round();
      expect((await rig.db.query(`select from webhook_event where done_at is null`)).rows).toEqual([]);
    });
  });
});
