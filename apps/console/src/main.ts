import { boot } from '@qbo-sync/service/boot';
import { consoleService } from './console-service';

void boot(consoleService());
