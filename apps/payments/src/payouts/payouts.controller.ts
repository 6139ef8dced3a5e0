import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { PayoutDetail, PayoutPage } from '@qbo-sync/contracts/stripe/payout-view';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { Problem, tenantOfPath } from '@qbo-sync/service/internal/problem';
import { selectParts, selectPayouts, selectPayoutView, selectSums } from './payout-views';

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
    const items = await selectPayouts(this.runtime.database, tenantOfPath(tenant), wanted);
    const last = items.at(-1);
    return { items, next: last === undefined || items.length < wanted.limit ? null : `${last.arrivesOn}.${last.id}` };
  }

  /** One payout with its parts, a page of them; `open=true`: only those that are missing or on their way. */
  @Get(':id')
  async show(
    @Param('tenant') tenant: string,
    @Param('id') id: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
    @Query('open') open?: string,
  ): Promise<PayoutDetail> {
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw cursorProblem();
    const company = tenantOfPath(tenant);
    const { database } = this.runtime;
    const payout = await selectPayoutView(database, company, id);
    if (payout === undefined)
      throw new Problem(404, 'payout_unknown', 'No payout of this id is known of this company.');
    const most = limitOf(limit);
    const page = { after: cursor === undefined ? -1 : Number(cursor), limit: most, open: open === 'true' };
    const parts = await selectParts(database, company, id, page);
    const last = parts.at(-1);
    return {
      payout,
      sums: await selectSums(database, company, id),
      parts,
      next: last === undefined || parts.length < most ? null : String(last.position),
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
