import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BearerGuard } from '../http/bearer.guard';
import { SummaryReader } from './summary-reader';
import { SummaryDto } from './summary.dto';

@ApiTags('log')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@Controller('api/v1/companies/:company/summary')
export class SummaryController {
  constructor(@Inject(SummaryReader) private readonly summaries: SummaryReader) {}

  @Get()
  @ApiOkResponse({ type: SummaryDto })
  show(@Param('company') tenant: string): Promise<SummaryDto> {
    return this.summaries.of(tenant);
  }
}
