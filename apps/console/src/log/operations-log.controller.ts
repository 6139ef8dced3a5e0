import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { BearerGuard, OperatorOnly } from '../http/bearer.guard';
import { OperationsLogPageDto } from './log-dto';
import { LogListQuery } from './log-list.dto';
import { LogQuery } from './log-query';
import { readList } from './read-list';
import { operationsRowView } from './row-view';

@ApiTags('operations')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@OperatorOnly()
@Controller('api/v1/operations')
export class OperationsLogController {
  constructor(@Inject(LogQuery) private readonly log: LogQuery) {}

  @Get('log')
  @ApiOperation({ summary: 'Messages whose company cannot be read or is not known here' })
  @ApiQuery({ type: LogListQuery })
  @ApiOkResponse({ type: OperationsLogPageDto })
  async list(@Query() query: object): Promise<OperationsLogPageDto> {
    const { filter, limit, before } = readList(query);
    const page = await this.log.page({ tenant: null }, filter, limit, before);
    return { items: page.rows.map(operationsRowView), next: page.next, total: page.total };
  }
}
