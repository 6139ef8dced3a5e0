import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { ExpectedInvoice } from '@qbo-sync/contracts/internal/expected';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { expectedInvoice } from '@qbo-sync/entities/expected/expected-invoice';
import { mappingContext } from '@qbo-sync/entities/sync/plans';
import { linkKey, type State } from '@qbo-sync/entities/sync/stream-state';
import { settingsOf } from '@qbo-sync/service/entity-service/read-states';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import { idsOf } from '@qbo-sync/service/internal/ids';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { tenantOfPath } from '@qbo-sync/service/internal/problem';

/** What QuickBooks should say of invoices, by Run a Call's newest word and the settings in force. */
@Controller('internal/companies/:tenant/expected/invoices')
@UseGuards(OperatorGuard)
export class ExpectedInvoicesController {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  /** Of those that Run a Call told of; none while the company's profile is not read. */
  @Get()
  async show(@Param('tenant') tenant: string, @Query('ids') ids: unknown): Promise<{ items: ExpectedInvoice[] }> {
    const settings = await settingsOf(this.runtime.database, tenantOfPath(tenant));
    const ctx = mappingContext({ settings });
    if (ctx === undefined) return { items: [] };
    const refs = idsOf(ids).map((id) => `invoice:${id}`);
    const states = (await this.runtime.states(tenant, refs)) as ReadonlyMap<string, State>;
    const items = [...states].flatMap(([ref, { latest, facts, links }]) => {
      if (latest === undefined || latest.erased) return [];
      const quickbooksId = links[linkKey(settings?.books ?? '', ref)]?.id ?? null;
      return expectedInvoice(latest.data as unknown as Invoice, ctx, { quickbooksId, voided: facts.length > 0 });
    });
    return { items };
  }
}
