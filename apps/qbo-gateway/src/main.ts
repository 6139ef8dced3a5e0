import { boot } from '@qbo-sync/service/boot';
import { gatewayService } from './gateway-service';

void boot(gatewayService());
