import { boot } from '@qbo-sync/service/boot';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { TAX, TaxModule } from './tax.module';

void boot(entityProcess(TAX, TaxModule));
