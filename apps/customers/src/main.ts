import { boot } from '@qbo-sync/service/boot';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { CUSTOMERS, CustomersModule } from './customers.module';

void boot(entityProcess(CUSTOMERS, CustomersModule));
