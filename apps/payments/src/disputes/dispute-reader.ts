import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import type { StripeReader } from '@qbo-sync/stripe/client';
import type { StripeFailure } from '@qbo-sync/stripe/failure';
import { waitFor } from '../payouts/wait-for';
import { claimDueDispute, endDueDispute, storeStanding } from './dispute-rows';
import { toldOf } from './dispute-told';

/** A bank decides within some months. */
const LISTED_FOR_MS = 120 * 24 * 60 * 60 * 1000;

/** What Stripe says of disputes → their streams: those a webhook told of, and by a list those it missed. */
export class DisputeReader {
  constructor(
    private readonly runtime: Pick<EntityRuntime, 'database' | 'tell'>,
    private readonly failed: (failure: StripeFailure, of: { readonly tenant: string; readonly ref?: string }) => void,
  ) {}

  /** Reads one that is due; false: there is none. */
  async readDue(stripe: StripeReader): Promise<boolean> {
    const { database } = this.runtime;
    const due = await inTransaction(database, claimDueDispute);
    if (due === undefined) return false;
    const { tenant, disputeId, account, tries } = due;
    const reading = await stripe.dispute(account, disputeId);
    if (reading.is === 'ok') await this.take(tenant, account, [reading.value]);
    else this.failed(reading.failure, { tenant, ref: `dispute:${disputeId}` });
    const again = reading.is === 'ok' ? null : waitFor(reading.failure, tries);
    await inTransaction(database, (client) => endDueDispute(client, due, again));
    return true;
  }

  /** Lists a company's disputes since it went live; why it could not. */
  async list(
    stripe: StripeReader,
    tenant: string,
    account: string,
    goLiveAt: string,
  ): Promise<StripeFailure | undefined> {
    const since = Math.max(Date.now() - LISTED_FOR_MS, Date.parse(goLiveAt));
    for await (const page of stripe.disputesSince(account, since)) {
      if (page.is === 'failed') return page.failure;
      await this.take(tenant, account, page.value.items);
    }
    return undefined;
  }

  private take(tenant: string, account: string, disputes: readonly StripeDispute[]): Promise<void> {
    return this.runtime.tell(tenant, async (client) => {
      const news = await storeStanding(client, tenant, account, disputes);
      const now = new Date().toISOString();
      return disputes.flatMap((dispute) => {
        const sequence = news.get(dispute.id);
        return sequence === undefined ? [] : [toldOf(tenant, dispute, sequence, now)];
      });
    });
  }
}
