import { Readable } from 'node:stream';
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
  StreamableFile,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { listIn } from '../http/is-list-of';
import { PageQuery, positionOf, refAfter } from '../http/page-query';
import { readBody } from '../http/read-body';
import { readQuery } from '../http/read-query';
import { resultCsv } from './result-csv';
import { RunBody, RunChoiceBody, RunDecidedDto, RunDto, RunRecordListQuery, RunRecordsDto, RunsDto } from './run.dto';
import { Runs } from './runs';

@ApiTags('runs')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/runs')
export class RunsController {
  constructor(
    @Inject(Runs) private readonly runs: Runs,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  @Get()
  @ApiQuery({ type: PageQuery })
  @ApiOkResponse({ type: RunsDto })
  list(@Param('company') tenant: string, @Query() query: object): Promise<RunsDto> {
    const { limit, cursor } = readQuery(PageQuery, query);
    return this.runs.list(tenant, limit, positionOf(cursor));
  }

  @Post()
  @ApiOperation({ summary: 'Begins a preview; it changes nothing' })
  @ApiBody({ type: RunBody })
  @ApiOkResponse({ type: RunDto })
  make(@Param('company') tenant: string, @Body() body: unknown, @Req() request: CallerRequest): Promise<RunDto> {
    return this.runs.make(tenant, readBody(RunBody, body), request.caller.kind);
  }

  @Get(':id')
  @ApiOkResponse({ type: RunDto })
  show(@Param('company') tenant: string, @Param('id') id: string): Promise<RunDto> {
    return this.runs.show(tenant, id);
  }

  @Get(':id/records')
  @ApiOperation({ summary: 'What the preview found, record by record' })
  @ApiQuery({ type: RunRecordListQuery })
  @ApiOkResponse({ type: RunRecordsDto })
  records(@Param('company') tenant: string, @Param('id') id: string, @Query() query: object): Promise<RunRecordsDto> {
    const { limit, cursor, finding } = readQuery(RunRecordListQuery, query);
    return this.runs.records(tenant, id, listIn(finding), limit, refAfter(cursor));
  }

  @Get(':id/result.csv')
  @ApiProduces('text/csv')
  async result(@Param('company') tenant: string, @Param('id') id: string): Promise<StreamableFile> {
    const run = await this.runs.of(tenant, id);
    const disposition = `attachment; filename="${run.kind}-${run.madeAt.toISOString().slice(0, 10)}.csv"`;
    return new StreamableFile(Readable.from(resultCsv(this.dataSource, run)), {
      type: 'text/csv; charset=utf-8',
      disposition,
    });
  }

  @Post(':id/decide')
  @HttpCode(200)
  @ApiOperation({ summary: 'What QuickBooks has already: link it, or leave it out' })
  @ApiBody({ type: RunChoiceBody })
  @ApiOkResponse({ type: RunDecidedDto })
  async decide(
    @Param('company') tenant: string,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<RunDecidedDto> {
    return { changed: await this.runs.decide(tenant, id, readBody(RunChoiceBody, body)) };
  }

  @Post(':id/start')
  @HttpCode(200)
  @ApiOkResponse({ type: RunDto })
  start(@Param('company') tenant: string, @Param('id') id: string): Promise<RunDto> {
    return this.runs.start(tenant, id);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @ApiOkResponse({ type: RunDto })
  pause(@Param('company') tenant: string, @Param('id') id: string): Promise<RunDto> {
    return this.runs.pause(tenant, id);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOkResponse({ type: RunDto })
  resume(@Param('company') tenant: string, @Param('id') id: string): Promise<RunDto> {
    return this.runs.resume(tenant, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'What is in QuickBooks stays; the rest is left out' })
  @ApiOkResponse({ type: RunDto })
  cancel(@Param('company') tenant: string, @Param('id') id: string): Promise<RunDto> {
    return this.runs.cancel(tenant, id);
  }
}
