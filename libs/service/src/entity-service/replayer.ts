import { randomUUID } from 'node:crypto';
import type { WouldChange } from '@qbo-sync/contracts/sync/activity';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import {
  addCounts,
  endReplay,
  holdReplay,
  readPositions,
  runningReplays,
  storeRanges,
  type ReplayCounts,
  type ReplayPosition,
} from '@qbo-sync/eventstore/replays';
import { inTransaction, takenBack } from '@qbo-sync/eventstore/transaction';
import type { KafkaClient } from '@qbo-sync/kafka/client';
import { runConsumer, type ConsumerOptions } from '@qbo-sync/kafka/consumer';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { deleteGroup, offsetsAt } from '@qbo-sync/kafka/topics';
import type { Applied } from './applying';
import { Board, decideStreams } from './deciding';
import type { EntityService } from './definition';
import { Intake, NOTHING } from './intake';
import { operated, operationStream, type Operated } from './kit-events';
import { progressOf, toldOf } from './replay-told';
import { isAskedFor } from './sift';
import type { Replay } from './work';

export interface ReplayerParts {
  readonly pool: Database;
  readonly kafka: KafkaClient;
  /** The service's own group; a replay reads with another, named after it. */
  readonly group: string;
  readonly service: EntityService;
  /** RFC 3339. */
  readonly now: () => string;
  /** Told after each commit. */
  readonly onApplied: (topic: string, applied: Applied) => void;
  /** Told of what is to be relayed, and of failures; nothing of a record. */
  readonly onTold: () => void;
  readonly onError: (error: unknown, commandId?: string) => void;
  readonly onTrouble?: NonNullable<ConsumerOptions['onTrouble']>;
}

type End = { readonly end: 'done' } | { readonly end: 'failed'; readonly why: string };
type ReadEnd = End | { readonly end: 'stopped' };

const LOOK_EVERY_MS = 30_000;
/** Progress is told at most so often. */
const TELL_EVERY_MS = 1_000;
/** Streams of a dry run named in one message. */
const NAMED_AT_ONCE = 200;

/**
 * Does the replays operators asked for, one after the other, beside the live traffic: a second, throw-away consumer group
 * reads the range, and what it finds goes through the same transaction as a live record (the inbox absorbs what was seen).
 *
 *   replay row ──offsets at from, to──▶ ranges, a position each ──batch by batch──▶ done
 *                                        └─ killed: the next process goes on at the positions
 *
 * A dry run is the same with each batch's effects taken back; its positions and counts stay.
 */
export class Replayer {
  private running: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: ReplayerParts) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), LOOK_EVERY_MS);
    this.timer.unref();
    this.wake();
  }

  /** A replay was asked for: looks now, or once more after the one in hand. */
  wake(): void {
    this.again = true;
    if (this.stopping.signal.aborted || this.timer === undefined) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.again) this.wake();
    });
  }

  /** Ends after the batch in hand; what is left is done by the next process. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    this.again = false;
    let commandId: string | undefined;
    try {
      for (const stored of await runningReplays(this.parts.pool)) {
        if (this.stopping.signal.aborted) return;
        ({ commandId } = stored);
        await this.replay(stored.command as Replay);
      }
    } catch (error) {
      // The next look tries again.
      this.parts.onError(error, commandId);
    }
  }

  private async replay(replay: Replay): Promise<void> {
    const group = `${this.parts.group}.replay.${replay.commandId}`;
    const positions = await this.positions(replay, group);
    const end = await this.read(replay, group, positions);
    if (end.end !== 'stopped') await this.finish(replay, group, end);
  }

  /** Where it reads, fixed the first time it is looked at: what is written later is the live group's. */
  private async positions(replay: Replay, group: string): Promise<readonly ReplayPosition[]> {
    const { pool, kafka } = this.parts;
    const { commandId, topic, from, to } = replay;
    const known = await readPositions(pool, commandId, group);
    if (known.length > 0) return known;
    const starts = await offsetsAt(kafka, topic, Date.parse(from));
    const ends = await offsetsAt(kafka, topic, Date.parse(to));
    const ranges = starts.map(({ partition, offset }) => {
      const until = ends.find((end) => end.partition === partition)?.offset ?? offset;
      return { partition, from: offset, until: until > offset ? until : offset };
    });
    await inTransaction(pool, (client) => storeRanges(client, { commandId, group, topic }, ranges));
    return readPositions(pool, commandId, group);
  }

  private async read(replay: Replay, group: string, positions: readonly ReplayPosition[]): Promise<ReadEnd> {
    const left = new Map(positions.filter(({ next, until }) => next < until).map((one) => [one.partition, one]));
    if (left.size === 0) return { end: 'done' };
    const { kafka, onTrouble } = this.parts;
    const intake = this.intake(replay, group);
    const groupId = `${group}.${randomUUID().slice(0, 8)}`;
    let consumer: ReturnType<typeof runConsumer> | undefined;
    const end = await new Promise<ReadEnd>((resolve) => {
      const stopped = (): void => resolve({ end: 'stopped' });
      if (this.stopping.signal.aborted) return stopped();
      this.stopping.signal.addEventListener('abort', stopped, { once: true });
      consumer = runConsumer({
        kafka,
        groupId,
        topics: [replay.topic],
        handle: async (batch) => {
          const outcome = await this.take(batch, replay, intake, left);
          if (outcome.outcome === 'stop') resolve({ end: 'failed', why: outcome.why });
          if (left.size === 0) resolve({ end: 'done' });
          return outcome;
        },
        ...(onTrouble === undefined ? {} : { onTrouble }),
      });
    });
    await consumer?.stop();
    await deleteGroup(kafka, groupId).catch((error: unknown) => this.parts.onError(error, replay.commandId));
    return end;
  }

  /** The batch's share of the range, and of it what was asked for. */
  private async take(
    batch: Batch,
    replay: Replay,
    intake: Intake,
    left: Map<number, ReplayPosition>,
  ): Promise<BatchOutcome> {
    const range = left.get(batch.partition);
    if (range === undefined) return { outcome: 'seek', offset: batch.highWatermark };
    const { next, until } = range;
    if (batch.firstOffset < next) return { outcome: 'seek', offset: next };
    const lastOffset = batch.lastOffset < until ? batch.lastOffset : until - 1n;
    const messages = batch.messages.filter((one) => BigInt(one.offset) <= lastOffset && isAskedFor(one, replay));
    const outcome = await intake.take({ ...batch, messages, lastOffset });
    if (outcome.outcome !== 'done') return outcome;
    if (lastOffset + 1n < until) left.set(batch.partition, { ...range, next: lastOffset + 1n });
    else left.delete(batch.partition);
    return outcome;
  }

  /** The live intake, with positions of its own. */
  private intake(replay: Replay, group: string): Intake {
    const { pool, service, now, onApplied, onTold } = this.parts;
    const { commandId, dryRun } = replay;
    let toldAt = 0;
    return new Intake({
      pool,
      group,
      service,
      now,
      onApplied: (topic, applied) => {
        onTold();
        onApplied(topic, applied);
      },
      again: async (client, messages, apply) => {
        // Ended by another process meanwhile: nothing is left to do.
        if (!(await holdReplay(client, commandId))) return NOTHING;
        const applied = dryRun ? await takenBack(client, apply) : await apply();
        const counts = await addCounts(client, commandId, countsOf(messages.length, applied));
        const changes = dryRun ? wouldChange(applied) : [];
        if (changes.length > 0 || Date.now() - toldAt >= TELL_EVERY_MS) {
          toldAt = Date.now();
          await this.tell(client, replay, group, counts, { state: 'running' }, changes);
        }
        return dryRun ? NOTHING : applied;
      },
    });
  }

  private async finish(replay: Replay, group: string, end: End): Promise<void> {
    const { commandId } = replay;
    await inTransaction(this.parts.pool, async (client) => {
      if (!(await holdReplay(client, commandId))) return;
      const counts = await addCounts(client, commandId, { matched: 0, new: 0, known: 0, parked: 0, changed: 0 });
      const why = end.end === 'failed' ? { why: end.why } : {};
      await this.tell(client, replay, group, counts, { state: end.end, ...why });
      await endReplay(client, commandId, end.end);
    });
    this.parts.onTold();
  }

  /** Appends how far it has come; its stream is locked last of all. */
  private async tell(
    client: Client,
    replay: Replay,
    group: string,
    counts: ReplayCounts,
    said: Pick<Operated['data'], 'state' | 'why'>,
    changes: readonly WouldChange[] = [],
  ): Promise<void> {
    const { service, now } = this.parts;
    const at = now();
    const progress = progressOf(await readPositions(client, replay.commandId, group), counts);
    const board = new Board();
    const key = operationStream(replay.commandId, replay.tenant);
    const told = { ...toldOf(replay), at, progress, ...said };
    if (changes.length === 0) board.append(key, operated(told));
    for (let from = 0; from < changes.length; from += NAMED_AT_ONCE) {
      board.append(key, operated({ ...told, wouldChange: changes.slice(from, from + NAMED_AT_ONCE) }));
    }
    await decideStreams(client, service, board, at);
  }
}

function countsOf(matched: number, { admitted, duplicates, parked, decided }: Applied): ReplayCounts {
  const changed = decided.filter(({ events }) => events.length > 0).length;
  return { matched, new: admitted, known: duplicates, parked: parked.length, changed };
}

function wouldChange({ decided }: Applied): readonly WouldChange[] {
  return decided.flatMap(({ tenant, ref, events }) => (events.length === 0 ? [] : [{ tenant, ref, events }]));
}
