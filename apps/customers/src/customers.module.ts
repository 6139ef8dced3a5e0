import { Module } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { foresee } from '@qbo-sync/entities/sync/foresee';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { recognize } from '@qbo-sync/entities/sync/recognize';
import { evolve, initial, standing } from '@qbo-sync/entities/sync/stream-state';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { EntityServiceModule } from '@qbo-sync/service/entity-service/entity-service.module';
import { ExpectedCustomersController } from './expected.controller';
import { CustomersController } from './customers.controller';

const rules = registry(ACCOUNT_ROLES).customers;

export const CUSTOMERS: EntityService = {
  name: 'customers',
  functions: { ...rules, decide, evolve, foresee, initial, recognize, standing, toMessages },
  events: [TOPICS.runacallCustomers.name],
  lists: true,
  pulls: { resource: 'Customer', entity: 'customer' },
};

@Module({ imports: [EntityServiceModule.of(CUSTOMERS, [CustomersController, ExpectedCustomersController])] })
export class CustomersModule {}
