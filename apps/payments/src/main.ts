import { boot } from '@qbo-sync/service/boot';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { PAYMENTS, PaymentsModule } from './payments.module';

void boot(entityProcess(PAYMENTS, PaymentsModule));
