import { Controller, Headers, HttpCode, Inject, Post, Req, UnauthorizedException } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { GatewayRuntime } from './gateway-runtime';
import type { WithRawBody } from '@qbo-sync/service/raw-body';

/** Where Intuit tells that something changed: stored, then acknowledged; nothing is read here (3 s, quickbooks.md §8.3). */
@Controller('webhooks/intuit')
export class WebhooksController {
  constructor(
    @Inject(GatewayRuntime) private readonly runtime: GatewayRuntime,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Post()
  @HttpCode(200)
  async take(@Req() request: WithRawBody, @Headers('intuit-signature') signature?: string): Promise<void> {
    const received = await this.runtime.feed.webhooks.receive(request.rawBody ?? Buffer.alloc(0), signature);
    if (received.is === 'forged') throw new UnauthorizedException();
    const { events, fresh, unrouted } = received;
    this.log.debug({ count: events, fresh, unrouted }, 'took a webhook delivery');
  }
}
