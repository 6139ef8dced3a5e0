import { Module } from '@nestjs/common';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { entityOf } from '@qbo-sync/contracts/refs';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { PROFILE_STREAM, SINGLETONS } from '@qbo-sync/entities/profile/profile';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { foresee } from '@qbo-sync/entities/sync/foresee';
import { toMessages } from '@qbo-sync/entities/sync/messages';
import { recognize } from '@qbo-sync/entities/sync/recognize';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, standing } from '@qbo-sync/entities/sync/stream-state';
import type { EntityService } from '@qbo-sync/service/entity-service/definition';
import { EntityServiceModule } from '@qbo-sync/service/entity-service/entity-service.module';
import { knownRates } from './known-rates';
import { TAX_MIGRATIONS } from './migrations';
import { TaxController } from './tax.controller';

const rules = registry(ACCOUNT_ROLES).tax;

export const TAX: EntityService = {
  name: 'tax',
  functions: { ...rules, decide, evolve, foresee, initial, recognize, standing, toMessages },
  events: [TOPICS.runacallTax.name],
  lists: true,
  reads: { resources: SINGLETONS, stream: PROFILE_STREAM },
  always: rules.standing,
  wakes: (ref) => (entityOf(ref) === 'tax-rate' ? rules.standing : []),
  related: async (client, to) => {
    const reader = to.find(({ ref }) => rules.standing.includes(ref));
    const rates = reader && (await knownRates(client, reader.tenant));
    return to.map(({ ref }) => (rules.standing.includes(ref) ? { rates } : {}));
  },
  migrations: TAX_MIGRATIONS,
};

@Module({ imports: [EntityServiceModule.of(TAX, [TaxController])] })
export class TaxModule {}
