import { TOPICS } from '@qbo-sync/contracts/topics';
import { lockOffset, placeBatch, storeOffset } from '@qbo-sync/eventstore/offsets';
import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company-watch';
import { Dispatcher } from '@qbo-sync/gateway/dispatcher';
import { readRequest, takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { startGatewayOutbox } from '@qbo-sync/gateway/outbox';
import { Permits } from '@qbo-sync/gateway/permits';
import { Quickbooks } from '@qbo-sync/gateway/quickbooks';
import { Tokens } from '@qbo-sync/gateway/tokens';
import type { Vault } from '@qbo-sync/gateway/vault';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import type { QboClient } from '@qbo-sync/qbo/client';
import type { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import type { MemoryPostgres } from '../postgres/database';
import type { ConsumerGroup, MemoryKafka } from './kafka';
import type { MemoryIntuit } from './intuit';
import type { Actor, World } from './world';

/** After this long a create that is not to be found was not made (quickbooks.md §1.3). */
export const UNSURE_WAIT_MS = 125_000;
const LEASE_MS = 8_000;
/** Rarer than in earnest: heartbeats would be half of all steps. */
const LEASE_TICK_MS = 1_500;
const GROUP = 'qbo-sync.gateway';

/** Starts one replica of the gateway over their common database. */
export function startGateway(
  world: World,
  kafka: MemoryKafka,
  group: ConsumerGroup,
  {
    database,
    intuit,
    vault,
    name,
    unsureWaitMs,
  }: { database: MemoryPostgres; intuit: MemoryIntuit; vault: Vault; name: string; unsureWaitMs: number },
): Actor {
  const actor: Actor = { name, alive: true, frozenUntilMs: 0, pools: [], onKilled: () => undefined };
  const memory = database.pool(world.paceOf(actor), name);
  actor.pools.push(memory);
  const db = memory as unknown as Database;
  const clock = (): Date => new Date();
  const client = { send: (call: Parameters<QboClient['send']>[0]) => intuit.send(actor, call) } as unknown as QboClient;
  const oauth = { refresh: (token: string) => intuit.refresh(actor, token) } as unknown as IntuitOAuth;
  const tokens = new Tokens(db, vault, oauth, clock);
  const outbox = startGatewayOutbox(
    db,
    (messages) => kafka.send(actor, messages),
    (error) => world.trace(`${name} could not publish ${String(error).slice(0, 60)}`),
  );
  const wake = (): void => {
    dispatcher.wake();
    outbox.wake();
  };
  const quickbooks = new Quickbooks(client, tokens, new Permits(), new CompanyWatch(db, clock, wake), (tenant, forMs) =>
    dispatcher.maySend(tenant, forMs),
  );
  const dispatcher: Dispatcher = new Dispatcher({
    db,
    quickbooks,
    owner: name,
    unsureWaitMs,
    pollMs: 5_000,
    leaseMs: LEASE_MS,
    leaseTickMs: LEASE_TICK_MS,
    onCommit: () => outbox.wake(),
    onStep: (step) =>
      world.trace(
        `${name} ${step.step} ${step.tenant} ${step.ref} ${step.revision} ${step.outcome ?? ''} ${step.code ?? ''}`,
      ),
    onError: (error, { ref }) => world.trace(`${name} error ${ref} ${String(error).slice(0, 80)}`),
    onFenced: () => world.faults.counters.count('fenced out'),
  });
  const start = async (): Promise<void> => {
    for (;;) {
      try {
        await dispatcher.start();
        return;
      } catch (error) {
        world.trace(`${name} could not start ${String(error).slice(0, 60)}`);
        await world.time.sleep(500);
      }
    }
  };
  void start();
  actor.onKilled = () => group.leave(actor);
  group.join({
    actor,
    db,
    group: GROUP,
    mayRead: () => true,
    handle: async (batch) => {
      const outcome = await take(db, batch);
      wake();
      return outcome;
    },
  });
  return actor;
}

/** A batch with its partition's offset, in one transaction, as the gateway's process takes it in. */
function take(
  db: Database,
  { topic, partition, messages, firstOffset: first, lastOffset: last, logStart }: Batch,
): Promise<BatchOutcome> {
  const key = { group: GROUP, topic, partition };
  return inTransaction(db, async (client): Promise<BatchOutcome> => {
    const place = placeBatch({ stored: await lockOffset(client, key), first, last, logStart });
    if (place.place === 'seek') return { outcome: 'seek', offset: place.to };
    if (place.place === 'stop') return { outcome: 'stop', why: place.why };
    if (place.place === 'absorbed') return { outcome: 'done' };
    const fresh = messages
      .filter(({ offset }) => BigInt(offset) >= place.from)
      .map(({ value }) => value?.toString('utf8') ?? '');
    if (topic === TOPICS.settings.name) for (const value of fresh) await takeSettings(client, value, new Date());
    else
      await takeRequests(
        client,
        fresh.map(readRequest).filter((read) => read.ok),
      );
    await storeOffset(client, key, last + 1n);
    return { outcome: 'done' };
  });
}
