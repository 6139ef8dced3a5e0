import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { PayoutDetail, PayoutPage } from '@qbo-sync/contracts/stripe/payout-view';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { Problem, tenantOfPath } from '@qbo-sync/service/internal/problem';
import { countPayouts, selectParts, selectPayouts, selectPayoutView, selectSums } from './payout-views';

const MOST = 200;
const PLACE = /^(\d{4}-\d\d-\d\d)\.(po_\w+)$/;

/** A company's payouts and their parts, for the console. */
@UseGuards(OperatorGuard)
@Controller('internal/companies/:tenant/payouts')
export class PayoutsController {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  /** Newest first; `cursor` is `next` of the page before, `month` narrows it to those that arrive in one: `2026-12`. */
  @Get()
  async list(
    @Param('tenant') tenant: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
    @Query('month') month?: string,
  ): Promise<PayoutPage> {
    const [, arrivesOn, id] = PLACE.exec(cursor ?? '') ?? [];
    if (cursor !== undefined && (arrivesOn === undefined || id === undefined)) throw cursorProblem();
    if (month !== undefined && !/^\d{4}-\d\d$/.test(month)) {
      throw new Problem(400, 'query_invalid', 'month: a year and a month, 2026-12.', { parameter: 'month' });
    }
    const before = arrivesOn === undefined || id === undefined ? null : { arrivesOn, id };
    const wanted = { before, month: month ?? null, limit: limitOf(limit) };
    const company = tenantOfPath(tenant);
    const { database } = this.runtime;
    const found = await selectPayouts(database, company, { ...wanted, limit: wanted.limit + 1 });
    const items = found.slice(0, wanted.limit);
    const last = found.length > items.length ? items.at(-1) : undefined;
    return {
      items,
      next: last === undefined ? null : `${last.arrivesOn}.${last.id}`,
      total: await countPayouts(database, company, wanted.month),
    };
  }

  /**
   * One payout with its parts, a page of them; `open=true`: only those that are missing or on their way, `part`: only those of this id
   * of Stripe's.
   */
  @Get(':id')
  async show(
    @Param('tenant') tenant: string,
    @Param('id') id: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
    @Query('open') open?: string,
    @Query('part') part?: string,
  ): Promise<PayoutDetail> {
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw cursorProblem();
    const company = tenantOfPath(tenant);
    const { database } = this.runtime;
    const payout = await selectPayoutView(database, company, id);
    if (payout === undefined)
      throw new Problem(404, 'payout_unknown', 'No payout of this id is known of this company.');
    const most = limitOf(limit);
    const after = cursor === undefined ? -1 : Number(cursor);
    const page = { after, limit: most + 1, open: open === 'true', part: part ?? null };
    const found = await selectParts(database, company, id, page);
    const parts = found.slice(0, most);
    const last = found.length > parts.length ? parts.at(-1) : undefined;
    return {
      payout,
      sums: await selectSums(database, company, id),
      parts,
      next: last === undefined ? null : String(last.position),
    };
  }
}

const cursorProblem = (): Problem => new Problem(400, 'cursor_invalid', 'cursor: `next` of the page before.');

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? 50 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new Problem(400, 'query_invalid', `limit: a whole number from 1 to ${MOST}.`, { parameter: 'limit' });
  }
  return limit;
}
