import type { KafkaClient } from './client';
import type { Batch, BatchOutcome } from './message';
import type { QuietPartition, QuietAnswer } from './sweep';

export interface ConsumerOptions {
  readonly kafka: KafkaClient;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly handle: (batch: Batch) => Promise<BatchOutcome>;
  /** Topics that are not read until `resume` names them. */
  readonly pausedTopics?: readonly string[];
  /** Asked every `sweepMs` about the partitions assigned here; absent: no sweep. */
  readonly sweep?: (partitions: readonly QuietPartition[]) => Promise<readonly QuietAnswer[]>;
  readonly sweepMs?: number;
  /** Told of every failure, with what was done about it. Never holds a key, header or value. */
  readonly onTrouble?: (trouble: Trouble) => void;
  /** Batches of different partitions handled at a time. */
  readonly concurrency?: number;
  /** No fetch for this long, and no batch in hand: the consumer is built anew. */
  readonly silentMs?: number;
}

export interface Trouble {
  readonly what: 'handle' | 'crash' | 'silent' | 'start' | 'sweep' | 'stop';
  readonly groupId: string;
  readonly message: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: string;
}

export type ConsumerState = 'starting' | 'running' | 'rebuilding' | 'stopped';

export interface ConsumerStatus {
  readonly state: ConsumerState;
  /** Why it is rebuilding, or stopped though nobody called `stop`. */
  readonly why?: string;
  /** Times it was built anew since the start. */
  readonly rebuilds: number;
  /** Milliseconds since the last fetch, heartbeat or batch in hand. */
  readonly silentForMs: number;
  /** Partitions assigned now, by topic. */
  readonly assigned: Readonly<Record<string, readonly number[]>>;
}

export interface RunningConsumer {
  status(): ConsumerStatus;
  pause(topics: readonly string[]): void;
  resume(topics: readonly string[]): void;
  /** Ends after the batch in hand and leaves the group. */
  stop(): Promise<void>;
}

/** Starts a supervised consumer; see `ConsumerOptions`. Returns at once: `status` says how it stands. */
export declare function runConsumer(options: ConsumerOptions): RunningConsumer;
