import type { PlayedCompany } from '@qbo-sync/sandbox/runacall/companies';
import type { ConsoleApi } from './console-api';
import type { DayConfig } from './day-config';
import type { Progress } from './progress';

/** What every step of the day needs. */
export interface World {
  readonly config: Pick<
    DayConfig,
    | 'CONSOLE_URL'
    | 'GATEWAY_URL'
    | 'OPERATOR_TOKEN'
    | 'KAFKA_BROKERS'
    | 'STATE_DIR'
    | 'DAY_SIZE'
    | 'SEED'
    | 'SANDBOX_ADMIN_URL'
    | 'STRIPE_ADMIN_URL'
  >;
  readonly progress: Progress;
}

/** A company of ours with its own person at the console. */
export interface ConnectedCompany {
  readonly company: PlayedCompany;
  readonly token: string;
  readonly api: ConsoleApi;
}
