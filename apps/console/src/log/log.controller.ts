import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiBody, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { CommandDesk } from '../commands/command-desk';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { Problem } from '../http/problem';
import { CompanyConditions } from '../connection/company-conditions';
import { CommandDto, LogCountsDto, LogPageDto, RawDto, ResolveBody, StoryDto } from './log-dto';
import { LogListQuery } from './log-list.dto';
import { readList } from './read-list';
import { chosenOn } from './resolve';
import { LogQuery } from './log-query';
import type { LogRowEntity } from './log-row.entity';
import { rowView } from './row-view';
import { StoryReader } from './story-reader';

@ApiTags('log')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/log')
export class LogController {
  constructor(
    @Inject(LogQuery) private readonly log: LogQuery,
    @Inject(StoryReader) private readonly stories: StoryReader,
    @Inject(CompanyConditions) private readonly conditions: CompanyConditions,
    @Inject(CommandDesk) private readonly commands: CommandDesk,
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

  /** A person answers a record that waits for one; the owning service does it, and its row moves. */
  @Post(':id/resolve')
  @HttpCode(202)
  @ApiBody({ type: ResolveBody })
  @ApiAcceptedResponse({ type: CommandDto })
  async resolve(
    @Param('company') tenant: string,
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: CallerRequest,
  ): Promise<CommandDto> {
    const { choice, revision: seen } = readBody(ResolveBody, body);
    const row = await this.row(tenant, id);
    const revision = chosenOn(row, choice, seen);
    const by = request.caller.kind;
    return { commandId: await this.commands.send({ kind: 'resolve', tenant, ref: row.ref, revision, choice, by }) };
  }

  private async row(tenant: string, id: string): Promise<LogRowEntity> {
    const row = await this.log.row(tenant, id);
    if (row === null) throw new Problem('not_found');
    return row;
  }
}
