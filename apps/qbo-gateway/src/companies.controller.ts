import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import type { Standing } from '@qbo-sync/gateway/company/standing';
import { GatewayRuntime } from './gateway-runtime';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';

/** For operators: all companies, who waits longest first. */
@Controller('internal/companies')
@UseGuards(OperatorGuard)
export class CompaniesController {
  constructor(@Inject(GatewayRuntime) private readonly runtime: GatewayRuntime) {}

  @Get()
  async list(): Promise<{ companies: readonly Standing[] }> {
    return { companies: await this.runtime.standings() };
  }
}
