import { BadRequestException, Controller, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import type { Log } from '@qbo-sync/service/log';
import type { WithRawBody } from '@qbo-sync/service/raw-body';
import { CONFIG, LOG } from '@qbo-sync/service/tokens';
import { readWebhook } from '@qbo-sync/stripe/webhook';
import { Counter, Registry } from 'prom-client';
import type { PaymentsConfig } from '../payments-config';
import { markDisputeDue } from '../disputes/dispute-rows';
import { PayoutReader } from './payout-reader';
import { markDue } from './payout-rows';
import { selectTenantOf, storeEvent } from './stripe-events';

/** Where Stripe tells that something happened: stored, then acknowledged; nothing is read here. */
@Controller('webhooks/stripe')
export class StripeWebhooksController {
  private readonly secrets: readonly string[];
  private readonly events: Counter;

  constructor(
    @Inject(EntityRuntime) private readonly runtime: EntityRuntime,
    @Inject(PayoutReader) private readonly reader: PayoutReader,
    @Inject(LOG) private readonly log: Log,
    @Inject(CONFIG) config: PaymentsConfig,
    @Inject(Registry) metrics: Registry,
  ) {
    this.secrets = config.STRIPE_WEBHOOK_SECRET.split(',').filter((secret) => secret.trim() !== '');
    this.events = new Counter({
      name: 'qbo_sync_stripe_events_total',
      help: 'Webhook events of Stripe, by what became of them',
      labelNames: ['outcome'],
      registers: [metrics],
    });
  }

  @Post()
  @HttpCode(200)
  async take(@Req() request: WithRawBody, @Headers('stripe-signature') signature?: string): Promise<void> {
    const read = readWebhook(request.rawBody ?? Buffer.alloc(0), signature, this.secrets, Date.now());
    if (read.is === 'refused') {
      this.events.inc({ outcome: 'refused' });
      this.log.warn({ code: read.why }, 'refused a webhook event of Stripe');
      throw new BadRequestException();
    }
    const { event } = read;
    const { id, type, account, objectId, createdAt } = event;
    const outcome = await inTransaction(this.runtime.database, async (client) => {
      if (!(await storeEvent(client, event))) return 'duplicate';
      const tenant = account === undefined ? undefined : await selectTenantOf(client, account);
      if (account === undefined || tenant === undefined) return 'unrouted';
      if (type.startsWith('payout.')) await markDue(client, { tenant, payoutId: objectId, account }, createdAt);
      if (type.startsWith('charge.dispute.')) await markDisputeDue(client, tenant, objectId, account);
      return 'fresh';
    });
    this.events.inc({ outcome });
    this.log.debug({ eventId: id, kind: type, outcome }, 'took a webhook event of Stripe');
    if (outcome === 'fresh') this.reader.wake();
  }
}
