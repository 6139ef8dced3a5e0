import { createHmac } from 'node:crypto';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { takeSettings } from '@qbo-sync/gateway/intake';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { journalFile, newTenant, settings } from '../spec-rig';
import { event, MINUTE, VERIFIER, feedRig, type FeedRig } from './feed-rig';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(60_000);

let back: FeedRig;
beforeEach(async () => {
  const database = await testDatabase({ name: 'webhooks', migrations: MIGRATIONS });
  const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
  back = await feedRig({ database, emulator, until });
});
afterEach(() => back.close());

describe('webhooks', () => {
  it('stored sealed as they came; the realm stands nowhere in the clear', async () => {
    const realm = await back.realmOf();
    const body = JSON.stringify([event(realm, 'e1')]);
    expect(await back.deliver(body)).toEqual({ is: 'stored', events: 1, fresh: 1, unrouted: 0 });
    const { rows } = await back.rig.db.query<{ body_hash: string; sealed: string }>(`select * from webhook_delivery`);
    const [row] = rows;
    if (row === undefined) throw new Error('not stored');
    expect(JSON.stringify([rows, (await back.rig.db.query(`select * from webhook_event`)).rows])).not.toContain(realm);
    const opened = back.rig.vault.open(row.sealed, { tenant: row.body_hash, column: 'webhook' });
    expect(Buffer.from(opened, 'base64').toString()).toBe(body);
  });

  it('every byte of a body flipped, and forged signatures: no row', async () => {
    const raw = Buffer.from(JSON.stringify([event(await back.realmOf(), 'e1')]));
    const signature = createHmac('sha256', VERIFIER).update(raw).digest('base64');
    for (let at = 0; at < raw.length; at += 1) {
      const bent = Buffer.from(raw);
      bent.writeUInt8(bent.readUInt8(at) ^ 0x01, at);
      expect(await back.webhooks.receive(bent, signature)).toEqual({ is: 'forged' });
    }
    expect(await back.webhooks.receive(raw, undefined)).toEqual({ is: 'forged' });
    expect([
      await back.rowsOf('webhook_delivery'),
      await back.rowsOf('webhook_event'),
      await back.rowsOf('feed'),
    ]).toEqual([0, 0, 0]);
  });

  it('1,000 replays: one reading', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Replayed' }));
    await back.rig.answered('customer:c1', 1);
    const body = JSON.stringify([event(await back.realmOf(), 'e1')]);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => back.deliver(body)));
      await back.feed.round();
      back.later(MINUTE);
    }
    expect(back.calls.map(({ path }) => path)).toEqual(['cdc']);
    expect([await back.rowsOf('webhook_delivery'), await back.rowsOf('webhook_event')]).toEqual([1, 1]);
  });

  it('a burst of different events: at most one reading in 30 s, and none is forgotten', async () => {
    await back.rig.take(back.customer(1, { DisplayName: 'Burst' }));
    await back.rig.answered('customer:c1', 1);
    const realm = await back.realmOf();
    for (let n = 0; n < 30; n += 1) {
      await back.deliver([event(realm, `burst-${n}`)]);
      await back.feed.round();
    }
    expect(back.calls).toHaveLength(1);
    back.later(29_000);
    await back.feed.round();
    expect(back.calls).toHaveLength(1);
    back.later(1_500);
    await back.feed.round();
    expect(back.calls).toHaveLength(2);
    back.later(MINUTE);
    await back.feed.round();
    expect(back.calls).toHaveLength(2);
  });

  it('three companies in one body: three routes, one to nobody', async () => {
    const [second, third] = [newTenant(), newTenant()];
    await back.rig.admin('POST', 'next-company', { company: 'uk-vat' });
    const connected = await back.rig.connect(second);
    if (connected.is !== 'connected') throw new Error(connected.is);
    const document = JSON.stringify(settings(second, 1, { books: connected.books }));
    await inTransaction(back.rig.db, (sql) => takeSettings(sql, document, new Date()));
    await back.rig.db.query(
      `insert into company (tenant, books, realm_hmacs, realm_sealed, state, first_connected_at)
       values ($1, 'bk_third', $2, '', 'none', now())`,
      [third, back.rig.vault.lookups('9130')],
    );
    const realms = [await back.realmOf(), await back.realmOf(second), '9130', '4711'];
    const body = realms.map((realm, at) => event(realm, `three-${at}`));
    expect(await back.deliver(body)).toEqual({ is: 'stored', events: 4, fresh: 4, unrouted: 1 });
    const { rows } = await back.rig.db.query<{ tenant: string }>(
      `select distinct tenant from webhook_event join company using (books) where done_at is null`,
    );
    expect(rows.map((row) => row.tenant).sort()).toEqual([back.tenant, second, third].sort());
    await back.feed.round();
    expect(back.calls.map(({ query }) => query?.['entities'])).toEqual(['Customer', 'Customer']);
  });

  it('many at once: each stored once, those that cannot be are nobody else’s trouble', async () => {
    const realm = await back.realmOf();
    const all = await Promise.all([
      ...Array.from({ length: 20 }, (_, n) => back.deliver([event(realm, `many-${n % 10}`)])),
      back.deliver([event(realm, 'nul\u0000'), event(realm, `long-${'x'.repeat(9_000)}`), event(realm, 'beside')]),
    ]);
    expect(all.reduce((sum, one) => sum + (one.is === 'stored' ? one.fresh : 0), 0)).toBe(12);
    expect([await back.rowsOf('webhook_delivery'), await back.rowsOf('webhook_event')]).toEqual([11, 12]);
  });

  it('signed but unreadable: stored and acknowledged', async () => {
    expect(await back.deliver('{"not": ')).toEqual({ is: 'stored', events: 0, fresh: 0, unrouted: 0 });
    expect(await back.rowsOf('webhook_delivery')).toBe(1);
  });
});
