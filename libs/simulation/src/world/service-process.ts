import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, standing } from '@qbo-sync/entities/sync/stream-state';
import { readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Database } from '@qbo-sync/eventstore/pool';
import { startRelay } from '@qbo-sync/eventstore/relay';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { Intake } from '@qbo-sync/service/entity-service/intake';
import { kitMessages } from '@qbo-sync/service/entity-service/kit-events';
import { Redecider } from '@qbo-sync/service/entity-service/redecider';
import { settingsAreRead } from '@qbo-sync/service/entity-service/settings-gate';
import type { MemoryPostgres } from '../postgres/database';
import { FOLLOWED_INVOICES, followInvoices, invoicesOfAll } from './followed';
import type { ConsumerGroup, MemoryKafka } from './kafka';
import type { Actor, World } from './world';

const rules = registry(ACCOUNT_ROLES);
const functions = { decide, evolve, initial, standing, toMessages };

/** The services of the simulated day, as their processes define them. */
export const SERVICES: readonly EntityService[] = [
  {
    name: 'customers',
    functions: { ...rules.customers, ...functions } as EntityService['functions'],
    events: [TOPICS.runacallCustomers.name],
  },
  {
    name: 'items',
    functions: { ...rules.items, ...functions } as EntityService['functions'],
    events: [TOPICS.runacallItems.name],
  },
  {
    name: 'invoices',
    functions: { ...rules.invoices, ...functions } as EntityService['functions'],
    events: [TOPICS.runacallInvoices.name],
    related: (_client, to) =>
      Promise.resolve(to.map(() => ({ customer: { name: 'Their customer', taxExempt: false }, items: {} }))),
  },
  {
    name: 'payments',
    functions: { ...rules.payments, ...functions } as EntityService['functions'],
    events: [TOPICS.runacallPayments.name],
    follows: followInvoices,
    related: invoicesOfAll,
    migrations: [FOLLOWED_INVOICES],
  },
  {
    name: 'tax',
    functions: { ...rules.tax, ...functions } as EntityService['functions'],
    events: [TOPICS.runacallTax.name],
    lists: true,
    always: rules.tax.standing,
    wakes: (ref) => (ref.startsWith('tax-rate:') ? rules.tax.standing : []),
    related: (_client, to) => Promise.resolve(to.map(() => ({}))),
  },
];

const POLL_MS = 20_000;

/** Everything a service reads; what people change in the books only where that is told. */
export function topicsOf({ events, follows, lists }: EntityService, feed: boolean): readonly string[] {
  return [
    ...events,
    ...(follows === undefined ? [] : [follows.topic]),
    TOPICS.commands.name,
    TOPICS.answers.name,
    ...(lists === true || feed ? [TOPICS.changes.name] : []),
    TOPICS.settings.name,
  ];
}

/** Starts one service over its database: settings first, then everything; relay and redecider beside. */
export function startService(
  world: World,
  kafka: MemoryKafka,
  group: ConsumerGroup,
  service: EntityService,
  database: MemoryPostgres,
): Actor {
  const actor: Actor = { name: service.name, alive: true, frozenUntilMs: 0, pools: [], onKilled: () => undefined };
  const memory = database.pool(world.paceOf(actor), service.name);
  actor.pools.push(memory);
  const pool = memory as unknown as Database;
  const name = `qbo-sync.${service.name}`;
  const now = (): string => new Date().toISOString();
  let settingsRead = false;
  const redecider = new Redecider({
    pool,
    service,
    now,
    onDecided: () => relay.wake(),
    onError: (error) => world.trace(`${service.name} could not decide again ${String(error).slice(0, 60)}`),
  });
  const relay = startRelay({
    pool,
    name,
    pollMs: POLL_MS,
    toMessages: ({ tenant, ref, version, ...event }) => {
      const place = { tenant, ref, version, service: service.name };
      return kitMessages(place, event) ?? service.functions.toMessages(place, event);
    },
    publish: (messages) => kafka.send(actor, messages),
    onError: (error) => world.trace(`${service.name} could not relay ${String(error).slice(0, 60)}`),
  });
  const intake = new Intake({
    pool,
    group: name,
    service,
    now,
    onApplied: (_topic, { duplicates, settingsChanged }) => {
      world.faults.counters.count('duplicate absorbed', duplicates);
      relay.wake();
      if (settingsChanged && settingsRead) redecider.wake();
    },
  });
  const ends = kafka
    .partitions(TOPICS.settings.name)
    .map(({ partition, log }) => ({ partition, offset: BigInt(log.length) }));
  const watch = async (): Promise<void> => {
    while (actor.alive && !settingsRead) {
      const stored = await readOffsets(pool, name).catch(() => []);
      settingsRead = settingsAreRead(TOPICS.settings.name, ends, stored);
      if (!settingsRead) await world.time.sleep(200);
    }
    if (actor.alive) redecider.start();
  };
  void watch();
  actor.onKilled = () => group.leave(actor);
  group.join({
    actor,
    db: pool,
    group: name,
    handle: (batch) => intake.take(batch),
    mayRead: (topic) => settingsRead || topic === TOPICS.settings.name,
  });
  return actor;
}
