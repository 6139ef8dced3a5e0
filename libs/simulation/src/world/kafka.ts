import type { Batch, BatchOutcome, ConsumedMessage, OutgoingMessage } from '@qbo-sync/kafka/message';
import { placeQuiet, readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Database } from '@qbo-sync/eventstore/pool';
import type { Actor, World } from './world';

const PARTITIONS = 2;

interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly log: ConsumedMessage[];
  readonly listeners: Set<() => void>;
}

/** The broker: logs that are never lost. What goes wrong is who reads them, from where, and how often it is written. */
export class MemoryKafka {
  private readonly topics = new Map<string, Partition[]>();

  constructor(private readonly world: World) {}

  partitions(topic: string): readonly Partition[] {
    const known = this.topics.get(topic);
    if (known !== undefined) return known;
    const fresh = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic,
      partition,
      log: [],
      listeners: new Set<() => void>(),
    }));
    this.topics.set(topic, fresh);
    return fresh;
  }

  messages(topic: string): readonly ConsumedMessage[] {
    return this.partitions(topic).flatMap(({ log }) => log);
  }

  append({ topic, key, value, headers }: OutgoingMessage): void {
    const all = this.partitions(topic);
    const hash = [...(key ?? '')].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
    const partition = all[hash % PARTITIONS] as Partition;
    partition.log.push({
      topic,
      partition: partition.partition,
      offset: String(partition.log.length),
      key,
      headers: { ...headers },
      value: value === null ? null : Buffer.from(value),
      timestamp: this.world.time.nowMs,
    });
    this.world.trace(`append ${topic} ${key ?? ''}`);
    for (const heard of [...partition.listeners]) heard();
  }

  /** A producer's send: lost before, doubled, or accepted without being told so. */
  async send(actor: Actor, messages: readonly OutgoingMessage[]): Promise<void> {
    await this.world.pass(actor, this.world.random.between(1, 8));
    if (this.world.faults.strikes('produce lost', 0.01)) throw new Error('the broker did not answer');
    for (const message of messages) this.append(message);
    if (!this.world.faults.strikes('produce doubled', 0.01)) return;
    if (this.world.random.chance(0.5)) for (const message of messages) this.append(message);
    else throw new Error('the broker did not say that it had accepted');
  }
}

type Handle = (batch: Batch) => Promise<BatchOutcome>;

interface Member {
  readonly actor: Actor;
  readonly handle: Handle;
  /** Where the offset rows are, for a partition without traffic. */
  readonly db: Database;
  readonly group: string;
  readonly mayRead: (topic: string) => boolean;
}

/**
 * A consumer group. Positions held by the broker lag behind what was handled, or run ahead of it; a partition that moves
 * is read by its new owner while the old one may still be at its last batch.
 */
export class ConsumerGroup {
  private readonly members: Member[] = [];
  private generation = 0;
  private readonly committed = new Map<Partition, number>();

  constructor(
    private readonly world: World,
    private readonly kafka: MemoryKafka,
    readonly topics: readonly string[],
  ) {}

  join(member: Member): void {
    this.members.push(member);
    this.rebalance();
  }

  leave(actor: Actor): void {
    const at = this.members.findIndex((member) => member.actor === actor);
    if (at >= 0) this.members.splice(at, 1);
    this.rebalance();
  }

  rebalance(): void {
    this.generation += 1;
    const { generation, members, world } = this;
    if (members.length === 0) return;
    this.topics
      .flatMap((topic) => this.kafka.partitions(topic))
      .forEach((partition, index) => {
        // A process that is killed at its very first step has begun another round.
        if (this.generation !== generation) return;
        const owner = members[(index + generation) % members.length] as Member;
        void this.read(partition, owner, generation).catch((error: unknown) =>
          world.fail(`a consumer ended: ${String(error)}`),
        );
      });
  }

  private async read(partition: Partition, member: Member, generation: number): Promise<void> {
    const { world } = this;
    const { actor, handle, mayRead } = member;
    let position = this.committed.get(partition) ?? 0;
    const mine = (): boolean => actor.alive && this.generation === generation;
    while (mine()) {
      if (!mayRead(partition.topic)) {
        await world.time.sleep(50);
        continue;
      }
      if (world.faults.strikes('redelivered', 0.02)) position = Math.max(0, position - world.random.between(1, 4));
      if (position < partition.log.length && world.faults.strikes('position ahead', 0.01)) position += 1;
      const messages = partition.log.slice(position, position + world.random.between(1, 12));
      if (messages.length === 0) {
        await this.more(partition);
        if (mine() && position >= partition.log.length) position = await this.swept(partition, member, position);
        continue;
      }
      const batch: Batch = {
        topic: partition.topic,
        partition: partition.partition,
        messages,
        firstOffset: BigInt(position),
        lastOffset: BigInt(position + messages.length - 1),
        highWatermark: BigInt(partition.log.length),
        logStart: 0n,
      };
      world.trace(`${actor.name} takes ${partition.topic}/${partition.partition} from ${position}`);
      await world.pass(actor, world.random.between(0, 5));
      const outcome = await handle(batch).catch((error: unknown): BatchOutcome => {
        world.trace(`batch again ${partition.topic} ${String(error).slice(0, 60)}`);
        return { outcome: 'seek', offset: BigInt(position) };
      });
      if (outcome.outcome === 'stop') return world.fail(`${partition.topic}: ${outcome.why}`);
      if (outcome.outcome === 'seek' && Number(outcome.offset) === position)
        await world.time.sleep(world.random.between(20, 400));
      world.trace(`${actor.name} took ${partition.topic}/${partition.partition} ${outcome.outcome}`);
      position = outcome.outcome === 'seek' ? Number(outcome.offset) : position + messages.length;
      if (mine() && world.random.chance(0.6)) this.committed.set(partition, position);
    }
  }

  /** Nothing comes: is the position where the row says that it should be? */
  private async swept({ topic, partition }: Partition, { db, group }: Member, position: number): Promise<number> {
    const stored = await readOffsets(db, group).catch(() => undefined);
    if (stored === undefined) return position;
    const row = stored.find((one) => one.topic === topic && one.partition === partition);
    const place = placeQuiet({ stored: row?.next ?? null, position: BigInt(position), logStart: 0n });
    return place.place === 'seek' ? Number(place.to) : position;
  }

  private more(partition: Partition): Promise<void> {
    return new Promise((resolve) => {
      let over = false;
      const heard = (): void => {
        if (over) return;
        over = true;
        partition.listeners.delete(heard);
        resolve();
      };
      partition.listeners.add(heard);
      this.world.time.after(this.world.random.between(5_000, 15_000), heard);
    });
  }
}
