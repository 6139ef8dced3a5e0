import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { GatewayClient } from '../connection/gateway-client';
import { readPage } from '../quickbooks/read-chart';

/** QuickBooks gives at most this many records a page (quickbooks.md §6.2). */
const PAGE = 1000;
const IDS_AT_ONCE = 100;

/** QuickBooks could not be asked: the gateway's code. */
export class BooksUnread extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'BooksUnread';
  }
}

/** Pages of one company's books, within the gateway's limits; every read is counted. Throws {@link BooksUnread}. */
export class BooksReader {
  reads = 0;

  constructor(
    private readonly gateway: GatewayClient,
    private readonly tenant: string,
  ) {}

  /** All records of a resource, page by page. `where`: `TxnDate >= '2026-11-01'`. */
  async *pages(resource: string, where?: string): AsyncGenerator<readonly TextObject[]> {
    for (let start = 1; ; start += PAGE) {
      const filter = where === undefined ? '' : ` where ${where}`;
      const page = await this.query(
        resource,
        `select * from ${resource}${filter} startposition ${start} maxresults ${PAGE}`,
      );
      yield page;
      if (page.length < PAGE) return;
    }
  }

  /** Those of these records that QuickBooks still has, some at a time. */
  async *byIds(resource: string, ids: readonly string[]): AsyncGenerator<readonly TextObject[]> {
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      const list = ids.slice(at, at + IDS_AT_ONCE).map((id) => `'${id.replace(/\W/g, '')}'`);
      yield await this.query(
        resource,
        `select * from ${resource} where Id in (${list.join(', ')}) startposition 1 maxresults ${PAGE}`,
      );
    }
  }

  private async query(resource: string, query: string): Promise<readonly TextObject[]> {
    this.reads += 1;
    const answer = await this.gateway.query(this.tenant, query);
    if (!answer.ok) throw new BooksUnread(answer.code);
    return readPage(answer.value, resource);
  }
}
