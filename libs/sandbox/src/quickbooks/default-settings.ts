import type { EmulatorSettings } from './emulator';
import { THROTTLED } from './gateway-fault';

/** How the emulator behaves until told otherwise. */
export const DEFAULT_SETTINGS: EmulatorSettings = {
  requestidMode: 'honour',
  latencyMs: { from: 2, to: 8 },
  jitterMs: { from: 0, to: 0 },
  limits: null,
  throttleForm: 'gateway',
  retryAfterS: null,
  readsPerMonth: null,
  quotaDetail: THROTTLED.detail,
  queryLagMs: 0,
};
