import type { KafkaClient } from './client';
import type { Batch, BatchOutcome } from './message';
import type { Session, SessionOptions } from './consumer-session';
import { messageOf, openSession } from './consumer-session';
import { stateOf, type ConsumerState } from './consumer-state';
import type { Remedy, TroubleKind } from './error-policy';
import { REMEDIES, pauseAfter } from './error-policy';
import { pause } from './pause';
import type { QuietAnswer, QuietPartition } from './sweep';

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
  /** Bytes of one partition a fetch brings, and a batch holds; Kafka's own is 1 MiB. */
  readonly partitionBytes?: number;
  /** No fetch and no heartbeat for this long: the consumer is built anew. */
  readonly silentMs?: number;
  /** A member not heard of for this long is out of the group. */
  readonly sessionTimeoutMs?: number;
}

export interface Trouble {
  readonly what: TroubleKind;
  readonly remedy: Remedy;
  readonly groupId: string;
  readonly message: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: string;
}

export interface ConsumerStatus {
  readonly state: ConsumerState;
  /** Why it is rebuilding, or stopped though nobody called `stop`. */
  readonly why?: string;
  /** Times it was built anew since the start. */
  readonly rebuilds: number;
  /** How often the batch in hand failed in a row; 0 once it has an outcome. */
  readonly failures: number;
  /** Milliseconds since the last fetch or heartbeat; a batch in hand heartbeats. */
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

/**
 * Starts a supervised consumer and returns at once; `status` says how it stands. Batches come one by one per partition, in
 * order, at least once: where a batch stands is for `handle` to check against its own offset row. One that crashed or went
 * silent is built anew, for ever (`error-policy.ts`); only `stop` or a `stop` outcome ends it.
 *
 *   starting ──joined──▶ running ──crash──▶ rebuilding ──joined──▶ running
 *                         │   ▲ └──stop outcome, stop()──▶ stopped
 *       no sign for 6 s   ▼   │ sign
 *                         silent ──none for `silentMs`──▶ rebuilding
 */
export function runConsumer(options: ConsumerOptions): RunningConsumer {
  const paused = new Set(options.pausedTopics ?? []);
  const stopping = new AbortController();
  const stopped = new Promise<'stopped'>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve('stopped'));
  });
  let session: Session | undefined;
  let why: string | undefined;
  let rebuilds = 0;
  let over = false;

  const tell: SessionOptions['tell'] = (what, error, place = {}) =>
    options.onTrouble?.({
      what,
      remedy: REMEDIES[what],
      groupId: options.groupId,
      message: messageOf(error),
      ...place,
    });

  const supervise = async (): Promise<void> => {
    for (let failures = 0; !stopping.signal.aborted;) {
      const opened = openSession({ ...options, paused, tell });
      session = opened;
      const end = await Promise.race([opened.ended, stopped]);
      const joined = opened.assigned() !== undefined;
      session = undefined;
      if (end !== 'stopped') {
        why = end.why;
        tell(end.kind, end.why);
      }
      await opened.close();
      if (end === 'stopped' || REMEDIES[end.kind] === 'end') break;
      rebuilds += 1;
      failures = joined ? 1 : failures + 1;
      await pause(pauseAfter(failures), stopping.signal);
    }
    over = true;
  };
  const ended = supervise();

  return {
    status: () => {
      const assigned = session?.assigned();
      const silentForMs = session === undefined ? 0 : Date.now() - session.lastSign();
      const state = stateOf({ over, joined: assigned !== undefined, rebuilds, silentForMs });
      return {
        state,
        ...(why === undefined || assigned !== undefined ? {} : { why }),
        rebuilds,
        failures: session?.failures() ?? 0,
        silentForMs,
        assigned: assigned ?? {},
      };
    },
    pause: (topics) => {
      for (const topic of topics) paused.add(topic);
      session?.pause(topics);
    },
    resume: (topics) => {
      for (const topic of topics) paused.delete(topic);
      session?.resume(topics);
    },
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}
