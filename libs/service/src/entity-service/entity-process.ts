import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { BatchTransport } from '../batch-transport';
import type { Service } from '../boot';
import { MATCH_MIGRATIONS } from '../matching/migrations';
import { OperatorConfig } from '../internal/operator-config';
import type { EntityService } from './definition';

/** The process of an entity service, for `boot` (or `start` in a spec). `module` imports `EntityServiceModule.of(service, …)`. */
export function entityProcess(service: EntityService, module: Type): Service<OperatorConfig> {
  return entityProcessOf(service, module, OperatorConfig);
}

/** The process of an entity service with settings of its own. */
export function entityProcessOf<C extends OperatorConfig>(
  service: EntityService,
  module: Type | DynamicModule,
  config: new () => C,
): Service<C> {
  return {
    name: service.name,
    config,
    migrations: [
      ...EVENT_STORE_MIGRATIONS,
      ...(service.matching === undefined ? [] : MATCH_MIGRATIONS),
      ...(service.migrations ?? []),
    ],
    module: () => module,
    // Pages of QuickBooks' lists, as the console hands them on.
    ...(service.matching === undefined ? {} : { prepare: takeLargeBodies }),
    transports: (app) => [app.get(BatchTransport, { strict: false })],
  };
}

const LARGEST_PAGE = '16mb';

function takeLargeBodies(app: INestApplication): void {
  (app as NestExpressApplication).useBodyParser('json', { limit: LARGEST_PAGE });
}
