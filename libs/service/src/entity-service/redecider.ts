import { entityOf } from '@qbo-sync/contracts/refs';
import type { Database } from '@qbo-sync/eventstore/pool';
import { markRedecided, settingsToRedecide } from '@qbo-sync/eventstore/settings';
import { deleteRedecision, redecisions, updateRedecision } from '@qbo-sync/eventstore/redecisions';
import { allStreams, openStreams, streamsToRevisit } from '@qbo-sync/eventstore/stream-lists';
import type { StreamKey } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { holdFollowing } from './applying';
import { Board, decideStreams, type Decided } from './deciding';
import type { EntityService, Trigger } from './definition';
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
    for (const { commandId, tenant, entity, closed, afterRef } of await redecisions(pool)) {
      const streams = closed ? allStreams : openStreams;
      for (let after = afterRef; !this.stopped;) {
        const page: StreamKey[] = await streams(pool, tenant, after, pageSize);
        await this.redecide(
          page.filter(({ ref }) => entity === null || entityOf(ref) === entity),
          'command',
        );
        const last = page[pageSize - 1];
        if (last === undefined) {
          await deleteRedecision(pool, commandId);
          break;
        }
        after = last.ref;
        await updateRedecision(pool, commandId, after);
      }
    }
  }

  private async whatIsDue(): Promise<void> {
    const { pool, now, pageSize = PAGE } = this.parts;
    await this.redecide(await streamsToRevisit(pool, now(), pageSize), 'revisit');
  }

  private async redecide(keys: readonly StreamKey[], why: RedecideReason): Promise<void> {
    if (keys.length === 0 || this.stopped) return;
    try {
      const decided = await this.decide(keys, why);
      this.parts.onDecided(decided);
      for (const { tenant, ref, failure } of decided)
        if (failure !== undefined) this.parts.onError(failure, { tenant, ref });
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (keys.length === 1) this.parts.onError(error, keys[0]);
      else for (const key of keys) await this.redecide([key], why);
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
