import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { ExpectedPayment } from '@qbo-sync/contracts/internal/expected';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { expectedPayment } from '@qbo-sync/entities/expected/expected-payment';
import { mappingContext } from '@qbo-sync/entities/sync/plans';
import type { State } from '@qbo-sync/entities/sync/stream-state';
import { settingsOf } from '@qbo-sync/service/entity-service/read-states';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import { idsOf } from '@qbo-sync/service/internal/ids';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { tenantOfPath } from '@qbo-sync/service/internal/problem';
import { selectReaders } from './noted';

/** What QuickBooks should say of payments, by Run a Call's newest word and the settings in force. */
@Controller('internal/companies/:tenant/expected/payments')
@UseGuards(OperatorGuard)
export class ExpectedPaymentsController {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  /** Those that pay one of these invoices, in the order of their refs; none while the company's profile is not read. */
  @Get()
  async show(
    @Param('tenant') tenant: string,
    @Query('invoices') invoices: unknown,
  ): Promise<{ items: ExpectedPayment[] }> {
    const { database } = this.runtime;
    const settings = await settingsOf(database, tenantOfPath(tenant));
    const ctx = mappingContext({ settings });
    if (ctx === undefined) return { items: [] };
    const ids = idsOf(invoices);
    const refs = (await selectReaders(database, tenant, ids)).filter((ref) => entityOf(ref) === 'payment');
    const states = (await this.runtime.states(tenant, refs)) as ReadonlyMap<string, State>;
    const items = [...states.values()].flatMap((state) => {
      if (state.latest === undefined || state.latest.erased) return [];
      const payment = state.latest.data as unknown as Payment;
      return ids.flatMap((id) => expectedPayment(payment, id, state, settings?.books ?? '', ctx) ?? []);
    });
    return { items };
  }
}
