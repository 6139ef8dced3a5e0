import type { ServiceName } from '@qbo-sync/contracts/refs';
import type { Rules } from './sync/rules';

/** What a service decides by: its rules by entity, and which stream a ref belongs to. */
export interface ServiceRules {
  /** The rules of a ref's stream; undefined when the entity is not built (refunds, payouts): keep and show it. */
  rulesFor(ref: string): Rules | undefined;
  /** `payment:pay_1/cus_2` → `payment:pay_1`; `profile:Account` → `profile:company`; else the ref itself. */
  streamOf(ref: string): string;
  /** Streams decided again (`redecide`, why `settings`) with every new version of the settings, existing or not. */
  readonly standing: readonly string[];
}

export type Registry = Readonly<Record<ServiceName, ServiceRules>>;
