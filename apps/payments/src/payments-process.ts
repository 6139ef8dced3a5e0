import type { Service } from '@qbo-sync/service/boot';
import { entityProcessOf } from '@qbo-sync/service/entity-service/entity-process';
import { keepRawBody } from '@qbo-sync/service/raw-body';
import { PaymentsConfig } from './payments-config';
import { PAYMENTS, PaymentsModule } from './payments.module';

/** The payments service: an entity service that reads Stripe too. `group`: its consumer group, where a spec has its own. */
export function paymentsProcess(group?: string): Service<PaymentsConfig> {
  const service = group === undefined ? PAYMENTS : { ...PAYMENTS, group };
  const process = entityProcessOf(service, PaymentsModule.of(service), PaymentsConfig);
  return {
    ...process,
    prepare: (app, config) => {
      app.use('/webhooks/stripe', keepRawBody);
      return process.prepare?.(app, config);
    },
  };
}
