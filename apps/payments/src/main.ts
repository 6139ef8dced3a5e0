import { boot } from '@qbo-sync/service/boot';
import { paymentsProcess } from './payments-process';

void boot(paymentsProcess());
