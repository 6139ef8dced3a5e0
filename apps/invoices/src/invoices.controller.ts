import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';

@Controller()
export class InvoicesController {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  @EventPattern([
    TOPICS.runacallInvoices.name,
    TOPICS.changes.name,
    TOPICS.runacallCustomers.name,
    TOPICS.answers.name,
    TOPICS.commands.name,
    TOPICS.settings.name,
  ])
  take(@Payload() batch: Batch): Promise<BatchOutcome> {
    return this.runtime.take(batch);
  }
}
