import { Inject, Injectable } from '@nestjs/common';
import type { PayoutDetail, PayoutPage, PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import { CommandDesk, type PersonsCommand } from '../commands/command-desk';
import { type ServiceAnswer, ServiceClient } from '../connection/service-client';
import { Problem } from '../http/problem';
import { ChartReader } from '../quickbooks/chart-reader';
import { SettingsStore } from '../settings/settings-store';
import { clearingToBringInto } from './clearing-to-bring-into';
import { payoutDetail, payoutRow } from './payout-view';
import type { BringInBody, PayoutDto, PayoutListQuery, PayoutPageDto, PayoutPartsQuery } from './payout.dto';

/** Payouts as the payments service knows them, and what a person says of one. */
@Injectable()
export class PayoutDesk {
  constructor(
    @Inject(ServiceClient) private readonly services: ServiceClient,
    @Inject(CommandDesk) private readonly commands: CommandDesk,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(ChartReader) private readonly charts: ChartReader,
  ) {}

  async list(tenant: string, query: PayoutListQuery): Promise<PayoutPageDto> {
    const { items, next, total } = await this.ask<PayoutPage>(tenant, '/payouts', query);
    return { items: items.map(payoutRow), next, total };
  }

  async show(tenant: string, id: string, query: Partial<PayoutPartsQuery>): Promise<PayoutDto> {
    return payoutDetail(await this.ask<PayoutDetail>(tenant, `/payouts/${encodeURIComponent(id)}`, query));
  }

  /**
   * Names the account of a part that Run a Call does not know, or that is older than go-live. Throws {@link Problem}: the payout
   * wants none, the part is not missing, or the account cannot take it.
   */
  async bringIn(tenant: string, id: string, { stripeId, accountId }: BringInBody, by: string): Promise<string> {
    const { payout, parts } = await this.look(tenant, id, stripeId);
    mustBe(payout, ['missing', 'waiting']);
    if (!parts.some((part) => part.stripeId === stripeId && part.state === 'missing')) {
      throw new Problem('part_not_missing', {}, [{ pointer: '/stripeId', code: 'part_not_missing', params: {} }]);
    }
    const account = accountId ?? clearingToBringInto((await this.settings.load(tenant)).state);
    if (account === undefined) throw new Problem('account_needed', { setting: 'payments.clearingAccount' });
    if (accountId !== undefined) await this.mustTake(tenant, accountId);
    return this.say(tenant, id, { kind: 'resolve', choice: `account ${stripeId} ${account}`, by });
  }

  /** Handled in QuickBooks. Throws {@link Problem}: it is posted, or closed already. */
  async close(tenant: string, id: string, by: string): Promise<string> {
    mustBe((await this.look(tenant, id)).payout, ['missing', 'waiting', 'manual']);
    return this.say(tenant, id, { kind: 'dismiss', by });
  }

  /** It is to be looked at after all. Throws {@link Problem}: nobody closed it. */
  async reopen(tenant: string, id: string, by: string): Promise<string> {
    mustBe((await this.look(tenant, id)).payout, ['closed']);
    return this.say(tenant, id, { kind: 'restore', by });
  }

  private look(tenant: string, id: string, part?: string): Promise<PayoutDetail> {
    return this.ask(tenant, `/payouts/${encodeURIComponent(id)}`, { limit: 1, part });
  }

  private async mustTake(tenant: string, accountId: string): Promise<void> {
    const chart = await this.charts.recent(tenant);
    if (!chart.ok) throw new Problem(chart.code);
    if (chart.value.accounts.some(({ id, active }) => id === accountId && active)) return;
    throw new Problem('account_unusable', {}, [{ pointer: '/accountId', code: 'account_unusable', params: {} }]);
  }

  private say(tenant: string, id: string, said: Omit<PersonsCommand, 'tenant' | 'ref'>): Promise<string> {
    return this.commands.send({ ...said, tenant, ref: `payout:${id}` });
  }

  private async ask<Value>(tenant: string, path: string, query: object): Promise<Value> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    const answer: ServiceAnswer<Value> = await this.services.call('payments', tenant, {
      method: 'GET',
      path: given.length === 0 ? path : `${path}?${search.toString()}`,
    });
    if (answer.ok) return answer.value;
    if (answer.code === 'payout_unknown') throw new Problem('not_found');
    throw new Problem(answer.code === 'cursor_invalid' ? 'cursor_invalid' : 'service_unavailable');
  }
}

function mustBe({ state }: PayoutView, states: readonly PayoutView['state'][]): void {
  if (!states.includes(state)) throw new Problem('payout_state', { state, needed: states.join(', ') });
}
