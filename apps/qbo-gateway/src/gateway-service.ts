import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { BatchTransport } from '@qbo-sync/service/batch-transport';
import type { Service } from '@qbo-sync/service/boot';
import { GatewayConfig, refuseStrangers } from './gateway-config';
import { GatewayModule } from './gateway.module';
import { keepRawBody } from '@qbo-sync/service/raw-body';

/** The gateway's process. `group` is its consumer group; specs have their own. */
export function gatewayService(group = 'qbo-sync.gateway'): Service<GatewayConfig> {
  return {
    name: 'gateway',
    config: GatewayConfig,
    migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS],
    module: (config) => {
      refuseStrangers(config);
      return GatewayModule.of(group);
    },
    prepare: (app) => {
      app.use('/webhooks/intuit', keepRawBody);
    },
    transports: (app) => [app.get(BatchTransport, { strict: false })],
  };
}
