import { Module } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { evolve, initial, standing } from '@qbo-sync/entities/sync/stream-state';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { EntityServiceModule } from '@qbo-sync/service/entity-service/entity-service.module';
import { FOLLOWED_INVOICE_MIGRATION, followAnswers, followInvoices, invoicesOf } from './followed-invoices';
import { PaymentsController } from './payments.controller';

const rules = registry(ACCOUNT_ROLES).payments;

export const PAYMENTS: EntityService = {
  name: 'payments',
  functions: { ...rules, decide, evolve, initial, standing, toMessages },
  events: [TOPICS.runacallPayments.name],
  lists: true,
  follows: { topic: TOPICS.runacallInvoices.name, store: followInvoices, answered: followAnswers },
  related: invoicesOf,
  migrations: [FOLLOWED_INVOICE_MIGRATION],
};

@Module({ imports: [EntityServiceModule.of(PAYMENTS, [PaymentsController])] })
export class PaymentsModule {}
