import { Inject, Injectable } from '@nestjs/common';
import type { DriftPage, DriftStream } from '@qbo-sync/contracts/internal/drift';
import { ownerOf } from '@qbo-sync/contracts/refs';
import { type AskedService, ServiceClient } from '../connection/service-client';
import { BooksUnread } from './books-reader';

export const ASKED: readonly AskedService[] = ['customers', 'items', 'invoices', 'payments'];
const IDS_AT_ONCE = 100;

/** What the owning services say of their streams. Throws {@link BooksUnread} when one does not answer. */
@Injectable()
export class StreamsReader {
  constructor(@Inject(ServiceClient) private readonly services: ServiceClient) {}

  /** All streams of a service, page by page. */
  async *pages(service: AskedService, tenant: string): AsyncGenerator<readonly DriftStream[]> {
    let after: string | null = null;
    do {
      const query: string = after === null ? '' : `?after=${encodeURIComponent(after)}`;
      const page: DriftPage = await this.ask(service, tenant, query);
      yield page.items;
      after = page.next;
    } while (after !== null);
  }

  /** These streams as they stand now, by ref. */
  async now(tenant: string, refs: readonly string[]): Promise<ReadonlyMap<string, DriftStream>> {
    const streams = new Map<string, DriftStream>();
    for (const service of ASKED) {
      const own = refs.filter((ref) => ownerOf(ref) === service);
      for (let at = 0; at < own.length; at += IDS_AT_ONCE) {
        const ids = own
          .slice(at, at + IDS_AT_ONCE)
          .map(encodeURIComponent)
          .join(',');
        const { items } = await this.ask(service, tenant, `?ids=${ids}`);
        for (const stream of items) streams.set(stream.ref, stream);
      }
    }
    return streams;
  }

  private async ask(service: AskedService, tenant: string, query: string): Promise<DriftPage> {
    const answer = await this.services.call<DriftPage>(service, tenant, { method: 'GET', path: `/drift${query}` });
    if (!answer.ok) throw new BooksUnread(answer.code);
    return answer.value;
  }
}
