import { Controller, Inject, type MessageEvent, Param, Query, Sse, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { catchError, EMPTY, exhaustMap, from, interval, map, merge, mergeMap, type Observable, tap, timer } from 'rxjs';
import { DataSource } from 'typeorm';
import { BearerGuard } from '../http/bearer.guard';
import { readQuery } from '../http/read-query';
import { MatchChanges } from '../matches/match-changes';
import { PayoutChanges } from '../payouts/payout-changes';
import { PayoutDesk } from '../payouts/payout-desk';
import { RunChanges } from '../runs/run-changes';
import { STREAM_TOPICS, StreamQuery, type StreamTopic } from './stream-query';

/** How often is looked; payouts are another service's to know. */
const LOOK_EVERY_MS: Readonly<Record<StreamTopic, number>> = { run: 1_000, payout: 2_000, match: 1_000 };
const BEAT_EVERY_MS = 10_000;
const RETRY_MS = 2_000;

/**
 * What changes, as it changes (console.md §12). Each event says the whole of what it is about, and a stream begins with all of it: who
 * comes back missed nothing and is told nothing that the last event of its kind does not replace.
 *
 *   id: 1764000000000-7
 *   event: run
 *   data: {"id":"run_…","state":"running","done":812,"total":2305,…}
 *
 *   event: payout
 *   data: {"id":"po_…","state":"waiting","progress":{"read":4200,"whole":false},…}
 *
 *   event: match
 *   data: {"id":"match_…","kind":"customers","does":"reading","state":"under way","done":3000,"failed":null}
 *
 *   event: beat
 *   data: {"at":"…","lagSeconds":0}        how old what was told is, of the topic that is oldest
 */
@ApiTags('stream')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@Controller('api/v1/companies/:company/stream')
export class StreamController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(PayoutDesk) private readonly payouts: PayoutDesk,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Sse()
  @ApiOperation({ summary: 'Server-Sent Events: `run`, `payout` and `match` as they go on, `beat` every 10 s' })
  @ApiProduces('text/event-stream')
  @ApiQuery({ type: StreamQuery })
  stream(@Param('company') tenant: string, @Query() query: object): Observable<MessageEvent> {
    const { topics } = readQuery(StreamQuery, query);
    const wanted = STREAM_TOPICS.filter((topic) => topics === undefined || topics.split(',').includes(topic));
    const opened = Date.now();
    const seen = new Map(wanted.map((topic) => [topic, opened]));
    const changes = wanted.map((topic) => {
      const look = this.watch(topic, tenant);
      return timer(0, LOOK_EVERY_MS[topic]).pipe(
        // A look that hangs is not joined by another.
        exhaustMap(() =>
          from(look()).pipe(
            tap(() => seen.set(topic, Date.now())),
            catchError((err: unknown) => {
              this.log.warn({ err, tenant, topic }, 'could not look for changes; trying again');
              return EMPTY;
            }),
          ),
        ),
        mergeMap((changed) => changed.map((data) => ({ type: topic, data }))),
      );
    });
    const beats = interval(BEAT_EVERY_MS).pipe(
      map(() => {
        const at = new Date();
        const oldest = Math.min(...seen.values());
        return { type: 'beat', data: { at, lagSeconds: Math.floor((at.getTime() - oldest) / 1_000) } };
      }),
    );
    return merge(...changes, beats).pipe(map((event, nth) => ({ ...event, id: `${opened}-${nth}`, retry: RETRY_MS })));
  }

  private watch(topic: StreamTopic, tenant: string): () => Promise<readonly object[]> {
    const { manager } = this.dataSource;
    const of = {
      run: () => new RunChanges(manager, tenant),
      payout: () => new PayoutChanges(this.payouts, tenant),
      match: () => new MatchChanges(manager, tenant),
    } satisfies Record<StreamTopic, () => { look(): Promise<readonly object[]> }>;
    const changes = of[topic]();
    return () => changes.look();
  }
}
