import { EVENT_STORE_MIGRATIONS, migrate } from '@qbo-sync/eventstore/migrations';
import type { Database } from '@qbo-sync/eventstore/pool';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { testDatabase } from '@qbo-sync/testkit/database';
import { copyingFeatures } from './copying.features';
import { gatewayFeatures } from './gateway-store.features';
import { MemoryPostgres } from './postgres/database';
import { eventStoreFeatures, type OpenStore } from './store.features';

const ALL = [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];

async function postgres(): Promise<OpenStore> {
  const { pool, drop } = await testDatabase({ name: 'simulation-store', migrations: ALL });
  return { db: pool, close: drop };
}

async function memory(): Promise<OpenStore> {
  const db = new MemoryPostgres().pool() as unknown as Database;
  await migrate(db, 'store', ALL);
  return { db, close: () => Promise.resolve() };
}

describe.each([
  ['Postgres', postgres],
  ['memory', memory],
])('the store in %s', (_name, open) => {
  describe('event store', () => eventStoreFeatures(open));
  describe('copying', () => copyingFeatures(open));
  describe('gateway', () => gatewayFeatures(open));
});
