import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { BearerGuard } from '../http/bearer.guard';
import { Problem } from '../http/problem';
import { CompanyConditions } from '../connection/company-conditions';
import { LogCountsDto, LogPageDto, RawDto, StoryDto } from './log-dto';
import { LogListQuery } from './log-list.dto';
import { readList } from './read-list';
import { LogQuery } from './log-query';
import type { LogRowEntity } from './log-row.entity';
import { rowView } from './row-view';
import { StoryReader } from './story-reader';

@ApiTags('log')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@Controller('api/v1/companies/:company/log')
export class LogController {
  constructor(
    @Inject(LogQuery) private readonly log: LogQuery,
    @Inject(StoryReader) private readonly stories: StoryReader,
    @Inject(CompanyConditions) private readonly conditions: CompanyConditions,
  ) {}

  @Get()
  @ApiQuery({ type: LogListQuery })
  @ApiOkResponse({ type: LogPageDto })
  async list(@Param('company') tenant: string, @Query() query: object): Promise<LogPageDto> {
    const { filter, limit, before } = readList(query);
    const [page, condition] = await Promise.all([
      this.log.page({ tenant }, filter, limit, before),
      this.conditions.of(tenant),
    ]);
    return { items: page.rows.map((row) => rowView(row, condition)), next: page.next, total: page.total };
  }

  @Get('counts')
  @ApiOkResponse({ type: LogCountsDto })
  counts(@Param('company') tenant: string): Promise<LogCountsDto> {
    return this.log.counts(tenant);
  }

  @Get(':id')
  @ApiOkResponse({ type: StoryDto })
  async story(@Param('company') tenant: string, @Param('id') id: string): Promise<StoryDto> {
    return this.stories.story(await this.row(tenant, id), await this.conditions.of(tenant));
  }

  @Get(':id/raw')
  @ApiOkResponse({ type: RawDto })
  async raw(@Param('company') tenant: string, @Param('id') id: string): Promise<RawDto> {
    return this.stories.raw(await this.row(tenant, id));
  }

  private async row(tenant: string, id: string): Promise<LogRowEntity> {
    const row = await this.log.row(tenant, id);
    if (row === null) throw new Problem('not_found');
    return row;
  }
}
