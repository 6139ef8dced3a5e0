import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { QboCall, Reply } from '@qbo-sync/qbo/client';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import type { Company } from '@qbo-sync/sandbox/quickbooks/company';
import { answer } from '@qbo-sync/sandbox/quickbooks/company-api';
import { DEFAULT_SETTINGS } from '@qbo-sync/sandbox/quickbooks/default-settings';
import { Emulator } from '@qbo-sync/sandbox/quickbooks/emulator';
import { US_MANUAL } from '@qbo-sync/sandbox/quickbooks/seeds/us-manual';
import { subjectsOf } from '@qbo-sync/sandbox/quickbooks/subjects';
import { type Limits, Traffic } from '@qbo-sync/sandbox/quickbooks/traffic';
import type { Random } from '../world/random';
import type { VirtualTime } from '../world/virtual-time';

type Sent = Pick<QboCall, 'realmId' | 'method' | 'path' | 'query' | 'body'>;

/** A call that was let through. */
export interface Taken {
  readonly atMs: number;
  /** Records it writes in a batch; 0: it is none. */
  readonly parts: number;
}

const ANSWER_MS = { from: 250, to: 450 };
const ON_THE_WAY_MS = { from: 0, to: 500 };
/** It keeps nothing beyond its own memory. */
const NO_JOURNAL = '/dev/null';

/**
 * The sandbox's QuickBooks in this process and in its time, with an outage: its books, its duplicates, its exact windows.
 * What lies before them, HTTP and tokens, is left out. A realm is its tenant.
 */
export class EmulatedQuickbooks {
  /** Until then nothing is answered. */
  downUntilMs = 0;
  readonly counts = { calls: 0, throttled: 0, unanswered: 0 };
  /** Calls it let through, by company. */
  readonly taken = new Map<string, Taken[]>();
  /** When each record was written first, by its name or number. */
  readonly writtenAt = new Map<string, number>();
  private readonly emulator: Emulator;
  private readonly traffic: Traffic;
  private readonly limits: Limits;
  private readonly again = new Set<string>();

  constructor(
    private readonly time: VirtualTime,
    private readonly random: Random,
    { limits, tenants }: { readonly limits: RealmLimits; readonly tenants: readonly string[] },
  ) {
    const { single, batch } = limits.perWindow;
    this.limits = {
      ...{ perMinute: single + batch, batchesPerMinute: batch, concurrent: limits.concurrent, perSecond: null },
    };
    const companies = tenants.map((realmId) => ({
      ...US_MANUAL,
      profile: { ...US_MANUAL.profile, key: realmId, realmId },
    }));
    const oauth = {
      ...{ clientId: '', clientSecret: '', redirectUris: [], accessTokenLifeS: 3_600, rotateAlways: false },
      ...{ previousTokenLifeMs: 0, reuseRevokes: false },
    };
    const now = (): number => time.nowMs;
    this.emulator = new Emulator(NO_JOURNAL, companies, oauth, DEFAULT_SETTINGS, now);
    this.traffic = new Traffic(now);
    this.emulator.onCommit = (_company, { operation, entity, id }, { puts }) => {
      const put = puts.find((one) => one.entity === entity && one.id === id);
      if (operation === 'create') this.created(put?.record ?? {});
    };
  }

  async send(call: Sent): Promise<Reply> {
    await this.time.sleep(this.random.between(ON_THE_WAY_MS.from, ON_THE_WAY_MS.to));
    if (this.time.nowMs < this.downUntilMs) {
      this.counts.unanswered += 1;
      return this.random.chance(0.5) ? { reply: 'notSent', why: 'ECONNREFUSED' } : answered(503, '');
    }
    this.counts.calls += 1;
    const isBatch = call.path === 'batch';
    const body = Buffer.from(call.body ?? '');
    const subjects = call.method === 'POST' ? subjectsOf(call.path, body) : [];
    const entering = { subjects: subjects.map(({ subject }) => subject), isBatch };
    const leave = this.traffic.enter(call.realmId, entering, this.limits);
    if (typeof leave === 'string') {
      this.counts.throttled += 1;
      return answered(429, '{"fault":{"error":[{"message":"ThrottleExceeded","code":"3001"}],"type":"SERVICE"}}');
    }
    const taken = this.taken.get(call.realmId) ?? [];
    this.taken.set(call.realmId, taken);
    taken.push({ atMs: this.time.nowMs, parts: isBatch ? subjects.length : 0 });
    const answerMs = this.random.between(ANSWER_MS.from, ANSWER_MS.to);
    const startedAt = this.time.nowMs;
    await this.time.sleep(answerMs / 2);
    const outcome = answer(this.emulator, this.company(call.realmId), {
      ...{ method: call.method, path: call.path, query: new URLSearchParams(call.query), body },
      ...{ contentType: 'application/json', actor: 'api', startedAt, subjects },
      others: (subject) => this.traffic.others(call.realmId, subject),
      disturbedItem: () => undefined,
    });
    await this.time.sleep(answerMs / 2);
    leave();
    return answered(outcome.status, outcome.body);
  }

  /** Names and numbers that stand more than once in somebody's books. */
  twice(): string[] {
    return [...this.again];
  }

  close(): void {
    this.emulator.close();
  }

  private created(record: ExactObject): void {
    const name = String(record['DocNumber'] ?? record['DisplayName']);
    if (this.writtenAt.has(name)) this.again.add(name);
    else this.writtenAt.set(name, this.time.nowMs);
  }

  private company(realm: string): Company {
    return this.emulator.company(realm);
  }
}

function answered(status: number, body: string): Reply {
  return { reply: 'answered', status, body };
}
