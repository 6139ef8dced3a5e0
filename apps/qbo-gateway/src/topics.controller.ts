import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { GatewayRuntime } from './gateway-runtime';

@Controller()
export class TopicsController {
  constructor(@Inject(GatewayRuntime) private readonly runtime: GatewayRuntime) {}

  @EventPattern([TOPICS.requests.name, TOPICS.settings.name])
  take(@Payload() batch: Batch): Promise<BatchOutcome> {
    return this.runtime.take(batch);
  }
}
