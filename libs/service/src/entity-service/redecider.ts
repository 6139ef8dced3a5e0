import { entityOf } from '@qbo-sync/contracts/refs';
import type { Database } from '@qbo-sync/eventstore/pool';
import { markRedecided, settingsToRedecide } from '@qbo-sync/eventstore/settings';
import {
  countRedecision,
  deleteRedecision,
  redecisions,
  updateRedecision,
  type Redecision,
} from '@qbo-sync/eventstore/redecisions';
import { allStreams, openStreams, streamsToRevisit } from '@qbo-sync/eventstore/stream-lists';
import type { StreamKey } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { holdFollowing } from './applying';
import { Board, decideStreams, type Decided } from './deciding';
import type { EntityService } from './definition';
import { operated, operationStream } from './kit-events';
import { isPoison } from './poison';

export interface RedeciderParts {
  readonly pool: Database;
  readonly service: EntityService;
  readonly now: () => string;
  readonly onDecided: (decided: readonly Decided[]) => void;
  readonly onError: (error: unknown, stream?: StreamKey) => void;
  /** Streams decided again in one transaction. */
  readonly pageSize?: number;
  readonly everyMs?: number;
}

const PAGE = 500;
const EVERY_MS = 30_000;

/**
 * Decides again what time or settings may have changed: every open stream of a company under each new version of its
 * settings or on a command (which may ask for all streams), and streams whose `revisitAt` has come. After a crash
 * settings start over from the first page, a command goes on after its last one; deciding the same again says nothing.
 */
export class Redecider {
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RedeciderParts) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), this.parts.everyMs ?? EVERY_MS);
    this.timer.unref();
    this.wake();
  }

  /** Something may be due: looks now, or once more after the look in hand. */
  wake(): void {
    this.again = true;
    if (this.stopped || this.timer === undefined) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.again) this.wake();
    });
  }

  /** Ends after the page in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    this.again = false;
    try {
      await this.underNewSettings();
      await this.onCommand();
      await this.whatIsDue();
    } catch (error) {
      // The next tick tries again: what was not marked is still due.
      this.parts.onError(error);
    }
  }

  private async underNewSettings(): Promise<void> {
    const { pool, service, pageSize = PAGE } = this.parts;
    for (const { tenant, version } of await settingsToRedecide(pool)) {
      await this.redecide(
        (service.always ?? []).map((ref) => ({ tenant, ref })),
        'settings',
      );
      for (let after: string | null = null; !this.stopped;) {
        const page: StreamKey[] = await openStreams(pool, tenant, after, pageSize);
        await this.redecide(page, 'settings');
        if (page.length < pageSize) {
          await markRedecided(pool, tenant, version);
          break;
        }
        after = page[page.length - 1]?.ref ?? null;
      }
    }
  }

  private async onCommand(): Promise<void> {
    const { pool, pageSize = PAGE } = this.parts;
    for (const redecision of await redecisions(pool)) {
      const { tenant, entity, closed, afterRef } = redecision;
      const streams = closed ? allStreams : openStreams;
      const of = await countRedecision(pool, redecision);
      for (let after = afterRef, isDone = false; !isDone && !this.stopped;) {
        const page: StreamKey[] = await streams(pool, tenant, after, pageSize);
        const keys = page.filter(({ ref }) => entity === null || entityOf(ref) === entity);
        const decided = await this.redecide(keys, 'command');
        if (this.stopped && decided.length === 0 && keys.length > 0) return;
        isDone = page[pageSize - 1] === undefined;
        after = page[page.length - 1]?.ref ?? after;
        const changed = decided.filter(({ events }) => events.length > 0).length;
        await this.tell(redecision, { afterRef: after, decided: keys.length, changed }, of, isDone);
      }
    }
  }

  /** Keeps how far it has come, and says so: in the operations of the console, not in the company's log. */
  private async tell(
    { commandId, tenant, entity, by }: Redecision,
    page: Parameters<typeof updateRedecision>[2],
    of: number,
    isDone: boolean,
  ): Promise<void> {
    const { pool, service, now, onDecided } = this.parts;
    const decided = await inTransaction(pool, async (client) => {
      const whole = await updateRedecision(client, commandId, page);
      if (isDone) await deleteRedecision(client, commandId);
      const at = now();
      const board = new Board();
      const said = operated({
        ...{ operation: 'redecide', commandId, by, at, state: isDone ? 'done' : 'running' },
        ...(entity === null ? {} : { entity }),
        // Streams may have come meanwhile.
        progress: { read: whole.decided, of: Math.max(of, whole.decided), changed: whole.changed },
      });
      board.append(operationStream(commandId, tenant), said);
      return decideStreams(client, service, board, at);
    });
    onDecided(decided);
  }

  private async whatIsDue(): Promise<void> {
    const { pool, now, pageSize = PAGE } = this.parts;
    await this.redecide(await streamsToRevisit(pool, now(), pageSize), 'revisit');
  }

  private async redecide(keys: readonly StreamKey[], why: RedecideReason): Promise<readonly Decided[]> {
    if (keys.length === 0 || this.stopped) return [];
    try {
      const decided = await this.decide(keys, why);
      this.parts.onDecided(decided);
      for (const { tenant, ref, failure } of decided)
        if (failure !== undefined) this.parts.onError(failure, { tenant, ref });
      return decided;
    } catch (error) {
      if (!isPoison(error)) throw error;
      const each: Decided[] = [];
      if (keys.length === 1) this.parts.onError(error, keys[0]);
      else for (const key of keys) each.push(...(await this.redecide([key], why)));
      return each;
    }
  }

  private decide(keys: readonly StreamKey[], why: RedecideReason): Promise<readonly Decided[]> {
    const { pool, service, now } = this.parts;
    return inTransaction(pool, async (client) => {
      await holdFollowing(
        client,
        service,
        keys.map(({ tenant }) => tenant),
      );
      const board = new Board();
      for (const key of keys) board.trigger(key, { kind: 'redecide', why });
      return decideStreams(client, service, board, now());
    });
  }
}

type RedecideReason = Extract<Trigger, { kind: 'redecide' }>['why'];
