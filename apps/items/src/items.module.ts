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
import { ExpectedItemsController } from './expected.controller';
import { ItemsController } from './items.controller';

const rules = registry(ACCOUNT_ROLES).items;

export const ITEMS: EntityService = {
  name: 'items',
  functions: { ...rules, decide, evolve, foresee, initial, recognize, standing, toMessages },
  events: [TOPICS.runacallItems.name],
  lists: true,
  pulls: { resource: 'Item', entity: 'item' },
};

@Module({ imports: [EntityServiceModule.of(ITEMS, [ItemsController, ExpectedItemsController])] })
export class ItemsModule {}
