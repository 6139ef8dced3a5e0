import type { PayoutDesk } from './payout-desk';
import type { PayoutRowDto } from './payout.dto';

/** Older ones have long been posted. */
const NEWEST = 20;

/** What became of a company's payouts since it was looked last: every one of the newest at first, then those that changed. */
export class PayoutChanges {
  private told = new Map<string, string>();

  constructor(
    private readonly desk: Pick<PayoutDesk, 'list'>,
    private readonly tenant: string,
  ) {}

  /** Oldest first. */
  async look(): Promise<PayoutRowDto[]> {
    const { items } = await this.desk.list(this.tenant, { limit: NEWEST });
    const now = new Map(items.map((payout) => [payout.id, JSON.stringify(payout)]));
    const changed = items.filter(({ id }) => this.told.get(id) !== now.get(id));
    this.told = now;
    return changed.reverse();
  }
}
