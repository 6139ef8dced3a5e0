import { createHmac } from 'node:crypto';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks, type Call } from '@qbo-sync/gateway/calling/quickbooks';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Feed } from '@qbo-sync/gateway/feed/feed';
import { Webhooks } from '@qbo-sync/gateway/feed/webhooks';
import type { Outcome } from '@qbo-sync/qbo/classify';
import { QboClient } from '@qbo-sync/qbo/client';
import { customerPut } from '../spec-rig';
import { storyRig, type RigParts } from './story-rig';

export const VERIFIER = 'verifier-of-the-specs';
export const MINUTE = 60_000;
/** Made with the emulated company, in the second it was connected. */
const SEEDED = /Barton Creek Dental|Old Customer Walk-in|Maria Gonzalez/;

/** One event as Intuit tells it. */
export function event(realm: string, id: string, type = 'qbo.customer.updated.v1', entity = '58'): object {
  return {
    specversion: '1.0',
    id,
    source: 'intuit.x',
    type,
    time: '2026-11-22T10:00:00.123456789Z',
    intuitentityid: entity,
    intuitaccountid: realm,
    data: {},
  };
}

/** The gateway's kit connected to `us-auto`, with what comes back from QuickBooks read by hand, in stepped time. */
export async function feedRig({ database, emulator, until }: RigParts) {
  const rig = storyRig({ database, emulator, until });
  const { tenant } = rig;
  await rig.admin('POST', 'next-company', { company: 'us-auto' });
  const connected = await rig.connect();
  if (connected.is !== 'connected') throw new Error(connected.is);
  const { books } = connected;
  await rig.settings(1, { books });
  await rig.dispatch();
  const calls: Call[] = [];
  let aheadMs = 0;
  const startedAt = Date.now();
  const clock = (): Date => new Date(startedAt + aheadMs);
  const client = new QboClient(emulator.url);
  const permits = new Permits();
  const watch = new CompanyWatch(rig.db, clock, () => undefined);
  const count = (call: Call, { is }: Outcome): void => {
    if (is === 'ok') calls.push(call);
  };
  const quickbooks = new Quickbooks(client, rig.tokens, permits, watch, undefined, count);
  const feed = new Feed({
    db: rig.db,
    quickbooks,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  const webhooks = new Webhooks(rig.db, rig.vault, ['old-verifier', VERIFIER], clock, () => undefined);

  const realmOf = async (as = tenant): Promise<string> => {
    const access = await rig.tokens.access(as);
    if (access.is !== 'token') throw new Error(access.is);
    return access.realmId;
  };
  const deliver = (body: unknown) => {
    const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return webhooks.receive(raw, createHmac('sha256', VERIFIER).update(raw).digest('base64'));
  };
  const later = (ms: number): void => {
    aheadMs += ms;
  };
  let told = 0;

  return {
    ...{ rig, tenant, books, calls, feed, webhooks, realmOf, deliver, later },
    /** A webhook comes, and the company is read. */
    hear: async (): Promise<void> => {
      later(MINUTE);
      await deliver([event(await realmOf(), `told-${(told += 1)}`)]);
      await feed.round();
    },
    changes: async () =>
      (await rig.said())
        .filter(({ topic, value }) => topic === 'qbo.changes.v1' && !SEEDED.test(String(value['record'])))
        .map(({ value }) => value),
    rowsOf: async (table: string): Promise<number> =>
      Number((await rig.db.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n),
    /** A person writes into the books. */
    edit: (entity: string, body: object, operation?: string) =>
      rig.admin<{ Customer?: { Id: string } }>('POST', 'write', {
        company: 'us-auto',
        entity,
        body,
        ...(operation === undefined ? {} : { operation }),
      }),
    customer: (revision: number, body: object, id = 'c1') => customerPut(tenant, books, id, revision, body),
    recordOf: async (ref: string, revision: number) =>
      JSON.parse((await rig.answered(ref, revision)).record ?? '{}') as Record<string, unknown>,
    close: async (): Promise<void> => {
      await client.close();
      permits.stop();
      await rig.close();
    },
  };
}

export type FeedRig = Awaited<ReturnType<typeof feedRig>>;
