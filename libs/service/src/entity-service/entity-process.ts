import type { Type } from '@nestjs/common';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { BatchTransport } from '../batch-transport';
import type { Service } from '../boot';
import { OperatorConfig } from '../internal/operator-config';
import type { EntityService } from './definition';

/** The process of an entity service, for `boot` (or `start` in a spec). `module` imports `EntityServiceModule.of(service, …)`. */
export function entityProcess(service: EntityService, module: Type): Service<OperatorConfig> {
  return entityProcessOf(service, module, OperatorConfig);
}

/** The process of an entity service with settings of its own. */
export function entityProcessOf<C extends OperatorConfig>(
  service: EntityService,
  module: Type,
  config: new () => C,
): Service<C> {
  return {
    name: service.name,
    config,
    migrations: [...EVENT_STORE_MIGRATIONS, ...(service.migrations ?? [])],
    module: () => module,
    transports: (app) => [app.get(BatchTransport, { strict: false })],
  };
}
