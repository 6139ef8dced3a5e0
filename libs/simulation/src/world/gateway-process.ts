import { TOPICS } from '@qbo-sync/contracts/topics';
import { splitKey } from '@qbo-sync/contracts/keys';
import { lockOffset, placeBatch, readOffsets, storeOffset } from '@qbo-sync/eventstore/offsets';
import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { Feed } from '@qbo-sync/gateway/feed/feed';
import { Webhooks } from '@qbo-sync/gateway/feed/webhooks';
import { readRequest, takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { startGatewayOutbox } from '@qbo-sync/gateway/outbox';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks, type Company } from '@qbo-sync/gateway/calling/quickbooks';
import { ReadsNoted } from '@qbo-sync/gateway/calling/reads-noted';
import { Tokens } from '@qbo-sync/gateway/tokens/tokens';
import type { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import type { QboClient } from '@qbo-sync/qbo/client';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import type { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { settingsAreRead } from '@qbo-sync/service/entity-service/settings-gate';
import type { MemoryPostgres } from '../postgres/database';
import type { ConsumerGroup, MemoryKafka } from './kafka';
import { VERIFIER_TOKEN, type MemoryIntuit } from './intuit';
import type { Actor, World } from './world';

/** After this long a create that is not to be found was not made (quickbooks.md §1.3). */
export const UNSURE_WAIT_MS = 125_000;
/** Longer than in earnest, and looked at more rarely, as everything that is: heartbeats would be most of all steps. */
const LEASE_MS = 16_000;
const LEASE_TICK_MS = 4_000;
const POLL_MS = 10_000;
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
    feed: feeds,
    perMinute,
  }: {
    database: MemoryPostgres;
    intuit: MemoryIntuit;
    vault: Vault;
    name: string;
    unsureWaitMs: number;
    feed: boolean;
    perMinute: number;
  },
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
    POLL_MS,
  );
  const wake = (): void => {
    dispatcher.wake();
    outbox.wake();
  };
  const single = Math.min(perMinute, REALM_LIMITS.perWindow.single);
  const permits = new Permits({ ...REALM_LIMITS, perWindow: { ...REALM_LIMITS.perWindow, single } });
  const mayWrite = (company: Company, forMs: number): boolean => dispatcher.maySend(company, forMs);
  const watch = new CompanyWatch(db, clock, wake);
  const reads = new ReadsNoted(db, clock, (error) =>
    world.trace(`${name} a read's end is not noted ${String(error).slice(0, 60)}`),
  );
  const quickbooks = new Quickbooks(client, tokens, permits, watch, mayWrite, () => undefined, reads);
  const dispatcher: Dispatcher = new Dispatcher({
    db,
    quickbooks,
    owner: name,
    unsureWaitMs,
    pollMs: POLL_MS,
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
  const ends = kafka
    .partitions(TOPICS.settings.name)
    .map(({ partition, log }) => ({ partition, offset: BigInt(log.length) }));
  const start = async (): Promise<void> => {
    for (;;) {
      const stored = await readOffsets(db, GROUP).catch(() => []);
      if (settingsAreRead(TOPICS.settings.name, ends, stored)) break;
      await world.time.sleep(200);
    }
    await dispatcher.start();
    if (feeds) startFeed(world, actor, { db, quickbooks, vault, intuit, onCommit: () => outbox.wake() });
  };
  void start().catch((error: unknown) => world.fail(`${name} did not start: ${String(error)}`));
  actor.onKilled = () => group.leave(actor);
  group.join({
    actor,
    db,
    group: GROUP,
    mayRead: () => true,
    handle: async (batch) => {
      const outcome = await take(db, batch);
      // Settings may open or shut gates; requests only fill the queues of their companies.
      dispatcher.wake(batch.topic === TOPICS.requests.name ? tenantsOf(batch) : undefined);
      outbox.wake();
      return outcome;
    },
  });
  return actor;
}

/** The companies a batch of requests is for, by its keys. */
function tenantsOf({ messages }: Batch): string[] {
  return [...new Set(messages.flatMap(({ key }) => splitKey(key ?? '')?.tenant ?? []))];
}

interface FeedParts {
  readonly db: Database;
  readonly quickbooks: Quickbooks;
  readonly vault: Vault;
  readonly intuit: MemoryIntuit;
  readonly onCommit: () => void;
}

function startFeed(world: World, actor: Actor, { db, quickbooks, vault, intuit, onCommit }: FeedParts): void {
  const feed = new Feed({
    db,
    quickbooks,
    onCommit,
    pollMs: POLL_MS,
    onRead: ({ taken }) => world.faults.counters.count('echo dropped', taken.drop),
    onError: (error) => world.trace(`${actor.name} could not read changes ${String(error).slice(0, 60)}`),
  });
  const webhooks = new Webhooks(
    db,
    vault,
    [VERIFIER_TOKEN],
    () => new Date(),
    () => feed.wake(),
  );
  intuit.receivers.set(actor, (raw, signature) => webhooks.receive(raw, signature));
  feed.start();
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
