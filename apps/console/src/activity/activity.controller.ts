import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { splitKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Batch, BatchOutcome, ConsumedMessage } from '@qbo-sync/kafka/message';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { DataSource } from 'typeorm';
import { ExchangeLog } from '../log/exchange-log';
import { GROUP } from '../tokens';
import { ActivityIntake } from './activity-intake';
import { VerifyWatch } from '../verify/verify-watch';
import { type Apply, takeBatch } from './partition-consumer';

/** Kafka's side of the console: what happened, and what was asked of QuickBooks and answered. */
@Controller()
export class ActivityController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(GROUP) private readonly group: string,
    @Inject(ActivityIntake) private readonly intake: ActivityIntake,
    @Inject(ExchangeLog) private readonly exchanges: ExchangeLog,
    @Inject(VerifyWatch) private readonly verify: VerifyWatch,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @EventPattern([TOPICS.activity.name])
  async activity(@Payload() batch: Batch): Promise<BatchOutcome> {
    const outcome = await this.take(batch, (manager, messages) => this.intake.take(manager, messages));
    this.verify.wake(tenantsOf(batch.messages));
    return outcome;
  }

  @EventPattern([TOPICS.requests.name])
  requests(@Payload() batch: Batch): Promise<BatchOutcome> {
    return this.take(batch, (manager, messages) => this.exchanges.requests(manager, messages));
  }

  @EventPattern([TOPICS.answers.name])
  answers(@Payload() batch: Batch): Promise<BatchOutcome> {
    return this.take(batch, (manager, messages) => this.exchanges.answers(manager, messages));
  }

  private async take(batch: Batch, apply: Apply): Promise<BatchOutcome> {
    const { dataSource, group } = this;
    try {
      return await takeBatch(
        { dataSource, group, apply, onParked: (message, err) => this.parked(message, err) },
        batch,
      );
    } catch (err) {
      const { topic, partition, firstOffset } = batch;
      this.log.warn({ err, topic, partition, offset: firstOffset }, 'could not take a batch; it comes again');
      throw err;
    }
  }

  private parked({ topic, partition, offset }: ConsumedMessage, err: unknown): void {
    this.log.error({ err, topic, partition, offset }, 'set a message aside');
  }
}

const tenantsOf = (messages: readonly ConsumedMessage[]): ReadonlySet<string> =>
  new Set(messages.flatMap(({ key }) => splitKey(key ?? '')?.tenant ?? []));
