import type { Service } from '@qbo-sync/service/boot';
import { entityProcessOf } from '@qbo-sync/service/entity-service/entity-process';
import { keepRawBody } from '@qbo-sync/service/raw-body';
import { PaymentsConfig } from './payments-config';
import { PAYMENTS, PaymentsModule } from './payments.module';

/** The payments service: an entity service that reads Stripe too. */
export function paymentsProcess(): Service<PaymentsConfig> {
  return {
    ...entityProcessOf(PAYMENTS, PaymentsModule, PaymentsConfig),
    prepare: (app) => {
      app.use('/webhooks/stripe', keepRawBody);
    },
  };
}
