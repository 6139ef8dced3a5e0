import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { ExpectedCustomer } from '@qbo-sync/contracts/internal/expected';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { expectedName } from '@qbo-sync/entities/expected/expected-customer';
import { mappingContext } from '@qbo-sync/entities/sync/plans';
import { linkKey, type State } from '@qbo-sync/entities/sync/stream-state';
import { settingsOf } from '@qbo-sync/service/entity-service/read-states';
import { EntityRuntime } from '@qbo-sync/service/entity-service/runtime';
import { idsOf } from '@qbo-sync/service/internal/ids';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { tenantOfPath } from '@qbo-sync/service/internal/problem';

/** What QuickBooks should say of customers, by Run a Call's newest word. */
@Controller('internal/companies/:tenant/expected/customers')
@UseGuards(OperatorGuard)
export class ExpectedCustomersController {
  constructor(@Inject(EntityRuntime) private readonly runtime: EntityRuntime) {}

  /** Of those that Run a Call told of; none while the company's profile is not read. */
  @Get()
  async show(@Param('tenant') tenant: string, @Query('ids') ids: unknown): Promise<{ items: ExpectedCustomer[] }> {
    const settings = await settingsOf(this.runtime.database, tenantOfPath(tenant));
    const ctx = mappingContext({ settings });
    if (ctx === undefined) return { items: [] };
    const own = await this.customers(tenant, settings?.books ?? '', idsOf(ids));
    const parents = await this.customers(tenant, settings?.books ?? '', [
      ...new Set([...own.values()].flatMap(({ customer }) => customer.parentId ?? [])),
    ]);
    const items = [...own.values()].map(({ customer, quickbooksId }): ExpectedCustomer => {
      const parent = customer.parentId === undefined ? undefined : parents.get(customer.parentId);
      return {
        id: customer.id,
        name: expectedName(customer, ctx),
        quickbooksId,
        parent:
          customer.parentId === undefined
            ? null
            : {
                name: parent === undefined ? customer.parentId : expectedName(parent.customer, ctx),
                quickbooksId: parent?.quickbooksId ?? null,
              },
      };
    });
    return { items };
  }

  private async customers(tenant: string, books: string, ids: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    const refs = ids.map((id) => `customer:${id}`);
    const states = (await this.runtime.states(tenant, refs)) as ReadonlyMap<string, State>;
    const known = new Map<string, Known>();
    for (const [ref, { latest, links }] of states) {
      if (latest === undefined || latest.erased) continue;
      const customer = latest.data as unknown as Customer;
      known.set(customer.id, { customer, quickbooksId: links[linkKey(books, ref)]?.id ?? null });
    }
    return known;
  }
}

interface Known {
  readonly customer: Customer;
  readonly quickbooksId: string | null;
}
