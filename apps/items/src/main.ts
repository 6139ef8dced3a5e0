import { boot } from '@qbo-sync/service/boot';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { ITEMS, ItemsModule } from './items.module';

void boot(entityProcess(ITEMS, ItemsModule));
