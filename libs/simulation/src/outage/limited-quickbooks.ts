import { isObject, parseExact, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { QboCall, Reply } from '@qbo-sync/qbo/client';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import type { Random } from '../world/random';
import type { VirtualTime } from '../world/virtual-time';

type Sent = Pick<QboCall, 'realmId' | 'method' | 'path' | 'query' | 'body'>;

interface Company {
  /** When each call came in, of both kinds and of batches alone. */
  readonly calls: number[];
  readonly batches: number[];
  underWay: number;
  /** By its name: how often it was written, and what is shown of it. */
  readonly records: Map<string, { times: number; readonly shown: ExactObject }>;
}

/** A call that was let through. */
export interface Taken {
  readonly atMs: number;
  /** Records it writes in a batch; 0: it is none. */
  readonly parts: number;
}

const ANSWER_MS = { from: 250, to: 450 };
const ON_THE_WAY_MS = { from: 0, to: 500 };

/**
 * QuickBooks as far as its limits go: exact sliding windows per company, counted as calls come in, and an outage. Every
 * write is a create of a customer, known by its name.
 */
export class LimitedQuickbooks {
  /** Until then nothing is answered. */
  downUntilMs = 0;
  readonly counts = { calls: 0, throttled: 0, unanswered: 0 };
  /** Calls it let through, by company. */
  readonly taken = new Map<string, Taken[]>();
  /** When each record was written first. */
  readonly writtenAt = new Map<string, number>();
  private readonly companies = new Map<string, Company>();
  private nextId = 1;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: Random,
    private readonly limits: RealmLimits,
  ) {}

  async send(call: Sent): Promise<Reply> {
    await this.time.sleep(this.random.between(ON_THE_WAY_MS.from, ON_THE_WAY_MS.to));
    if (this.time.nowMs < this.downUntilMs) {
      this.counts.unanswered += 1;
      return this.random.chance(0.5) ? { reply: 'notSent', why: 'ECONNREFUSED' } : answered(503, '');
    }
    const company = this.company(call.realmId);
    this.counts.calls += 1;
    if (!this.admits(company, call.path === 'batch')) {
      this.counts.throttled += 1;
      return answered(429, '{"fault":{"error":[{"message":"ThrottleExceeded","code":"3001"}],"type":"SERVICE"}}');
    }
    company.underWay += 1;
    const parts = call.path === 'batch' ? partsOf(call).length : 0;
    this.taken.set(call.realmId, [...(this.taken.get(call.realmId) ?? []), { atMs: this.time.nowMs, parts }]);
    const body = call.method === 'GET' ? this.read(company, call) : this.write(company, call);
    await this.time.sleep(this.random.between(ANSWER_MS.from, ANSWER_MS.to));
    company.underWay -= 1;
    return answered(200, printExact(body));
  }

  /** Records that were written more than once. */
  twice(): string[] {
    return [...this.companies.values()].flatMap(({ records }) =>
      [...records].filter(([, { times }]) => times > 1).map(([name]) => name),
    );
  }

  private admits(company: Company, isBatch: boolean): boolean {
    const { perWindow, windowMs, concurrent } = this.limits;
    const within = (moments: number[]): number => {
      while ((moments[0] ?? Infinity) <= this.time.nowMs - windowMs) moments.shift();
      return moments.length;
    };
    if (company.underWay >= concurrent) return false;
    if (within(company.calls) >= perWindow.single + perWindow.batch) return false;
    if (isBatch && within(company.batches) >= perWindow.batch) return false;
    company.calls.push(this.time.nowMs);
    if (isBatch) company.batches.push(this.time.nowMs);
    return true;
  }

  private write(company: Company, call: Sent): ExactObject {
    const { path } = call;
    if (path !== 'batch') return this.create(company, path.charAt(0).toUpperCase() + path.slice(1), bodyOf(call));
    return {
      BatchItemResponse: partsOf(call).map((item) => {
        const { bId = '', operation: _operation, ...wrapped } = objectOf(item);
        const [[wrapper, record] = ['', {}]] = Object.entries(wrapped);
        return { ...this.create(company, wrapper, objectOf(record)), bId };
      }),
    };
  }

  /** A query by name, else the company itself. */
  private read({ records }: Company, { path, query }: Sent): ExactObject {
    if (path !== 'query') return { CompanyInfo: { Id: '1', CompanyName: 'Oak' } };
    const [, name = ''] = /DisplayName = '([^']*)'/.exec(query?.['query'] ?? '') ?? [];
    const found = records.get(name);
    return { QueryResponse: found === undefined ? {} : { Customer: [found.shown] } };
  }

  private create(company: Company, wrapper: string, body: ExactObject): ExactObject {
    const name = String(body['DisplayName']);
    this.nextId += 1;
    const at = new Date(this.time.nowMs).toISOString();
    const shown = {
      ...body,
      Id: String(this.nextId),
      SyncToken: '0',
      MetaData: { CreateTime: at, LastUpdatedTime: at },
    };
    company.records.set(name, { times: (company.records.get(name)?.times ?? 0) + 1, shown });
    if (!this.writtenAt.has(name)) this.writtenAt.set(name, this.time.nowMs);
    return { [wrapper]: shown };
  }

  private company(realm: string): Company {
    const known = this.companies.get(realm);
    if (known !== undefined) return known;
    const company = {
      calls: [],
      batches: [],
      underWay: 0,
      records: new Map<string, { times: number; shown: ExactObject }>(),
    };
    this.companies.set(realm, company);
    return company;
  }
}

function bodyOf({ body = '{}' }: Sent): ExactObject {
  return objectOf(parseExact(body));
}

function partsOf(call: Sent): readonly unknown[] {
  const items = bodyOf(call)['BatchItemRequest'];
  return Array.isArray(items) ? items : [];
}

function answered(status: number, body: string): Reply {
  return { reply: 'answered', status, body };
}

function objectOf(json: unknown): ExactObject {
  if (!isObject(json as ExactObject)) throw new Error('not an object');
  return json as ExactObject;
}
