import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer } from './company-api';
import type { StandingDisturbance } from './disturbances';
import { wantedFaultBody, wantedRefusal } from './fault-on-demand';
import { UNAUTHENTICATED } from './gateway-fault';
import { send, sendJson } from './http-messages';
import { sendGatewayFault, sendQuotaUsedUp, sendThrottled } from './throttle-answer';
import type { World } from './world';

/** The longest a write may still be on its way: QuickBooks ends a request after 120 s (quickbooks.md §1.3). */
const LATEST_COMMIT_MS = 119_000;

/** Does what the disturbance says; false when the request goes on as usual. `refused`: told of a fault QuickBooks answers by itself. */
export async function disturb(
  disturbance: StandingDisturbance,
  { emulator, clock }: World,
  request: IncomingMessage,
  response: ServerResponse,
  perform: (stopAfter?: number) => ApiAnswer,
  refused: (answer: ApiAnswer) => void,
): Promise<boolean> {
  switch (disturbance.kind) {
    case 'commit-then-drop':
      perform(disturbance.items);
      request.socket.destroy();
      return true;
    case 'drop':
      request.socket.destroy();
      return true;
    case 'late-commit':
      request.socket.destroy();
      clock.after(between(disturbance.fromMs ?? 0, Math.min(disturbance.ms ?? 2000, LATEST_COMMIT_MS)), () => {
        perform();
      });
      return true;
    case 'http-404':
    case 'http-500':
    case 'http-502':
    case 'http-503':
    case 'http-504': {
      if (disturbance.commit === true) perform();
      const status = Number(disturbance.kind.slice('http-'.length));
      const page = `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`;
      send(response, status, 'text/html', disturbance.empty === true ? '' : page);
      return true;
    }
    case 'throttle':
      sendThrottled(response, emulator);
      return true;
    case 'quota':
      sendQuotaUsedUp(response, emulator);
      return true;
    case 'unauthorized':
      sendGatewayFault(response, UNAUTHENTICATED('Token expired'), emulator.now());
      return true;
    case 'system-fault':
    case 'fault': {
      if (disturbance.commit === true) perform();
      const answer = {
        status: wantedRefusal(disturbance).status,
        body: wantedFaultBody(disturbance, emulator.now()),
      };
      refused(answer);
      sendJson(response, answer.status, answer.body);
      return true;
    }
    case 'slow':
      await sleep(disturbance.ms ?? 1000);
      return false;
    case 'slow-drip':
      await drip(response, perform(), disturbance.ms ?? 1000);
      return true;
    case 'truncated': {
      const outcome = perform();
      sendJson(response, outcome.status, outcome.body.slice(0, Math.floor(outcome.body.length / 2)));
      return true;
    }
  }
}

function between(from: number, to: number): number {
  return from + Math.random() * Math.max(to - from, 0);
}

const DRIPS = 20;

/** The answer in small pieces over `ms`, its headers at once. */
async function drip(response: ServerResponse, { status, body }: ApiAnswer, ms: number): Promise<void> {
  const bytes = Buffer.from(body);
  const piece = Math.ceil(bytes.length / DRIPS);
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', 'content-length': bytes.length });
  for (let from = 0; from < bytes.length && !response.destroyed; from += piece) {
    response.write(bytes.subarray(from, from + piece));
    await sleep(ms / DRIPS);
  }
  response.end();
}
