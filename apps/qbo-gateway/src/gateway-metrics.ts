import type { Database } from '@qbo-sync/eventstore/pool';
import type { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import type { Permits } from '@qbo-sync/gateway/calling/permits';
import type { Call, Company } from '@qbo-sync/gateway/calling/quickbooks';
import { selectCompanies } from '@qbo-sync/gateway/sql/companies';
import { allStandings, QUEUE_CLASSES, type Standing } from '@qbo-sync/gateway/company/standing';
import type { CompanyCondition } from '@qbo-sync/contracts/sync/activity';
import type { Outcome } from '@qbo-sync/qbo/classify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

interface Parts {
  readonly db: Database;
  readonly registry: Registry;
  readonly permits: Permits;
  readonly dispatcher: () => Dispatcher;
  readonly clock: () => Date;
  /** What Intuit's plan includes (quickbooks.md §3.2). */
  readonly readsPerMonth: number;
  readonly onMeteredRead: (company: Company, call: Call) => void;
}

const CONDITIONS: readonly CompanyCondition[] = [
  'ok',
  'paused',
  'qbo_down',
  'rate_limit',
  'quota',
  'reconnect',
  'subscription',
  'not_connected',
];
/** A refresh token lives 100 days unless it is used. */
const DAYS = [1, 3, 7, 14, 30, 60, 90, 100];
const DAY_MS = 24 * 3_600_000;
/** The tables are looked at once per scrape, whatever is asked of it. */
const LOOK_MS = 1_000;

/**
 * What an operator reads on /metrics. No label names a company, a realm or a record: what belongs to one company is asked
 * of `/internal/companies/{tenant}/status`. Queues, conditions, tokens and reads are those of all gateways together;
 * sends, limits and shards this process' own.
 */
export class GatewayMetrics {
  readonly #sends: Counter;
  #standings: Promise<readonly Standing[]> | undefined;

  constructor(private readonly parts: Parts) {
    const { registry, permits, dispatcher } = parts;
    const registers = [registry];
    this.#sends = new Counter({
      name: 'qbo_sync_gateway_sends_total',
      help: 'Calls to QuickBooks by kind and by what became of them: ok, unsent, unsure, or the class of its refusal',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#gauge('queue_rows', 'Records that wait, by lane; held: for another record', ['class'], async (gauge) => {
      const standings = await this.#look();
      for (const one of QUEUE_CLASSES)
        gauge.set(
          { class: one },
          sum(standings, ({ queue }) => queue[one].waiting),
        );
    });
    this.#gauge('queue_age_seconds', 'How long the oldest of them has waited', ['class'], async (gauge) => {
      const standings = await this.#look();
      for (const one of QUEUE_CLASSES)
        gauge.set({ class: one }, this.#age(standings.map(({ queue }) => queue[one].oldestAt)));
    });
    this.#gauge('drain_seconds', 'How long the company that takes longest needs for what waits', [], async (gauge) => {
      gauge.set(Math.max(0, ...(await this.#look()).map(({ drain }) => drain?.etaSeconds ?? 0)));
    });
    this.#gauge('companies', 'Companies by their condition', ['condition'], async (gauge) => {
      const standings = await this.#look();
      for (const condition of CONDITIONS) {
        gauge.set({ condition }, standings.filter((one) => one.condition === condition).length);
      }
    });
    this.#gauge('reads_month', 'Metered reads of this month, of all companies', [], async (gauge) => {
      gauge.set(sum(await this.#look(), ({ readsThisMonth }) => readsThisMonth));
    });
    this.#gauge('reads_month_limit', 'What the plan includes (QBO_READS_PER_MONTH)', [], (gauge) => {
      gauge.set(parts.readsPerMonth);
    });
    this.#gauge(
      'outage',
      '1 while QuickBooks as a whole is taken to be down and one company alone asks',
      [],
      (gauge) => {
        gauge.set(dispatcher().isOutage() ? 1 : 0);
      },
    );
    this.#gauge('shards_held', 'Shards leased by this process', [], (gauge) => gauge.set(dispatcher().shardsHeld()));
    this.#gauge('limiter_use', 'The fullest window of any company, 1 = all QuickBooks takes', ['kind'], (gauge) => {
      const { used } = permits.extremes();
      for (const kind of ['single', 'batch'] as const) gauge.set({ kind }, used[kind]);
    });
    this.#gauge('limiter_share', 'The least part of a limit that other apps leave to us', [], (gauge) => {
      gauge.set(permits.extremes().share);
    });
    this.#gauge('calls_at_once', 'The most calls under way for one company', [], (gauge) => {
      gauge.set(permits.extremes().underWay);
    });
    this.#tokens();
  }

  /** Counts one call; a read QuickBooks answered is metered as well. */
  ended(call: Call, outcome: Outcome, company: Company): void {
    const kind = call.method === 'GET' ? 'read' : call.path === 'batch' ? 'batch' : 'write';
    this.#sends.inc({ kind, outcome: outcome.is === 'fault' ? outcome.fault.class : outcome.is });
    if (kind === 'read' && outcome.is === 'ok') this.parts.onMeteredRead(company, call);
  }

  #tokens(): void {
    const { db, registry, clock } = this.parts;
    const days = async (): Promise<number[]> =>
      (await selectCompanies(db)).flatMap(({ refreshUntil }) =>
        refreshUntil === null ? [] : [(refreshUntil.getTime() - clock().getTime()) / DAY_MS],
      );
    this.#gauge('token_days_left_min', 'Days until the first grant ends unless it is used', [], async (gauge) => {
      const left = await days();
      // Nobody is connected: there is no least.
      if (left.length === 0) gauge.reset();
      else gauge.set(Math.min(...left));
    });
    const histogram: Histogram = new Histogram({
      name: 'qbo_sync_gateway_token_days_left',
      help: 'Days until each grant ends unless it is used',
      buckets: DAYS,
      registers: [registry],
      collect: async () => {
        const left = await days();
        histogram.reset();
        for (const each of left) histogram.observe(each);
      },
    });
  }

  #gauge(name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void | Promise<void>): void {
    const gauge: Gauge = new Gauge({
      name: `qbo_sync_gateway_${name}`,
      help,
      labelNames,
      registers: [this.parts.registry],
      collect: () => read(gauge),
    });
  }

  #look(): Promise<readonly Standing[]> {
    this.#standings ??= allStandings(this.parts.db, this.parts.permits.limits, this.parts.clock()).finally(() => {
      setTimeout(() => (this.#standings = undefined), LOOK_MS).unref();
    });
    return this.#standings;
  }

  #age(moments: readonly (string | null)[]): number {
    const first = moments.filter((one) => one !== null).sort()[0];
    return first === undefined ? 0 : Math.max(0, (this.parts.clock().getTime() - Date.parse(first)) / 1_000);
  }
}

function sum(standings: readonly Standing[], of: (standing: Standing) => number): number {
  return standings.reduce((total, one) => total + of(one), 0);
}
