import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { IntuitOAuth } from '@qbo-sync/qbo/oauth';

/** What the emulator counted of one realm. */
export interface RealmTraffic {
  readonly requests: number;
  readonly batches: number;
  readonly throttled: Readonly<Record<string, number>>;
  readonly most: { readonly concurrent: number; readonly perMinute: number; readonly batchesPerMinute: number };
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How QuickBooks is from now on: its time to answer, the way there, in ms, and its documented limits or none. */
export interface Weather {
  readonly latencyMs: Span;
  readonly jitterMs: Span;
  readonly limits: boolean;
}

/** 300 ms answers, half a second of jitter on the way, exact limits (performance.md §1.9). */
export const MEASURED: Weather = { latencyMs: { from: 300, to: 300 }, jitterMs: { from: 0, to: 500 }, limits: true };

export interface RunningEmulator {
  readonly url: string;
  readonly oauth: IntuitOAuth;
  become(weather: Weather): Promise<void>;
  traffic(): Promise<Readonly<Record<string, RealmTraffic>>>;
  close(): Promise<void>;
}

interface Addresses {
  readonly url: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
  readonly adminUrl: string;
}

/** An emulated QuickBooks in a process of its own, so that what the gateway costs is not mixed with what it costs. */
export async function startEmulator(companies: number): Promise<RunningEmulator> {
  const child = fork(join(__dirname, 'emulator-process.js'), [String(companies)], {
    execArgv: ['--max-old-space-size=4096'],
  });
  const [addresses] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the emulator did not start'))),
  ])) as [Addresses];
  const { url, authorizeUrl, tokenUrl, revokeUrl, adminUrl } = addresses;
  const oauth = new IntuitOAuth({
    ...{ clientId: 'sandbox-client', clientSecret: 'sandbox-secret', redirectUri: 'http://127.0.0.1:1/oauth/callback' },
    ...{ authorizeUrl, tokenUrl, revokeUrl },
  });
  return {
    url,
    oauth,
    become: async ({ latencyMs, jitterMs, limits }) => {
      const body = JSON.stringify({ latencyMs, jitterMs, limits: limits ? {} : null });
      const answer = await fetch(`${adminUrl}/settings`, { method: 'POST', body });
      if (!answer.ok) throw new Error(`the emulator did not take its settings: ${answer.status}`);
    },
    traffic: async () => {
      const answer = await fetch(`${adminUrl}/traffic`);
      return ((await answer.json()) as { realms: Record<string, RealmTraffic> }).realms;
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** 429s of all realms, by the limit they were for. */
export function refusals(traffic: Readonly<Record<string, RealmTraffic>>): Map<string, number> {
  const by = new Map<string, number>();
  for (const { throttled } of Object.values(traffic))
    for (const [reason, count] of Object.entries(throttled))
      if (count > 0) by.set(reason, (by.get(reason) ?? 0) + count);
  return by;
}

/** Headers of a call with a body, or without. */
export function jsonOf(accessToken: string): Record<string, string> {
  return {
    ...{ authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    'content-type': 'application/json',
  };
}
