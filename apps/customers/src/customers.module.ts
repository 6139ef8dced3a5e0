import { Module } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { customerMatching } from '@qbo-sync/entities/matching/customer-matching';
import { ourRecord } from '@qbo-sync/entities/matching/our-record';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { driftOf } from '@qbo-sync/entities/sync/drift';
import { foresee } from '@qbo-sync/entities/sync/foresee';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { recognize } from '@qbo-sync/entities/sync/recognize';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, standing } from '@qbo-sync/entities/sync/stream-state';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import type { Matching } from '@qbo-sync/service/matching/definition';
import { matchRelated, matchRelatedAhead } from '@qbo-sync/service/matching/standing';
import { EntityServiceModule } from '@qbo-sync/service/entity-service/entity-service.module';
import { ExpectedCustomersController } from './expected.controller';
import { CustomersController } from './customers.controller';

const rules = registry(ACCOUNT_ROLES).customers;

const functions = { ...rules, decide, drift: driftOf, evolve, foresee, initial, recognize, standing, toMessages };
const matching: Matching = { ...customerMatching, ours: ourRecord };

export const CUSTOMERS: EntityService = {
  name: 'customers',
  functions,
  events: [TOPICS.runacallCustomers.name],
  lists: true,
  matching,
  related: (client, to) => matchRelated(client, { matching, functions }, to),
  relatedAhead: (client, to) => matchRelatedAhead(client, { matching, functions }, to),
  pulls: { resource: 'Customer', entity: 'customer' },
};

@Module({ imports: [EntityServiceModule.of(CUSTOMERS, [CustomersController, ExpectedCustomersController])] })
export class CustomersModule {}
