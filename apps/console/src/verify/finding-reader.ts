import { Inject, Injectable } from '@nestjs/common';
import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import { GatewayClient } from '../connection/gateway-client';
import { ChartReader, type FetchedChart } from '../quickbooks/chart-reader';
import { readPage } from '../quickbooks/read-chart';
import { listIn, textAt } from '../quickbooks/record-fields';
import type { Expectation, Finding } from './check';
import { NotTold } from './expectation-reader';

/** Reads back from QuickBooks what postings.md §13 compares. Throws {@link NotTold} when QuickBooks cannot be asked. */
@Injectable()
export class FindingReader {
  constructor(
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
    @Inject(ChartReader) private readonly charts: ChartReader,
  ) {}

  /** Undefined: the invoice is not in QuickBooks any more. */
  async of(tenant: string, expectation: Expectation, undepositedId: string | undefined): Promise<Finding | undefined> {
    const { invoice: expected, customer, payments } = expectation;
    if (expected.quickbooksId === null) return undefined;
    const invoice = await this.record(tenant, 'Invoice', expected.quickbooksId);
    if (invoice === undefined) return undefined;
    const chart = await this.chart(tenant);
    const customerId = textAt(invoice, 'CustomerRef.value');
    const paid = await Promise.all(
      payments.flatMap(({ quickbooksId: id }) =>
        id === null ? [] : this.record(tenant, 'Payment', id).then((record) => ({ id, record })),
      ),
    );
    return {
      invoice,
      customer: customerId === undefined ? undefined : await this.record(tenant, 'Customer', customerId),
      namesakes: customer === undefined ? [] : await this.named(tenant, customer.name),
      itemAccounts: await this.itemAccounts(tenant, invoice),
      payments: new Map(paid.flatMap(({ id, record }) => (record === undefined ? [] : [[id, record] as const]))),
      undepositedId,
      accountName: (id) => chart.accounts.find((account) => account.id === id)?.path ?? `account #${id}`,
      codeName: (id) => chart.taxCodes.find((code) => code.id === id)?.name ?? id,
    };
  }

  private async itemAccounts(tenant: string, invoice: TextObject): Promise<ReadonlyMap<string, string>> {
    const silent = listIn(invoice, 'Line').filter(
      (line) =>
        textAt(line, 'DetailType') === 'SalesItemLineDetail' &&
        textAt(line, 'SalesItemLineDetail.ItemAccountRef.value') === undefined,
    );
    const ids = [...new Set(silent.flatMap((line) => textAt(line, 'SalesItemLineDetail.ItemRef.value') ?? []))];
    const items = await Promise.all(ids.map((id) => this.record(tenant, 'Item', id)));
    return new Map(
      items.flatMap((item, index) => {
        const account = item === undefined ? undefined : textAt(item, 'IncomeAccountRef.value');
        return account === undefined ? [] : [[ids[index] ?? '', account] as const];
      }),
    );
  }

  private async named(tenant: string, name: string): Promise<string[]> {
    const text = name.replace(/\\/g, '\\\\').replace(/'/g, "\\'");
    const answer = await this.gateway.query(tenant, `select Id from Customer where DisplayName = '${text}'`);
    if (!answer.ok) throw new NotTold(answer.code);
    return readPage(answer.value, 'Customer').flatMap((record) => textAt(record, 'Id') ?? []);
  }

  /** Undefined: QuickBooks refuses it, for the record is gone. */
  private async record(tenant: string, resource: string, id: string): Promise<TextObject | undefined> {
    const answer = await this.gateway.record(tenant, resource, id);
    if (!answer.ok && answer.code === 'quickbooks_refused') return undefined;
    if (!answer.ok) throw new NotTold(answer.code);
    return (readNumbersAsText(answer.value) as { readonly [name: string]: TextObject })[resource];
  }

  private async chart(tenant: string): Promise<FetchedChart> {
    const chart = await this.charts.recent(tenant);
    if (!chart.ok) throw new NotTold(chart.code);
    return chart.value;
  }
}
