import type { Database } from '@qbo-sync/eventstore/pool';
import { Feed } from '@qbo-sync/gateway/feed/feed';
import { verifierTokens } from '@qbo-sync/gateway/feed/signature';
import { Webhooks } from '@qbo-sync/gateway/feed/webhooks';
import type { Call, Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import type { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { Log } from '@qbo-sync/service/log';
import { Counter, type Registry } from 'prom-client';
import type { GatewayConfig } from './gateway-config';

interface Parts {
  readonly db: Database;
  readonly quickbooks: Quickbooks;
  readonly vault: Vault;
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly metrics: Registry;
  readonly onCommit: () => void;
}

/** What comes back from QuickBooks in this process: webhooks, readings of changes, and how many reads it all took. */
export class FeedWork {
  readonly webhooks: Webhooks;
  private readonly feed: Feed;
  private readonly reads: Counter;

  constructor({ db, quickbooks, vault, config, log, metrics, onCommit }: Parts) {
    this.feed = new Feed({
      db,
      quickbooks,
      onCommit,
      onRead: ({ tenant, isCheck, taken }) => log.debug({ tenant, isCheck, ...taken }, 'read changes'),
      onError: (err, tenant) => log.error({ err, tenant }, 'could not read changes'),
    });
    const tokens = verifierTokens(config.INTUIT_WEBHOOK_VERIFIER_TOKEN);
    this.webhooks = new Webhooks(
      db,
      vault,
      tokens,
      () => new Date(),
      () => this.feed.wake(),
    );
    this.reads = new Counter({
      name: 'qbo_sync_gateway_metered_reads_total',
      help: 'Reads QuickBooks answered and counts against the month: changes, queries, single records',
      labelNames: ['purpose'],
      registers: [metrics],
    });
    for (const purpose of ['changes', 'query', 'record']) this.reads.inc({ purpose }, 0);
  }

  /** Counts a read QuickBooks answered. */
  count({ path }: Call): void {
    this.reads.inc({ purpose: path === 'cdc' ? 'changes' : path === 'query' ? 'query' : 'record' });
  }

  start(): void {
    this.feed.start();
  }

  async stop(): Promise<void> {
    await this.feed.stop();
  }
}
