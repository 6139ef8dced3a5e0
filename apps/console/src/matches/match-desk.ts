import { Inject, Injectable } from '@nestjs/common';
import type {
  MatchApplied,
  MatchBegun,
  MatchDecideBody,
  MatchDecided,
  MatchPage,
  MatchState,
} from '@qbo-sync/contracts/internal/matches';
import { GatewayClient } from '../connection/gateway-client';
import { ServiceClient, type ServiceCall, type ServiceFault } from '../connection/service-client';
import { isProblemCode, Problem } from '../http/problem';
import type { MatchChoiceBody, MatchKind, MatchListQuery, MatchPageDto, MatchStateDto } from './matches.dto';
import { UnderWay, WorkFailed } from './under-way';

const PAGE_ROWS = 1000;
/** One page of a thousand records, or the matching of all of a company's. */
const LONG_MS = 60_000;

/**
 * Match (console.md §5): what is in QuickBooks is read through the gateway and handed page by page to the service that
 * owns the kind; where each record stands, what was decided and what came of it is that service's.
 */
@Injectable()
export class MatchDesk {
  constructor(
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
    @Inject(ServiceClient) private readonly services: ServiceClient,
    @Inject(UnderWay) private readonly underWay: UnderWay,
  ) {}

  async state(tenant: string, kind: MatchKind): Promise<MatchStateDto> {
    const known = await this.ask<MatchState>(tenant, kind, { method: 'GET', path: '/state' });
    const work = this.underWay.of(tenant, kind);
    const isApplying = work?.does === 'applying' && work.ended === undefined;
    return {
      kind,
      ...known,
      state: isApplying ? 'applying' : known.state,
      done: work?.done ?? 0,
      ...(work?.failed === undefined ? {} : { failed: work.failed }),
    };
  }

  async list(tenant: string, { kind, group, limit, cursor }: MatchListQuery): Promise<MatchPageDto> {
    const query = new URLSearchParams({
      group,
      limit: String(limit),
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    const page = await this.ask<MatchPage>(tenant, kind, { method: 'GET', path: `?${query.toString()}` });
    return { ...page, total: page.counts[group] };
  }

  decide(tenant: string, { kind, ids, filter, choice }: MatchChoiceBody, by: string): Promise<MatchDecided> {
    if ((ids === undefined) === (filter === undefined)) {
      throw new Problem('body_invalid', {}, [{ pointer: '/ids', code: 'either_ids_or_filter', params: {} }]);
    }
    const which = ids === undefined ? { group: filter?.group } : { ids };
    const body = { ...which, choice, by } as MatchDecideBody;
    return this.ask(tenant, kind, { method: 'POST', path: '/decide', body });
  }

  undo(tenant: string, kind: MatchKind, token: string): Promise<{ changed: number }> {
    return this.ask(tenant, kind, { method: 'POST', path: '/undo', body: { token } });
  }

  /** Begins to read what is in QuickBooks, inactive records too. */
  async read(tenant: string, kind: MatchKind): Promise<MatchStateDto> {
    await this.state(tenant, kind);
    this.begin(tenant, kind, 'reading', async (count) => {
      const { readId, resources } = await this.work<MatchBegun>(tenant, kind, '/begin', {});
      for (const resource of resources) {
        for (let start = 1, taken = PAGE_ROWS; taken === PAGE_ROWS; start += taken) {
          const page = await this.page(tenant, resource, start);
          ({ taken } = await this.work<{ taken: number }>(tenant, kind, '/page', { readId, resource, page }));
          count(taken);
        }
      }
      await this.work(tenant, kind, '/match', { readId });
    });
    return this.state(tenant, kind);
  }

  /** Begins to apply what was decided or is beyond doubt. Throws {@link Problem} `match_not_read`. */
  async apply(tenant: string, kind: MatchKind, by: string): Promise<MatchStateDto> {
    const { readAt } = await this.state(tenant, kind);
    if (readAt === null) throw new Problem('match_not_read');
    this.begin(tenant, kind, 'applying', async (count) => {
      for (let next: string | null = ''; next !== null;) {
        const body = next === '' ? { by } : { by, next };
        const page: MatchApplied = await this.work(tenant, kind, '/apply', body);
        count(page.applied);
        ({ next } = page);
      }
    });
    return this.state(tenant, kind);
  }

  private begin(
    tenant: string,
    kind: MatchKind,
    ...work: [Parameters<UnderWay['begin']>[2], Parameters<UnderWay['begin']>[3]]
  ): void {
    if (!this.underWay.begin(tenant, kind, ...work)) throw new Problem('match_under_way');
  }

  private async page(tenant: string, resource: string, start: number): Promise<string> {
    const answer = await this.gateway.query(
      tenant,
      `select * from ${resource} where Active in (true, false) startposition ${start} maxresults ${PAGE_ROWS}`,
    );
    if (!answer.ok) throw new WorkFailed(answer.code);
    return answer.value;
  }

  private async work<Value>(tenant: string, kind: MatchKind, path: string, body: object): Promise<Value> {
    const call = { method: 'POST', path: `/matches${path}`, body, timeoutMs: LONG_MS } as const;
    const answer = await this.services.call<Value>(kind, tenant, call);
    if (!answer.ok) throw new WorkFailed(answer.code);
    return answer.value;
  }

  private async ask<Value>(tenant: string, kind: MatchKind, call: ServiceCall): Promise<Value> {
    const answer = await this.services.call<Value>(kind, tenant, { ...call, path: `/matches${call.path}` });
    if (!answer.ok) throw problemOf(answer);
    return answer.value;
  }
}

/** A service's refusal in the words of this API; what it cannot say is no answer. */
function problemOf({ code, detail }: ServiceFault): Problem {
  const params: Readonly<Record<string, string>> = detail === undefined ? {} : { message: detail };
  if (code.startsWith('field_')) return new Problem('body_invalid', params);
  return isProblemCode(code) ? new Problem(code, params) : new Problem('service_unavailable');
}
