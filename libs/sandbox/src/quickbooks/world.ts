import type { Clock } from './clock';
import type { Disturbances } from './disturbances';
import type { Emulator } from './emulator';
import type { Traffic } from './traffic';
import type { Webhooks } from './webhooks';

/** All of one emulated QuickBooks: its books, what goes wrong, who asks how much, and its time. */
export interface World {
  emulator: Emulator;
  disturbances: Disturbances;
  traffic: Traffic;
  clock: Clock;
  webhooks: Webhooks;
}
