import type { Client, Database } from './pool';

/** One row to publish and what it says; a row may say nothing. */
export interface OutboxRow<Message> {
  readonly id: string;
  readonly messages: readonly Message[];
}

export interface OutboxOptions<Message> {
  readonly pool: Database;
  /** Of the service: only one relay of a name works at a time, whatever process it is in. */
  readonly name: string;
  /** The oldest rows, in the order in which they must be sent. Never by an id cursor. */
  readonly read: (client: Client, limit: number) => Promise<readonly OutboxRow<Message>[]>;
  readonly remove: (client: Client, ids: readonly string[]) => Promise<void>;
  /** Resolves once all messages are accepted, in their order; rejects if any might not be. */
  readonly publish: (messages: readonly Message[]) => Promise<void>;
  /** Told of every failure; the relay goes on after a pause. */
  readonly onError: (error: unknown) => void;
  /** How long it rests when nothing was there and nobody woke it. */
  readonly pollMs?: number;
}

export interface OutboxStatus {
  /** It holds the lock of its name. */
  readonly leading: boolean;
  /** How often it failed since its last success. */
  readonly failures: number;
}

export interface Outbox {
  /** Something may be there: look now instead of at the next poll. */
  wake(): void;
  status(): OutboxStatus;
  /** Ends after the rows in hand. */
  stop(): Promise<void>;
}

/**
 * What the loop did last, and so what it does next:
 *
 *   following ──lock got──▶ leading ──rows──▶ publish, delete ──▶ read again at once
 *       │ ▲                    └──none──▶ rest until woken, at most `pollMs`
 *       │ └── any failure ◀──────────────── (the lock goes with its connection)
 *       └── lock held elsewhere ──▶ rest, try again
 */
export type LastStep =
  | { readonly did: 'relayed'; readonly rows: number }
  | { readonly did: 'followed' }
  | { readonly did: 'failed'; readonly failures: number };

export interface Rest {
  readonly forMs: number;
  /** A wake ends it early; never the pause after a failure. */
  readonly wakeable: boolean;
}

/** How often a follower asks for the lock, unless the leader itself looks more rarely. */
const FOLLOW_MS = 1_000;
const FIRST_BACK_OFF_MS = 100;
const MAX_BACK_OFF_MS = 10_000;

/** How long to rest after a step; `forMs` 0: go on at once. */
export function restAfter(last: LastStep, pollMs: number): Rest {
  switch (last.did) {
    case 'relayed':
      return last.rows > 0 ? { forMs: 0, wakeable: true } : { forMs: pollMs, wakeable: true };
    case 'followed':
      return { forMs: Math.max(FOLLOW_MS, pollMs), wakeable: false };
    case 'failed':
      return { forMs: Math.min(FIRST_BACK_OFF_MS * 2 ** (last.failures - 1), MAX_BACK_OFF_MS), wakeable: false };
  }
}

const BATCH = 500;
const POLL_MS = 1_000;

/**
 * Starts the loop: the oldest rows are published, then deleted. Delivery is at least once and in order per stream; a crash
 * between the two, or a second loop, only duplicates. Holds one connection of the pool for as long as it leads.
 */
export function startOutbox<Message>(options: OutboxOptions<Message>): Outbox {
  const pollMs = options.pollMs ?? POLL_MS;
  const bell = createBell();
  let stopped = false;
  let failures = 0;
  let leader: Leader | undefined;

  const step = async (): Promise<LastStep> => {
    try {
      leader ??= await lead(options.pool, options.name);
      if (leader === undefined) return { did: 'followed' };
      const rows = await options.read(leader.client, BATCH);
      if (rows.length > 0) {
        const messages = rows.flatMap((row) => row.messages);
        if (messages.length > 0) await options.publish(messages);
        await options.remove(
          leader.client,
          rows.map((row) => row.id),
        );
      }
      failures = 0;
      return { did: 'relayed', rows: rows.length };
    } catch (error) {
      failures += 1;
      leader?.resign();
      leader = undefined;
      options.onError(error);
      return { did: 'failed', failures };
    }
  };

  const loop = async (): Promise<void> => {
    while (!stopped) {
      const rest = restAfter(await step(), pollMs);
      if (rest.forMs > 0 && !stopped) await bell.rest(rest);
    }
    leader?.resign();
    leader = undefined;
  };
  const ended = loop();

  return {
    wake: () => bell.ring(),
    status: () => ({ leading: leader !== undefined, failures }),
    stop: () => {
      stopped = true;
      bell.end();
      return ended;
    },
  };
}

interface Leader {
  readonly client: Client;
  /** Gives the lock back by closing its connection, whatever state that is in. */
  resign(): void;
}

async function lead(pool: Database, name: string): Promise<Leader | undefined> {
  const client = await pool.connect();
  // The next query tells of the loss; without a listener the event itself would end the process.
  const onLost = (): void => undefined;
  client.on('error', onLost);
  const release = (destroy: boolean): void => {
    client.off('error', onLost);
    client.release(destroy);
  };
  try {
    const result = await client.query<{ got: boolean }>(
      `select pg_try_advisory_lock(hashtext('outbox'), hashtext($1)) as got`,
      [name],
    );
    if (result.rows[0]?.got === true) return { client, resign: () => release(true) };
    release(false);
    return undefined;
  } catch (error) {
    release(true);
    throw error;
  }
}

/** A rest that a ring ends; a ring while nobody rests counts for the next rest. */
function createBell() {
  let rung = false;
  let ended = false;
  let rouse: (() => void) | undefined;
  return {
    ring(): void {
      rung = true;
      rouse?.();
    },
    end(): void {
      ended = true;
      rouse?.();
    },
    async rest({ forMs, wakeable }: Rest): Promise<void> {
      const over = (): boolean => ended || (wakeable && rung);
      if (!over()) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, forMs);
          rouse = () => {
            if (!over()) return;
            clearTimeout(timer);
            resolve();
          };
        });
        rouse = undefined;
      }
      rung = false;
    },
  };
}
