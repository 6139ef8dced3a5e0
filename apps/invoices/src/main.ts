import { boot } from '@qbo-sync/service/boot';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { INVOICES, InvoicesModule } from './invoices.module';

void boot(entityProcess(INVOICES, InvoicesModule));
