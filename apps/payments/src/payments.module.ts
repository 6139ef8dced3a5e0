import { Module } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { evolve, initial, standing } from '@qbo-sync/entities/sync/stream-state';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { EntityServiceModule } from '@qbo-sync/service/entity-service/entity-service.module';
import { followAnswers, followInvoices } from './followed-invoices';
import { PAYMENTS_MIGRATIONS } from './migrations';
import { notePayments, selectReaders } from './noted';
import { PaymentsController } from './payments.controller';
import { relatedTo } from './related';

const rules = registry(ACCOUNT_ROLES).payments;

const isInvoice = (ref: string): boolean => entityOf(ref) === 'invoice';

export const PAYMENTS: EntityService = {
  name: 'payments',
  functions: { ...rules, decide, evolve, initial, standing, toMessages },
  events: [TOPICS.runacallPayments.name],
  lists: true,
  follows: {
    topic: TOPICS.runacallInvoices.name,
    store: followInvoices,
    answered: followAnswers,
    readers: (client, tenant, refs) => selectReaders(client, tenant, refs.filter(isInvoice).map(idOf)),
  },
  notes: notePayments,
  related: relatedTo,
  migrations: PAYMENTS_MIGRATIONS,
};

@Module({ imports: [EntityServiceModule.of(PAYMENTS, [PaymentsController])] })
export class PaymentsModule {}
