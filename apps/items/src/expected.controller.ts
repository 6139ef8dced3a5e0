import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { ExpectedItem } from '@qbo-sync/contracts/internal/expected';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import { expectedOfItem } from '@qbo-sync/entities/expected/expected-account';
import { mappingContext } from '@qbo-sync/entities/sync/plans';
import type { State } from '@qbo-sync/entities/sync/stream-state';
import { settingsOf } from '@qbo-sync/service/entity-service/read-states';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import { idsOf } from '@qbo-sync/service/internal/ids';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { tenantOfPath } from '@qbo-sync/service/internal/problem';

/** Where the sales of items belong, by the settings in force: whatever account QuickBooks has them on. */
@Controller('internal/companies/:tenant/expected/items')
@UseGuards(OperatorGuard)
export class ExpectedItemsController {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  /** Of those that Run a Call told of; none while the company's profile is not read. */
  @Get()
  async show(@Param('tenant') tenant: string, @Query('ids') ids: unknown): Promise<{ items: ExpectedItem[] }> {
    const ctx = mappingContext({ settings: await settingsOf(this.runtime.database, tenantOfPath(tenant)) });
    if (ctx === undefined) return { items: [] };
    const refs = idsOf(ids).map((id) => `item:${id}`);
    const states = (await this.runtime.states(tenant, refs)) as ReadonlyMap<string, State>;
    const items = [...states.values()].flatMap(({ latest }) => {
      if (latest === undefined || latest.erased) return [];
      const item = latest.data as unknown as Item;
      return { id: item.id, ...expectedOfItem(item, ctx) };
    });
    return { items };
  }
}
