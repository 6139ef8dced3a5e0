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

/** A partition as its present owner reads it; `quiet` while it waits for more. */
interface Reading {
  readonly partition: Partition;
  position: number;
  quiet: (() => void) | undefined;
}

const SWEEP_MS = [15_000, 30_000] as const;

/**
 * A consumer group. Positions held by the broker lag behind what was handled, run ahead of it, or are gone; a partition
 * that moves is read by its new owner while the old one may still be at its last batch.
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

  /** An operator sets the group back: everything is read once more (reliability.md F04). */
  reset(): void {
    for (const partition of this.partitions()) this.committed.set(partition, 0);
    this.rebalance();
  }

  /** What the broker knew of the group is gone; a reader that begins at the newest record skips all the others (X14). */
  expire(): void {
    for (const partition of this.partitions()) this.committed.set(partition, partition.log.length);
    this.rebalance();
  }

  rebalance(): void {
    this.generation += 1;
    const { generation, members, world } = this;
    if (members.length === 0) return;
    const shares = new Map<Member, Reading[]>();
    this.partitions().forEach((partition, index) => {
      const owner = members[(index + generation) % members.length] as Member;
      const reading: Reading = { partition, position: this.committed.get(partition) ?? 0, quiet: undefined };
      shares.set(owner, [...(shares.get(owner) ?? []), reading]);
    });
    const ended = (error: unknown): void => world.fail(`a consumer ended: ${String(error)}`);
    for (const [member, readings] of shares) {
      for (const reading of readings) {
        // A process that is killed at its very first step has begun another round.
        if (this.generation !== generation) return;
        void this.read(reading, member, generation).catch(ended);
      }
      void this.sweep(readings, member, generation).catch(ended);
    }
  }

  private partitions(): readonly Partition[] {
    return this.topics.flatMap((topic) => this.kafka.partitions(topic));
  }

  private async read(reading: Reading, member: Member, generation: number): Promise<void> {
    const { world } = this;
    const { partition } = reading;
    const { actor, handle, mayRead } = member;
    const mine = (): boolean => actor.alive && this.generation === generation;
    while (mine()) {
      if (!mayRead(partition.topic)) {
        await world.time.sleep(50);
        continue;
      }
      if (world.faults.strikes('redelivered', 0.02))
        reading.position = Math.max(0, reading.position - world.random.between(1, 4));
      if (reading.position < partition.log.length && world.faults.strikes('position ahead', 0.01))
        reading.position += 1;
      const { position } = reading;
      const messages = partition.log.slice(position, position + world.random.between(1, 12));
      if (messages.length === 0) {
        await more(reading);
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
      reading.position = outcome.outcome === 'seek' ? Number(outcome.offset) : position + messages.length;
      if (mine() && world.random.chance(0.6)) this.committed.set(partition, reading.position);
    }
  }

  /** Partitions without traffic: are the positions where the rows say that they should be? Asked before the rows are. */
  private async sweep(readings: readonly Reading[], member: Member, generation: number): Promise<void> {
    const { world } = this;
    for (let afterMs = 500; ; afterMs = world.random.between(...SWEEP_MS)) {
      await world.time.sleep(afterMs);
      if (!member.actor.alive || this.generation !== generation) return;
      const asked = readings.flatMap((reading) =>
        reading.quiet === undefined ? [] : [{ reading, was: reading.position }],
      );
      const stored = await readOffsets(member.db, member.group).catch(() => undefined);
      if (stored === undefined) continue;
      for (const { reading, was } of asked) {
        const { topic, partition } = reading.partition;
        const row = stored.find((one) => one.topic === topic && one.partition === partition);
        const place = placeQuiet({ stored: row?.next ?? null, position: BigInt(was), logStart: 0n });
        if (place.place !== 'seek' || reading.quiet === undefined || reading.position !== was) continue;
        reading.position = Number(place.to);
        reading.quiet();
      }
    }
  }
}

function more(reading: Reading): Promise<void> {
  const { listeners } = reading.partition;
  return new Promise((resolve) => {
    reading.quiet = (): void => {
      if (reading.quiet !== undefined) listeners.delete(reading.quiet);
      reading.quiet = undefined;
      resolve();
    };
    listeners.add(reading.quiet);
  });
}
