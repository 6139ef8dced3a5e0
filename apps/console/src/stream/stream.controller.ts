import { Controller, Inject, type MessageEvent, Param, Query, Sse, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { catchError, EMPTY, exhaustMap, from, interval, map, merge, mergeMap, type Observable, tap, timer } from 'rxjs';
import { DataSource } from 'typeorm';
import { BearerGuard } from '../http/bearer.guard';
import { readQuery } from '../http/read-query';
import { RunChanges } from '../runs/run-changes';
import { StreamQuery } from './stream-query';

const LOOK_EVERY_MS = 1_000;
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
 *   event: beat
 *   data: {"at":"…","lagSeconds":0}        how old what was told is
 */
@ApiTags('stream')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@Controller('api/v1/companies/:company/stream')
export class StreamController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Sse()
  @ApiOperation({ summary: 'Server-Sent Events: `run` as a run goes on, `beat` every 10 s' })
  @ApiProduces('text/event-stream')
  @ApiQuery({ type: StreamQuery })
  stream(@Param('company') tenant: string, @Query() query: object): Observable<MessageEvent> {
    readQuery(StreamQuery, query);
    const changes = new RunChanges(this.dataSource.manager, tenant);
    const opened = Date.now();
    let seen = opened;
    const runs = timer(0, LOOK_EVERY_MS).pipe(
      // A look that hangs is not joined by another.
      exhaustMap(() =>
        from(changes.look()).pipe(
          tap(() => (seen = Date.now())),
          catchError((err: unknown) => {
            this.log.warn({ err, tenant }, 'could not look for changes of runs; trying again');
            return EMPTY;
          }),
        ),
      ),
      mergeMap((changed) => changed.map((data) => ({ type: 'run', data }))),
    );
    const beats = interval(BEAT_EVERY_MS).pipe(
      map(() => {
        const at = new Date();
        return { type: 'beat', data: { at, lagSeconds: Math.floor((at.getTime() - seen) / 1_000) } };
      }),
    );
    return merge(runs, beats).pipe(map((event, nth) => ({ ...event, id: `${opened}-${nth}`, retry: RETRY_MS })));
  }
}
