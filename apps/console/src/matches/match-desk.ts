import { Inject, Injectable } from '@nestjs/common';
import { coded, remedy } from '@qbo-sync/contracts/reasons';
import type { MatchDecideBody, MatchDecided, MatchPage, MatchState } from '@qbo-sync/contracts/internal/matches';
import { DataSource } from 'typeorm';
import { ServiceClient, type ServiceCall, type ServiceFault } from '../connection/service-client';
import { refAfter } from '../http/page-query';
import { isProblemCode, Problem } from '../http/problem';
import { MatchDriver } from './match-driver';
import { type MatchWork, selectWork } from './match-work';
import type { MatchChoiceBody, MatchKind, MatchListQuery, MatchPageDto, MatchStateDto } from './matches.dto';

/**
 * Match (console.md §5): what is in QuickBooks is read through the gateway and handed page by page to the service that
 * owns the kind; where each record stands, what was decided and what came of it is that service's.
 */
@Injectable()
export class MatchDesk {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ServiceClient) private readonly services: ServiceClient,
    @Inject(MatchDriver) private readonly driver: MatchDriver,
  ) {}

  async state(tenant: string, kind: MatchKind): Promise<MatchStateDto> {
    // First, or what ends between the two would look as if nobody did it.
    const work = (await selectWork(this.dataSource.manager, tenant)).find((one) => one.kind === kind);
    const known = await this.ask<MatchState>(tenant, kind, { method: 'GET', path: '/state' });
    return {
      kind,
      ...known,
      state: stateOf(known.state, work),
      done: work?.done ?? 0,
      ...(work === undefined || work.failed === null ? {} : { failed: work.failed }),
    };
  }

  async list(tenant: string, { kind, group, limit, cursor }: MatchListQuery): Promise<MatchPageDto> {
    const after = refAfter(cursor);
    const query = new URLSearchParams({ group, limit: String(limit), ...(after === null ? {} : { after }) });
    const page = await this.ask<MatchPage>(tenant, kind, { method: 'GET', path: `?${query.toString()}` });
    const items = page.items.map(({ reason, ...row }) => ({
      ...row,
      ...(reason === undefined ? {} : { reason: { ...coded(reason), ...remedy(reason) } }),
    }));
    return { ...page, items, total: page.counts[group] };
  }

  decide(tenant: string, { kind, ids, filter, choice }: MatchChoiceBody, by: string): Promise<MatchDecided> {
    const byIds = ids ?? null;
    const byFilter = filter ?? null;
    if ((byIds === null) === (byFilter === null)) throw new Problem('body_invalid', {}, [EITHER]);
    const which = byFilter === null ? { ids: byIds } : { group: byFilter.group };
    const body = { ...which, choice, by } as MatchDecideBody;
    return this.ask(tenant, kind, { method: 'POST', path: '/decide', body });
  }

  undo(tenant: string, kind: MatchKind, token: string): Promise<{ changed: number }> {
    return this.ask(tenant, kind, { method: 'POST', path: '/undo', body: { token } });
  }

  /** Begins to read what is in QuickBooks, inactive records too. Throws {@link Problem} `match_under_way`. */
  async read(tenant: string, kind: MatchKind, by: string): Promise<MatchStateDto> {
    await this.state(tenant, kind);
    return this.begin(tenant, kind, 'reading', by);
  }

  /** Begins to apply what was decided or is beyond doubt. Throws {@link Problem} `match_not_read`, `match_under_way`. */
  async apply(tenant: string, kind: MatchKind, by: string): Promise<MatchStateDto> {
    const { readAt } = await this.state(tenant, kind);
    if (readAt === null) throw new Problem('match_not_read');
    return this.begin(tenant, kind, 'applying', by);
  }

  private async begin(tenant: string, kind: MatchKind, does: MatchWork['does'], by: string): Promise<MatchStateDto> {
    if (!(await this.driver.begin({ tenant, kind, does, by }))) throw new Problem('match_under_way');
    return this.state(tenant, kind);
  }

  private async ask<Value>(tenant: string, kind: MatchKind, call: ServiceCall): Promise<Value> {
    const answer = await this.services.call<Value>(kind, tenant, { ...call, path: `/matches${call.path}` });
    if (!answer.ok) throw problemOf(answer);
    return answer.value;
  }
}

const EITHER = {
  ...{ pointer: '/ids', code: 'either_ids_or_filter', params: {} },
  text: 'Say which records: either ids or filter, not both.',
} as const;

/** A reading or an Apply is under way only while a process of the console does it, whatever the service heard last. */
function stateOf(known: MatchState['state'], work: MatchWork | undefined): MatchStateDto['state'] {
  if (work?.state === 'under way') return work.does;
  return work?.state === 'stopped' || known === 'reading' ? 'stopped' : known;
}

/** A service's refusal in the words of this API; what it cannot say is no answer. */
function problemOf({ code, detail }: ServiceFault): Problem {
  const params: Readonly<Record<string, string>> = detail === undefined ? {} : { message: detail };
  if (code.startsWith('field_')) return new Problem('body_invalid', params);
  return isProblemCode(code) ? new Problem(code, params) : new Problem('service_unavailable');
}
