import { Inject, Injectable } from '@nestjs/common';
import type { BackfillMatch, BackfillPage, BackfillRecord } from '@qbo-sync/contracts/internal/backfill';
import { idOf } from '@qbo-sync/contracts/refs';
import { addDays } from '@qbo-sync/money/zone';
import { GatewayClient } from '../../connection/gateway-client';
import { type AskedService, ServiceClient } from '../../connection/service-client';
import { readPage } from '../../quickbooks/read-chart';
import type { SettingsState } from '../../settings/settings-state';
import { insertRecords } from '../run-records';
import { DataSource } from 'typeorm';
import { Entered } from './entered';
import { type BackfillKind, type BackfillPlan, type BackfillSpec, foundOf, KINDS, ORDER, PlanSum } from './plan';

const OWNERS: Readonly<Record<BackfillKind, AskedService>> = {
  customers: 'customers',
  items: 'items',
  invoices: 'invoices',
  payments: 'payments',
  refunds: 'payments',
};
/** What of the books is read beside each kind, and the fields of it that are compared. */
const READ: Readonly<Record<BackfillKind, readonly (readonly [resource: string, fields: string])[]>> = {
  customers: [],
  items: [],
  invoices: [['Invoice', 'Id, DocNumber, CustomerRef, TotalAmt, TxnDate, PrivateNote']],
  payments: [['Payment', '*']],
  refunds: [
    ['RefundReceipt', 'Id, DocNumber, CustomerRef, TotalAmt, TxnDate, PrivateNote'],
    ['JournalEntry', '*'],
  ],
};
/** QuickBooks gives at most this many records a page (quickbooks.md §6.2). */
const PAGE = 1000;
/** A bookkeeper's day may be so much earlier than ours. */
const DAYS_EARLIER = 31;
const TIMEOUT_MS = 60_000;
const VALID_MS = 24 * 3_600_000;
/** Where QuickBooks' limits stand, as long as the gateway has not said (quickbooks.md §5): calls and full batches a minute. */
const PER_MINUTE = 1_600;

export type PlanOutcome =
  { readonly ok: true; readonly plan: BackfillPlan } | { readonly ok: false; readonly code: string };

export interface PlanOf {
  readonly run: string;
  readonly tenant: string;
  readonly spec: BackfillSpec;
  readonly settings: SettingsState;
}

/** Invoices of ours that may be in QuickBooks: their ids there, and those of their customers. */
interface Invoices {
  readonly ids: Map<string, string>;
  readonly payers: Map<string, string>;
}

/** Throws out of a plan what somebody outside answered; `plan` makes an outcome of it. */
class NotAnswered extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/**
 * Previews a backfill: pages of what go-live left out from the services that own it, one paged reading of the books'
 * invoices, payments and refunds beside them, and the owners' word on what looks alike. Nothing changes but the run's own rows.
 */
@Injectable()
export class BackfillPlanner {
  constructor(
    @Inject(ServiceClient) private readonly services: ServiceClient,
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  /** `onPage` is told after each page: it keeps the lease, and may throw to end the work. */
  async plan(of: PlanOf, onPage: () => Promise<void>): Promise<PlanOutcome> {
    try {
      return { ok: true, plan: await this.planned(of, onPage) };
    } catch (error) {
      if (error instanceof NotAnswered) return { ok: false, code: error.code };
      throw error;
    }
  }

  private async planned(of: PlanOf, onPage: () => Promise<void>): Promise<BackfillPlan> {
    const { tenant, spec, settings } = of;
    const standing = await this.gateway.standing(tenant);
    const sum = new PlanSum();
    // Invoices that may be in QuickBooks already: what pays them there may be a payment of ours.
    const invoices: Invoices = { ids: new Map(), payers: new Map() };
    for (const kind of kindsOf(spec)) {
      const [entered, first] = await Promise.all([this.enteredAs(of, kind), this.page(of, kind)]);
      for (let page: BackfillPage | undefined = first; page !== undefined;) {
        // Read while this page is looked at; what it throws is thrown where it is awaited.
        const next: Promise<BackfillPage> | undefined = page.next === null ? undefined : this.page(of, kind, page.next);
        next?.catch(() => undefined);
        const matches = await this.matches(of, kind, page.records, entered, invoices);
        const planned = page.records.map((record) => ({ kind, record, ...foundOf(record, matches.get(record.ref)) }));
        for (const one of planned) {
          sum.add(one);
          const [candidate] = one.candidates;
          if (kind === 'invoices' && candidate !== undefined) {
            invoices.ids.set(idOf(one.record.ref), candidate);
            invoices.payers.set(idOf(one.record.ref), entered.customerOf(candidate) ?? '');
          }
        }
        await insertRecords(this.dataSource.manager, of.run, planned);
        await onPage();
        page = await next;
      }
    }
    return sum.plan({
      currency: settings.company?.currency ?? '',
      closedTo: settings.profile?.bookCloseDate ?? null,
      perMinute: (standing.ok ? standing.value.drain?.perMinute : undefined) ?? PER_MINUTE,
      expiresAt: new Date(Date.now() + VALID_MS).toISOString(),
    });
  }

  private async page({ tenant, spec: { from } }: PlanOf, kind: BackfillKind, after?: string): Promise<BackfillPage> {
    const body = { entity: KINDS[kind], from, ...(after === undefined ? {} : { after }) };
    const call = { method: 'POST', path: '/backfill/preview', body, timeoutMs: TIMEOUT_MS } as const;
    const answer = await this.services.call<BackfillPage>(OWNERS[kind], tenant, call);
    if (!answer.ok) throw new NotAnswered(answer.code);
    return answer.value;
  }

  /** Masters are adopted by name when they are made. */
  private async enteredAs({ tenant, spec }: PlanOf, kind: BackfillKind): Promise<Entered> {
    const entered = new Entered(kind);
    const since = addDays(spec.from, -DAYS_EARLIER);
    for (const [resource, fields] of READ[kind]) {
      for (let start = 1, isMore = true; isMore; start += PAGE) {
        const query = `select ${fields} from ${resource} where TxnDate >= '${since}' orderby Id startposition ${start} maxresults ${PAGE}`;
        const answer = await this.gateway.query(tenant, query);
        if (!answer.ok) throw new NotAnswered(answer.code);
        const records = readPage(answer.value, resource);
        for (const record of records) entered.add(record);
        isMore = records.length === PAGE;
      }
    }
    return entered;
  }

  private async matches(
    { tenant }: PlanOf,
    kind: BackfillKind,
    records: readonly BackfillRecord[],
    entered: Entered,
    { ids, payers }: Invoices,
  ): Promise<ReadonlyMap<string, BackfillMatch>> {
    const alike = records.flatMap((record) => {
      const { ref, pays = [] } = record;
      const theirs = entered.like(
        record,
        pays.flatMap((id) => ids.get(id) ?? []),
      );
      return theirs.length === 0 ? [] : [{ ref, theirs, pays }];
    });
    if (alike.length === 0) return new Map();
    const paid = alike.flatMap(({ pays }) => pays);
    const known = (of: ReadonlyMap<string, string>): Record<string, string> =>
      Object.fromEntries(paid.flatMap((id) => (of.has(id) ? [[id, of.get(id) ?? '']] : [])));
    const body = {
      records: alike.map(({ ref, theirs }) => ({ ref, theirs })),
      ...{ invoices: known(ids), payers: known(payers) },
    };
    const call = { method: 'POST', path: '/backfill/matches', body, timeoutMs: TIMEOUT_MS } as const;
    const answer = await this.services.call<{ matches: readonly BackfillMatch[] }>(OWNERS[kind], tenant, call);
    if (!answer.ok) throw new NotAnswered(answer.code);
    return new Map(answer.value.matches.map((match) => [match.ref, match]));
  }
}

/** In the order in which they are done. */
function kindsOf(spec: BackfillSpec): readonly BackfillKind[] {
  return ORDER.filter((kind) => spec[kind === 'refunds' ? 'payments' : kind]);
}
