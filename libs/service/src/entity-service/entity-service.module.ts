import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Registry } from 'prom-client';
import { BatchTransport } from '../batch-transport';
import type { BaseConfig } from '../config';
import { Health } from '../health';
import { ProblemFilter } from '../internal/problem.filter';
import type { Log } from '../log';
import type { Matching } from '../matching/definition';
import { Matcher } from '../matching/matcher';
import { MatchesController } from '../matching/matches.controller';
import { CONFIG, LOG } from '../tokens';
import { BackfillController } from './backfill.controller';
import { BackfillReader } from './backfill-reader';
import type { EntityService } from './definition';
import { DriftController } from './drift.controller';
import { DriftReader } from './drift-reader';
import { EntityRuntime } from './runtime';

/** The runtime of one entity service, its transport, the controllers that name its topics and those of its internal HTTP API. */
@Module({})
export class EntityServiceModule implements OnApplicationShutdown {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  static of(service: EntityService, controllers: Type[]): DynamicModule {
    return {
      module: EntityServiceModule,
      controllers: [
        BackfillController,
        DriftController,
        ...(service.matching === undefined ? [] : [MatchesController]),
        ...controllers,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        {
          provide: EntityRuntime,
          inject: [CONFIG, LOG, Health, Registry],
          useFactory: (config: BaseConfig, log: Log, health: Health, metrics: Registry) =>
            new EntityRuntime({ service, config, log, health, metrics }),
        },
        ...(service.matching === undefined ? [] : [matcherOf(service, service.matching)]),
        {
          provide: BackfillReader,
          inject: [EntityRuntime],
          useFactory: ({ database }: EntityRuntime) =>
            new BackfillReader({ database, service, now: () => new Date().toISOString() }),
        },
        {
          provide: DriftReader,
          inject: [EntityRuntime],
          useFactory: ({ database }: EntityRuntime) =>
            new DriftReader({ database, service, now: () => new Date().toISOString() }),
        },
        {
          provide: BatchTransport,
          inject: [EntityRuntime],
          useFactory: (runtime: EntityRuntime) =>
            new BatchTransport(runtime.topics, (topics, handle) => runtime.startConsumer(topics, handle)),
        },
      ],
      exports: [EntityRuntime, BatchTransport],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.close();
  }
}

function matcherOf(service: EntityService, matching: Matching): Provider {
  return {
    provide: Matcher,
    inject: [EntityRuntime],
    useFactory: (runtime: EntityRuntime) => new Matcher(runtime, service, matching),
  };
}
