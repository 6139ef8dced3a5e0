import { Inject, Injectable } from '@nestjs/common';
import type { PayoutDetail, PayoutPage } from '@qbo-sync/contracts/stripe/payout-view';
import { CommandDesk, type PersonsCommand } from '../commands/command-desk';
import { type ServiceAnswer, ServiceClient } from '../connection/service-client';
import { Problem } from '../http/problem';
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
  ) {}

  async list(tenant: string, query: PayoutListQuery): Promise<PayoutPageDto> {
    const { items, next } = await this.ask<PayoutPage>(tenant, '/payouts', query);
    return { items: items.map(payoutRow), next };
  }

  async show(tenant: string, id: string, query: Partial<PayoutPartsQuery>): Promise<PayoutDto> {
    return payoutDetail(await this.ask<PayoutDetail>(tenant, `/payouts/${encodeURIComponent(id)}`, query));
  }

  /** Names the account of a part that Run a Call does not know, or that is older than go-live. */
  async bringIn(tenant: string, id: string, { stripeId, accountId }: BringInBody, by: string): Promise<string> {
    await this.show(tenant, id, { limit: 1 });
    const account = accountId ?? clearingToBringInto((await this.settings.load(tenant)).state);
    if (account === undefined) throw new Problem('account_needed', { setting: 'payments.clearingAccount' });
    return this.say(tenant, id, { kind: 'resolve', choice: `account ${stripeId} ${account}`, by });
  }

  /** Handled in QuickBooks, and back. */
  async close(tenant: string, id: string, by: string): Promise<string> {
    await this.show(tenant, id, { limit: 1 });
    return this.say(tenant, id, { kind: 'dismiss', by });
  }

  async reopen(tenant: string, id: string, by: string): Promise<string> {
    await this.show(tenant, id, { limit: 1 });
    return this.say(tenant, id, { kind: 'restore', by });
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
