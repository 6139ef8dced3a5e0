import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { DriftPage } from '@qbo-sync/contracts/internal/drift';
import { idsOf } from '../internal/ids';
import { OperatorGuard } from '../internal/operator.guard';
import { tenantOfPath } from '../internal/problem';
import { DriftReader } from './drift-reader';

/** For the console's drift report. Everything here only reads. */
@Controller('internal/companies/:tenant/drift')
@UseGuards(OperatorGuard)
export class DriftController {
  constructor(@Inject(DriftReader) private readonly reader: DriftReader) {}

  /** `after`: the last ref of the page before. `ids`: these refs alone. */
  @Get()
  async page(
    @Param('tenant') tenant: string,
    @Query('after') after?: string,
    @Query('ids') ids?: string,
  ): Promise<DriftPage> {
    if (ids !== undefined) return { items: await this.reader.of(tenantOfPath(tenant), idsOf(ids)), next: null };
    return this.reader.page(tenantOfPath(tenant), after ?? null);
  }
}
