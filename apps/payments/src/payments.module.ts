import { type DynamicModule, Inject, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { driftOf } from '@qbo-sync/entities/sync/drift';
import { foresee } from '@qbo-sync/entities/sync/foresee';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { recognize } from '@qbo-sync/entities/sync/recognize';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, standing } from '@qbo-sync/entities/sync/stream-state';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { EntityServiceModule } from '@qbo-sync/service/entity-service/entity-service.module';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import type { Log } from '@qbo-sync/service/log';
import { CONFIG, LOG } from '@qbo-sync/service/tokens';
import { StripeReader } from '@qbo-sync/stripe/client';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { NotedChange } from '@qbo-sync/service/entity-service/definition';
import { ExpectedPaymentsController } from './expected.controller';
import { followAnswers, followInvoices } from './followed-invoices';
import { PAYMENTS_MIGRATIONS } from './migrations';
import { notePayments, selectReaders } from './noted';
import type { PaymentsConfig } from './payments-config';
import { PaymentsController } from './payments.controller';
import { noteCharges } from './payouts/charges';
import { PayoutReader } from './payouts/payout-reader';
import { PayoutsController } from './payouts/payouts.controller';
import { StripeWebhooksController } from './payouts/webhooks.controller';
import { relatedTo } from './related';

const rules = registry(ACCOUNT_ROLES).payments;

const isInvoice = (ref: string): boolean => entityOf(ref) === 'invoice';

export const PAYMENTS: EntityService = {
  name: 'payments',
  functions: { ...rules, decide, drift: driftOf, evolve, foresee, initial, recognize, standing, toMessages },
  events: [TOPICS.runacallPayments.name],
  lists: true,
  follows: {
    topic: TOPICS.runacallInvoices.name,
    store: followInvoices,
    entities: ['invoice'],
    answered: followAnswers,
    readers: (client, tenant, refs) => selectReaders(client, tenant, refs.filter(isInvoice).map(idOf)),
  },
  notes: note,
  related: relatedTo,
  migrations: PAYMENTS_MIGRATIONS,
};

async function note(client: Client, changes: readonly NotedChange[]): Promise<void> {
  await notePayments(client, changes);
  await noteCharges(client, changes);
}

const readPayouts = {
  provide: PayoutReader,
  inject: [EntityRuntime, CONFIG, LOG],
  useFactory: (runtime: EntityRuntime, config: PaymentsConfig, log: Log): PayoutReader => {
    const { STRIPE_API_URL: apiUrl, STRIPE_SECRET_KEY: secretKey, STRIPE_POLL_MS: pollMs } = config;
    const stripe = secretKey === '' ? undefined : new StripeReader({ apiUrl, secretKey });
    return new PayoutReader({ runtime, stripe, pollMs, log });
  },
};

/** The payments service, and what reads Stripe beside it. */
@Module({})
export class PaymentsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(PayoutReader) private readonly payouts: PayoutReader) {}

  static of(service: EntityService): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [EntityServiceModule.of(service, [PaymentsController, ExpectedPaymentsController])],
      controllers: [PayoutsController, StripeWebhooksController],
      providers: [readPayouts],
    };
  }

  onApplicationBootstrap(): void {
    this.payouts.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.payouts.stop();
  }
}
