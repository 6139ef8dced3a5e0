import { Inject, Injectable } from '@nestjs/common';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { GatewayClient } from '../connection/gateway-client';
import { ChartReader } from '../quickbooks/chart-reader';
import { textAt } from '../quickbooks/record-fields';
import type { SettingsState } from '../settings/settings-state';
import { SettingsStore } from '../settings/settings-store';
import { RecordRows } from '../verify/record-rows';
import { BooksReader, BooksUnread } from './books-reader';
import type { DriftCause } from './compare';
import { DriftComparison, type FoundRow } from './drift-comparison';
import { type DriftResult, type DriftRow, DriftStore } from './drift-store';
import type { AccountLine } from './ledger';
import { ASKED, StreamsReader } from './streams-reader';

const NAMES: Readonly<Record<string, string>> = {
  receivable: 'Accounts receivable',
  tax: 'Sales tax payable',
  unposted: 'Not in the books',
};

/** The report was silent for so long that another has begun in its place. */
class TakenForEnded extends Error {}

const ROWS_AT_ONCE = 500;

/**
 * Reads one company's books and Run a Call's side, and writes down every difference.
 *
 *   streams of customers, items, invoices, payments ─▶ items ─▶ documents since the first of ours ─▶ those not seen, by id
 *   ─▶ what moved meanwhile is said to be waiting ─▶ rows of documents, accounts, customers
 */
@Injectable()
export class DriftRun {
  constructor(
    @Inject(DriftStore) private readonly store: DriftStore,
    @Inject(StreamsReader) private readonly streams: StreamsReader,
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(RecordRows) private readonly log: RecordRows,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
  ) {}

  /** Ends the report, done or failed; throws what is a bug, with the report failed. */
  async run(id: string, tenant: string, settings: SettingsState): Promise<void> {
    try {
      await this.store.finish(id, tenant, await this.report(id, tenant, settings));
    } catch (error) {
      if (error instanceof TakenForEnded) return;
      await this.store.fail(id, error instanceof BooksUnread ? error.code : 'failed_here');
      if (!(error instanceof BooksUnread)) throw error;
    }
  }

  private async report(id: string, tenant: string, { profile }: SettingsState): Promise<DriftResult> {
    const own = { receivable: profile?.receivableAccount?.id, undeposited: profile?.undepositedAccount?.id };
    const comparison = new DriftComparison(own);
    const books = new BooksReader(this.gateway, tenant);
    await this.readStreams(id, tenant, comparison);
    await this.readBooks(id, comparison, books);
    const byCause = await this.addDocuments(id, tenant, comparison.rows);
    const names = await this.accountNames(tenant);
    const accounts = comparison.accounts
      .lines()
      .map((line) => ({ ...line, name: NAMES[line.account] ?? names(line.account) }));
    await this.store.addRows(
      id,
      accounts.filter(isOff).map((line) => rowOf('account', line, line.name)),
    );
    await this.addCustomers(id, comparison.customers.lines().filter(isOff), books);
    const differing = Object.values(byCause).reduce((sum, count) => sum + count, 0);
    return { documents: comparison.documents, differing, byCause, accounts, reads: books.reads };
  }

  private async readStreams(id: string, tenant: string, comparison: DriftComparison): Promise<void> {
    for (const service of ASKED) {
      for await (const streams of this.streams.pages(service, tenant)) {
        for (const stream of streams) comparison.addStream(stream);
        await this.beat(id);
      }
    }
  }

  private async readBooks(id: string, comparison: DriftComparison, books: BooksReader): Promise<void> {
    const from = comparison.firstDay();
    if (from === undefined) {
      comparison.missing();
      return;
    }
    for await (const items of books.pages('Item', 'Active IN (true, false)')) {
      for (const item of items) comparison.addItem(item);
    }
    for (const resource of comparison.resources()) {
      for await (const records of books.pages(resource, `TxnDate >= '${from}'`)) {
        for (const record of records) comparison.see(resource, record);
        await this.beat(id);
      }
      // A page may have shifted, or a person moved its day.
      const unseen = comparison.unseen(resource);
      for await (const records of books.byIds(resource, unseen)) {
        for (const record of records) comparison.see(resource, record);
        await this.beat(id);
      }
    }
    comparison.missing();
  }

  /** Some at a time: of the oldest company every document may differ, for go-live left it out. How many there are by cause. */
  private async addDocuments(id: string, tenant: string, found: readonly FoundRow[]): Promise<DriftResult['byCause']> {
    const byCause: Partial<Record<DriftCause, number>> = {};
    for (let at = 0; at < found.length; at += ROWS_AT_ONCE) {
      const rows = await this.settled(tenant, found.slice(at, at + ROWS_AT_ONCE));
      for (const { cause } of rows) byCause[cause] = (byCause[cause] ?? 0) + 1;
      await this.store.addRows(id, rows);
      await this.beat(id);
    }
    return byCause;
  }

  /** Names of customers are QuickBooks' own. */
  private async addCustomers(id: string, owing: readonly AccountLine[], books: BooksReader): Promise<void> {
    const names = new Map<string, string | null>();
    const ids = owing.map(({ account }) => account);
    for await (const records of books.byIds('Customer', ids)) {
      for (const record of records) names.set(textAt(record, 'Id') ?? '', textAt(record, 'DisplayName') ?? null);
      await this.beat(id);
    }
    await this.store.addRows(
      id,
      owing.map((line) => rowOf('customer', line, names.get(line.account) ?? null)),
    );
  }

  /** What a stream has taken in since is under way; what its row in the log warns of stands beside the difference. */
  private async settled(tenant: string, found: readonly FoundRow[]): Promise<DriftRow[]> {
    const refs = [...new Set(found.flatMap(({ stream }) => stream?.ref ?? []))];
    const now = await this.streams.now(tenant, refs);
    const warnings = await this.log.warnings(tenant, refs);
    return found.map(({ row, stream }) => {
      if (stream === undefined) return row;
      const newest = now.get(stream.ref);
      // Held since: it was told of this very difference.
      const moved = newest?.version !== stream.version && newest?.standing !== 'held';
      const warned = warnings.get(stream.ref) ?? [];
      const explains = row.cause === 'unknown' && warned.length > 0;
      return {
        ...row,
        cause: moved ? 'waiting' : explains ? 'warning' : row.cause,
        warnings: [...row.warnings, ...warned],
      };
    });
  }

  private async beat(id: string): Promise<void> {
    if (!(await this.store.beat(id))) throw new TakenForEnded();
  }

  /** QuickBooks' accounts are read for their names; the settings learn which of theirs are of another type now. */
  private async accountNames(tenant: string): Promise<(id: string) => string> {
    const chart = await this.charts.recent(tenant);
    if (chart.ok) {
      await this.settings.decide(tenant, { do: 'account-types', at: new Date().toISOString(), chart: chart.value });
    }
    const names = new Map(chart.ok ? chart.value.accounts.map(({ id, path }) => [id, path]) : []);
    return (id) => names.get(id) ?? id;
  }
}

const isOff = ({ difference }: AccountLine): boolean => difference !== '0.00';

/** An account's or a customer's row: its cause is that of most of its difference. */
function rowOf(kind: 'account' | 'customer', line: AccountLine, name: string | null): DriftRow {
  const { account, expected, found, difference, byCause } = line;
  const causes = Object.entries(byCause) as [DriftCause, string][];
  const [most] = [...causes].sort(([, a], [, b]) => parseDecimal(b).abs().comparedTo(parseDecimal(a).abs()));
  return {
    ...{ kind, cause: most?.[0] ?? 'unknown', ref: account, name },
    quickbooks: kind === 'customer' ? { type: 'Customer', id: account } : null,
    ...{ expected, found, difference },
    fields: causes.map(([cause, amount]) => ({ field: cause, expected: null, found: amount })),
    ...{ reason: null, warnings: [] },
  };
}
