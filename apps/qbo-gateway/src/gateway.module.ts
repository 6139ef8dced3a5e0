import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BatchTransport } from '@qbo-sync/service/batch-transport';
import { Health } from '@qbo-sync/service/health';
import type { Log } from '@qbo-sync/service/log';
import { CONFIG, LOG } from '@qbo-sync/service/tokens';
import { Registry } from 'prom-client';
import { CompaniesController } from './companies.controller';
import type { GatewayConfig } from './gateway-config';
import { CONSUMED, GatewayRuntime } from './gateway-runtime';
import { InternalController } from './internal.controller';
import { OAuthController } from './oauth.controller';
import { ProblemFilter } from '@qbo-sync/service/internal/problem.filter';
import { RecoveryController } from './recovery.controller';
import { TopicsController } from './topics.controller';
import { WebhooksController } from './webhooks.controller';

@Module({})
export class GatewayModule implements OnApplicationShutdown {
  constructor(@Inject(GatewayRuntime) private readonly runtime: GatewayRuntime) {}

  static of(group: string): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        CompaniesController,
        InternalController,
        OAuthController,
        RecoveryController,
        TopicsController,
        WebhooksController,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        {
          provide: GatewayRuntime,
          inject: [CONFIG, LOG, Health, Registry],
          useFactory: (config: GatewayConfig, log: Log, health: Health, metrics: Registry) =>
            new GatewayRuntime({ config, log, health, metrics, group }),
        },
        {
          provide: BatchTransport,
          inject: [GatewayRuntime],
          useFactory: (runtime: GatewayRuntime) =>
            new BatchTransport(CONSUMED, (topics, handle) => runtime.startConsumer(topics, handle)),
        },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.close();
  }
}
