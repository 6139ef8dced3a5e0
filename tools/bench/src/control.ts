import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf, startEmulator } from './emulator';
import { realmOf } from './grants';
import { progress } from './progress';
import type { Row } from './table';

const PER_MINUTE = { call: 500, batch: 40 };
const OVER = 1.05;
const FOR_MS = 75_000;
const WINDOW_MS = 60_000;
const ONE_QUERY = '{"BatchItemRequest":[{"bId":"1","Query":"select * from CompanyInfo"}]}';

/**
 * The control: a client without a limiter, at 105 % of both limits, evenly. It has to be refused, and as often as windows
 * that slide exactly refuse; else the 0 of the other rows proves nothing. Nothing jitters here, so that the moments of
 * sending tell what an exact window does.
 */
export async function control(): Promise<Row[]> {
  const emulator = await startEmulator(1);
  try {
    const { realmId, pair } = realmOf(0);
    await emulator.become({ latencyMs: { from: 300, to: 300 }, jitterMs: { from: 0, to: 0 }, limits: true });
    const call = async (isBatch: boolean): Promise<number> => {
      const path = isBatch ? 'batch' : `companyinfo/${realmId}`;
      const answer = await fetch(`${emulator.url}/v3/company/${realmId}/${path}`, {
        headers: jsonOf(pair.accessToken),
        ...(isBatch ? { method: 'POST', body: ONE_QUERY } : {}),
      });
      await answer.text();
      return answer.status;
    };
    const tell = progress('the control');
    const all = [
      ...even(PER_MINUTE.call * OVER - PER_MINUTE.batch * OVER, false),
      ...even(PER_MINUTE.batch * OVER, true),
    ];
    all.sort((a, b) => a.atMs - b.atMs);
    const startedAt = performance.now();
    const answers = { refused: { call: 0, batch: 0 }, expected: expected(all) };
    const under = all.map(async ({ atMs, isBatch }) => {
      await sleep(Math.max(0, startedAt + atMs - performance.now()));
      tell(`${Math.round(atMs / 1_000)} s of ${FOR_MS / 1_000} s`);
      const status = await call(isBatch);
      if (status === 429) answers.refused[isBatch ? 'batch' : 'call'] += 1;
      else if (status !== 200) throw new Error(`the control was answered ${status}`);
    });
    await Promise.all(under);
    const row = (kind: 'call' | 'batch', what: string): Row => ({
      what: `control: a client without our limiter at 105 % of ${PER_MINUTE[kind]} ${what} a minute, ${FOR_MS / 1_000} s: 429s`,
      aim: `> 0; exact windows: ${answers.expected[kind]}`,
      measured: String(answers.refused[kind]),
      ok: answers.refused[kind] > 0 && Math.abs(answers.refused[kind] - answers.expected[kind]) <= 2,
    });
    return [row('call', 'calls'), row('batch', 'batches')];
  } finally {
    await emulator.close();
  }
}

interface Sending {
  readonly atMs: number;
  readonly isBatch: boolean;
}

function even(perMinute: number, isBatch: boolean): Sending[] {
  const eachMs = WINDOW_MS / perMinute;
  return Array.from({ length: Math.floor(FOR_MS / eachMs) }, (_, n) => ({ atMs: n * eachMs, isBatch }));
}

/** What windows that slide exactly refuse of these; what is refused uses up nothing. A refused batch may be refused for either. */
function expected(all: readonly Sending[]): { readonly call: number; readonly batch: number } {
  const taken: Sending[] = [];
  const refused = { call: 0, batch: 0 };
  for (const one of all) {
    const within = taken.filter(({ atMs }) => atMs > one.atMs - WINDOW_MS);
    const isOver =
      within.length >= PER_MINUTE.call ||
      (one.isBatch && within.filter(({ isBatch }) => isBatch).length >= PER_MINUTE.batch);
    if (!isOver) taken.push(one);
    else refused[one.isBatch ? 'batch' : 'call'] += 1;
  }
  return refused;
}
