import { TOPICS } from '@qbo-sync/contracts/topics';
import type { MemoryIntuit } from './world/intuit';
import type { ConsumerGroup, MemoryKafka } from './world/kafka';
import type { World } from './world/world';

export interface Disturbed {
  readonly world: World;
  readonly tenants: readonly string[];
  readonly groups: ReadonlyMap<string, ConsumerGroup>;
  readonly kafka: MemoryKafka;
  readonly intuit: MemoryIntuit;
  /** Whether a record of a company's books is one of ours, as far as we know. */
  readonly isLinked: (realm: string, id: string) => boolean;
  readonly setActive: (tenant: string, active: boolean) => void;
}

/** What goes wrong now and then at its own moments, beside what strikes at each step of a process. */
export function disturb({ world, tenants, groups, kafka, intuit, isLinked, setActive }: Disturbed): void {
  const { time, random, faults } = world;
  const every = (fromMs: number, toMs: number, act: () => void): void => {
    time.after(random.between(fromMs, toMs), () => {
      if (!faults.enabled) return;
      act();
      every(fromMs, toMs, act);
    });
  };
  const anyGroup = (): ConsumerGroup => random.pick([...groups.values()]);
  every(5_000, 30_000, () => {
    if (faults.strikes('rebalance', 0.4)) anyGroup().rebalance();
    if (faults.strikes('offsets reset', 0.04)) anyGroup().reset();
    if (faults.strikes('offsets expired', 0.04)) anyGroup().expire();
  });
  every(8_000, 40_000, () => {
    if (!faults.strikes('human edit', 0.6)) return;
    const realm = random.pick([...intuit.realms.values()]);
    if (realm.records.byId.size === 0) return;
    const id = random.pick([...realm.records.byId.keys()]);
    realm.edit(id, isLinked(realm.realm, id));
  });
  every(10_000, 60_000, () => {
    if (faults.strikes('outage', 0.3))
      for (const realm of intuit.realms.values()) realm.outageUntilMs = time.nowMs + random.between(2_000, 30_000);
    if (faults.strikes('false invalid_grant', 0.05)) {
      intuit.outOfOrderUntilMs = time.nowMs + random.between(5_000, 60_000);
      for (const tenant of tenants) intuit.expire(`realm-${tenant}`);
    }
  });
  every(10_000, 40_000, () => {
    if (faults.strikes('access expired', 0.4)) intuit.expire(`realm-${random.pick(tenants)}`);
  });
  every(10_000, 60_000, () => {
    if (!faults.strikes('paused', 0.3)) return;
    const tenant = random.pick(tenants);
    setActive(tenant, false);
    time.after(random.between(5_000, 30_000), () => setActive(tenant, true));
  });
  every(10_000, 40_000, () => {
    if (!faults.strikes('decided again', 0.2)) return;
    const tenant = random.pick(tenants);
    const at = new Date().toISOString();
    const command = { commandId: `again-${time.nowMs}`, kind: 'redecide', tenant, by: 'operator', at };
    kafka.append({ topic: TOPICS.commands.name, key: tenant, value: JSON.stringify(command) });
  });
}
