import { Module } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
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
import { ExpectedInvoicesController } from './expected.controller';
import { FOLLOWED_MASTERS_MIGRATION, followCustomers, followItemAnswers, relatedTo } from './followed-masters';
import { FOLLOWED_PAYMENT_MIGRATION, followPaymentAnswers } from './followed-payments';
import { InvoicesController } from './invoices.controller';

const rules = registry(ACCOUNT_ROLES).invoices;

export const INVOICES: EntityService = {
  name: 'invoices',
  functions: { ...rules, decide, drift: driftOf, evolve, foresee, initial, recognize, standing, toMessages },
  events: [TOPICS.runacallInvoices.name],
  lists: true,
  follows: {
    topic: TOPICS.runacallCustomers.name,
    store: followCustomers,
    entities: ['item', 'payment'],
    async answered(client, answers) {
      await followItemAnswers(client, answers);
      await followPaymentAnswers(client, answers);
    },
  },
  related: relatedTo,
  migrations: [FOLLOWED_MASTERS_MIGRATION, FOLLOWED_PAYMENT_MIGRATION],
};

@Module({ imports: [EntityServiceModule.of(INVOICES, [InvoicesController, ExpectedInvoicesController])] })
export class InvoicesModule {}
