import type { ServerResponse } from 'node:http';
import type { Emulator } from './emulator';
import { capitalisedFaultBody, gatewayFaultBody, THROTTLED, type GatewayFault } from './gateway-fault';
import { sendJson } from './http-messages';
import { answerTime } from './pacific-time';

export function sendGatewayFault(response: ServerResponse, fault: GatewayFault, nowMs: number): void {
  sendJson(response, fault.status, gatewayFaultBody(fault, nowMs));
}

/** A 429 in the form and with the Retry-After of the settings. */
export function sendThrottled(response: ServerResponse, emulator: Emulator): void {
  sendAsThrottle(response, emulator, THROTTLED);
}

/** A 429 of a month whose reads are used up: no Retry-After ever tells when it ends. */
export function sendQuotaUsedUp(response: ServerResponse, emulator: Emulator): void {
  sendAsThrottle(response, emulator, { ...THROTTLED, detail: emulator.settings.quotaDetail }, null);
}

function sendAsThrottle(
  response: ServerResponse,
  emulator: Emulator,
  fault: GatewayFault,
  retryAfterS: number | null = emulator.settings.retryAfterS,
): void {
  if (retryAfterS !== null) response.setHeader('retry-after', String(retryAfterS));
  const form = emulator.settings.throttleForm;
  const capitalised = form === 'capitalised' || (form === 'alternate' && emulator.nextThrottle() % 2 === 0);
  const now = emulator.now();
  if (capitalised) sendJson(response, fault.status, capitalisedFaultBody(fault, answerTime(now)));
  else sendGatewayFault(response, fault, now);
}
