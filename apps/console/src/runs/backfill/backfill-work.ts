import { Inject, Injectable } from '@nestjs/common';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Producer } from '@qbo-sync/kafka/producer';
import { DataSource } from 'typeorm';
import { PRODUCER } from '../../tokens';
import {
  endRecords,
  type NextRecord,
  selectNext,
  selectOpen,
  selectUnsent,
  updateHanded,
  updateSent,
} from '../handed-records';
import type { RunEntity } from '../run.entity';
import { updateOver, updateResting } from '../run-store';
import { roomFor, type MostUnderWay } from './pacing';
import { resultOf } from './result';

/** So many commands are sent at once. */
const AT_ONCE = 2_000;

/**
 * One step of a backfill: ends what has come to rest, and hands over as much as there is room for.
 *
 *   noted as handed over, while it runs ─▶ `push` sent ─▶ noted as sent ─▶ ended, as the log says
 *
 * The id of a `push` is (run, ref): one sent again, after a crash between the send and the note of it, is taken in once. Pause and
 * cancel stop the handing over; what was handed over goes on to its end, and counts.
 */
@Injectable()
export class BackfillWork {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(PRODUCER) private readonly producer: Producer,
  ) {}

  /** A company of smaller limits than QuickBooks' own lets fewer be under way. */
  async advance(run: RunEntity, underWay?: MostUnderWay): Promise<void> {
    const { manager } = this.dataSource;
    await this.send(run, await selectUnsent(manager, run.id, AT_ONCE));
    await endRecords(manager, run.tenant, run.id);
    const open = await selectOpen(manager, run.id);
    const [next] = run.state === 'running' ? await selectNext(manager, run.id, 1) : [];
    if (next !== undefined) return this.handOver(run, roomFor(next.rank, open, underWay));
    if (open.size > 0) return;
    if (run.state === 'paused') await updateResting(manager, run.id);
    else await updateOver(manager, run.id, await resultOf(manager, run));
  }

  private async handOver(run: RunEntity, room: number): Promise<void> {
    if (room === 0) return;
    const { manager } = this.dataSource;
    const [first, ...others] = await selectNext(manager, run.id, room);
    if (first === undefined) return;
    // What the next rank needs has to have ended first.
    const records = [first, ...others.filter(({ rank }) => rank === first.rank)];
    const handed = await updateHanded(
      manager,
      run.id,
      records.map(({ ref }) => ref),
    );
    await this.send(
      run,
      records.filter(({ ref }) => handed.has(ref)),
    );
  }

  private async send(run: RunEntity, records: readonly NextRecord[]): Promise<void> {
    if (records.length === 0) return;
    const at = new Date().toISOString();
    await this.producer.send(
      records.map((record) => ({
        topic: TOPICS.commands.name,
        key: messageKey(run.tenant, record.ref),
        value: JSON.stringify(commandFor(run, record, at)),
      })),
    );
    await updateSent(
      this.dataSource.manager,
      run.id,
      records.map(({ ref }) => ref),
    );
  }
}

function commandFor(run: RunEntity, { ref, choice, quickbooksId }: NextRecord, at: string): SyncCommand {
  return {
    commandId: `${run.id}/${ref}`,
    kind: 'push',
    tenant: run.tenant,
    by: run.by,
    at: (run.startedAt ?? new Date(at)).toISOString(),
    ref,
    backfill: run.id,
    ...(choice === 'link' && quickbooksId !== null ? { link: quickbooksId } : {}),
  };
}
