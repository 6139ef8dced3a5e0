import type { EachBatchPayload } from 'kafkajs';
import { handleBatch } from './batch-handling';
import type { ConsumerOptions, Trouble } from './consumer';
import type { TroubleKind } from './error-policy';
import type { Assignment } from './partition-log';
import { openPartitionLog } from './partition-log';
import { startSweep } from './sweep';

/** Why a session ended by itself. */
export interface SessionEnd {
  readonly kind: Extract<TroubleKind, 'crash' | 'silent' | 'start' | 'stop'>;
  readonly why: string;
}

/** One kafkajs consumer from its making to its end. */
export interface Session {
  /** Resolves when it ends by itself; never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Milliseconds since the epoch: the last fetch or heartbeat. */
  lastSign(): number;
  /** How often the batch in hand failed in a row. */
  failures(): number;
  /** Undefined: not in the group yet. Empty: in it, with nothing to do. */
  assigned(): Assignment | undefined;
  pause(topics: readonly string[]): void;
  resume(topics: readonly string[]): void;
  /** Ends it after the batch in hand, within a time limit. */
  close(): Promise<void>;
}

export interface SessionOptions extends ConsumerOptions {
  /** Topics paused now; read at every assignment and batch. */
  readonly paused: ReadonlySet<string>;
  readonly tell: (kind: TroubleKind, error: unknown, place?: Partial<Trouble>) => void;
}

const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const REBALANCE_TIMEOUT_MS = 30_000;
/** Also how long a seek, a resume or a stop waits for the fetch that is under way. */
const MAX_WAIT_MS = 1_000;
const CLOSE_TIMEOUT_MS = 15_000;
const SILENT_MS = 60_000;

export function openSession(options: SessionOptions): Session {
  const { kafka, groupId, paused, tell } = options;
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    ...(options.partitionBytes === undefined ? {} : { maxBytesPerPartition: options.partitionBytes }),
    allowAutoTopicCreation: false,
    // A session that crashed is never restarted by kafkajs: the supervisor makes another.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  const log = openPartitionLog(kafka, groupId);
  const ending = new AbortController();
  const silentMs = options.silentMs ?? SILENT_MS;
  let lastSign = Date.now();
  let failures = 0;
  let assigned: Assignment | undefined;
  let end: (end: SessionEnd) => void = () => undefined;
  const ended = new Promise<SessionEnd>((resolve) => {
    end = resolve;
  });
  const signs = (): void => void (lastSign = Date.now());

  consumer.on('consumer.fetch', signs);
  consumer.on('consumer.heartbeat', signs);
  consumer.on('consumer.crash', ({ payload }) => end({ kind: 'crash', why: payload.error.message }));
  consumer.on('consumer.group_join', ({ payload }) => {
    signs();
    assigned = payload.memberAssignment;
    log.forget();
    if (paused.size > 0) consumer.pause([...paused].map((topic) => ({ topic })));
  });

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { topic, partition } = payload.batch;
    if (ending.signal.aborted || !payload.isRunning() || payload.isStale()) return;
    if (paused.has(topic)) return consumer.pause([{ topic }]);
    try {
      const outcome = await handleBatch(payload, {
        handle: options.handle,
        logStart: log.logStart,
        heartbeatMs: HEARTBEAT_MS,
        ending: ending.signal,
        onFailure: (error, { batch }, failed) => {
          failures = failed;
          tell('handle', error, { topic, partition, offset: batch.firstOffset() ?? '' });
        },
      });
      failures = 0;
      if (outcome === undefined) return;
      if (outcome.outcome === 'done') {
        payload.resolveOffset(payload.batch.lastOffset());
        log.follow(topic, partition, BigInt(payload.batch.lastOffset()) + 1n);
      } else if (outcome.outcome === 'seek') {
        consumer.seek({ topic, partition, offset: String(outcome.offset) });
      } else {
        ending.abort();
        end({ kind: 'stop', why: `${topic}/${partition}: ${outcome.why}` });
      }
    } catch (error) {
      tell('rebalance', error, { topic, partition });
      throw error;
    }
  };

  const watchdog = setInterval(
    () => {
      if (Date.now() - lastSign > silentMs) end({ kind: 'silent', why: `no fetch for ${silentMs} ms` });
    },
    Math.min(silentMs / 4, 5_000),
  );

  const sweep = startSweep({
    ...(options.sweep === undefined ? {} : { sweep: options.sweep }),
    ...(options.sweepMs === undefined ? {} : { everyMs: options.sweepMs }),
    positions: () => log.positions(withoutPaused(assigned ?? {}, paused)),
    seek: ({ topic, partition, to }) => consumer.seek({ topic, partition, offset: String(to) }),
    stop: (why) => {
      ending.abort();
      end({ kind: 'stop', why });
    },
    onError: (error) => tell('sweep', error),
  });

  const open = async (): Promise<void> => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
    await consumer.run({
      eachBatch,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.concurrency ?? 1,
    });
  };
  const opened = open().catch((error: unknown) => end({ kind: 'start', why: messageOf(error) }));
  // Disconnected while it joins, kafkajs joins all the same and keeps partitions that nobody handles.
  const disconnect = (): Promise<void> => opened.then(() => consumer.disconnect());

  return {
    ended,
    lastSign: () => lastSign,
    failures: () => failures,
    assigned: () => assigned,
    pause: (topics) => whenRunning(assigned !== undefined, () => consumer.pause(topics.map((topic) => ({ topic })))),
    resume: (topics) => whenRunning(assigned !== undefined, () => consumer.resume(topics.map((topic) => ({ topic })))),
    async close() {
      ending.abort();
      clearInterval(watchdog);
      sweep.end();
      await within(CLOSE_TIMEOUT_MS, Promise.allSettled([disconnect(), log.close()]));
    },
  };
}

/** kafkajs refuses to pause before it runs; the assignment then pauses what is to be paused. */
function whenRunning(running: boolean, act: () => void): void {
  if (running) act();
}

function withoutPaused(assigned: Assignment, paused: ReadonlySet<string>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(assigned).filter(([topic]) => !paused.has(topic)));
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
