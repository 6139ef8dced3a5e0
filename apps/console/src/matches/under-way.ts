import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import type { MatchKind } from './matches.dto';

/** What is under way, or was last, for a company and kind. */
export interface Work {
  readonly does: 'reading' | 'applying';
  /** Undefined while it goes on. */
  readonly ended: 'done' | 'failed' | undefined;
  readonly failed: string | undefined;
  readonly done: number;
}

/** Ends work before its end; `code` is shown. */
export class WorkFailed extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'WorkFailed';
  }
}

/** `count` adds to what is done; it throws once the process stops. */
export type Working = (count: (more: number) => void) => Promise<void>;

/**
 * Readings and applies of this process, one at a time for each company and kind. They are not kept: one that its process
 * took along is begun again by a person, and goes on where the service says it stands.
 */
@Injectable()
export class UnderWay implements OnApplicationShutdown {
  private readonly works = new Map<string, Work>();
  private readonly running = new Set<Promise<void>>();
  private stopping = false;

  constructor(@Inject(LOG) private readonly log: Log) {}

  of(tenant: string, kind: MatchKind): Work | undefined {
    return this.works.get(keyOf(tenant, kind));
  }

  /** False: something is under way already. */
  begin(tenant: string, kind: MatchKind, does: Work['does'], work: Working): boolean {
    const key = keyOf(tenant, kind);
    const before = this.works.get(key);
    if (before !== undefined && before.ended === undefined) return false;
    let done = 0;
    const say = (ended: Work['ended'], failed?: string): void => {
      this.works.set(key, { does, ended, failed, done });
    };
    say(undefined);
    const run = work((more) => {
      if (this.stopping) throw new WorkFailed('stopped');
      done += more;
      say(undefined);
    }).then(
      () => say('done'),
      (err: unknown) => {
        say('failed', err instanceof WorkFailed ? err.code : 'failed_here');
        this.log.warn({ err, tenant, kind, outcome: does }, 'ended early');
      },
    );
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
    return true;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }
}

const keyOf = (tenant: string, kind: MatchKind): string => `${tenant} ${kind}`;
