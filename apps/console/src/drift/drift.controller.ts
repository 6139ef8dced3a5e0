import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { positionOf } from '../http/page-query';
import { isProblemCode, PROBLEMS } from '../http/problem';
import { readQuery } from '../http/read-query';
import { DriftDesk } from './drift-desk';
import { DriftDto, type DriftReportDto, DriftRowsDto, DriftRowsQuery } from './drift.dto';
import type { DriftReport } from './drift-store';

@ApiTags('drift')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/drift')
export class DriftController {
  constructor(@Inject(DriftDesk) private readonly desk: DriftDesk) {}

  @Get()
  @ApiOperation({ summary: 'The newest report, and the last that was done: the books against Run a Call' })
  @ApiOkResponse({ type: DriftDto })
  async show(@Param('company') tenant: string): Promise<DriftDto> {
    return this.standing(tenant, await this.desk.newest(tenant));
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Makes a report now; it only reads. One under way is gone on with' })
  @ApiAcceptedResponse({ type: DriftDto })
  async start(@Param('company') tenant: string, @Req() request: CallerRequest): Promise<DriftDto> {
    return this.standing(tenant, await this.desk.start(tenant, request.caller.kind));
  }

  /** Beside one that is under way or failed stands the last that was done. */
  private async standing(tenant: string, newest: DriftReport | null): Promise<DriftDto> {
    const lastDone = newest === null || newest.state === 'done' ? null : await this.desk.newestDone(tenant);
    return { ...viewOf(newest), ...(lastDone === null ? {} : { lastDone: viewOf(lastDone) }) };
  }

  @Get('rows')
  @ApiOperation({ summary: 'Every difference with both figures: documents, then accounts, then what customers owe' })
  @ApiQuery({ type: DriftRowsQuery })
  @ApiOkResponse({ type: DriftRowsDto })
  async rows(@Param('company') tenant: string, @Query() query: object): Promise<DriftRowsDto> {
    const { report, cursor, limit } = readQuery(DriftRowsQuery, query);
    const { rows, next } = await this.desk.rows(tenant, report, positionOf(cursor), limit);
    return { items: rows, next, total: null };
  }
}

function viewOf(report: DriftReport | null): DriftReportDto {
  if (report === null) {
    return { id: null, state: 'none', documents: 0, differing: 0, byCause: {}, accounts: [], reads: 0 };
  }
  const { id, state, code, askedBy, startedAt, finishedAt, nextTryAt, result } = report;
  return {
    ...{ id, state, by: askedBy, try: report.try, startedAt: startedAt.toISOString() },
    ...(code === null ? {} : { code, text: sentenceOf(code) }),
    ...(nextTryAt === null ? {} : { nextTryAt: nextTryAt.toISOString() }),
    ...(finishedAt === null ? {} : { finishedAt: finishedAt.toISOString() }),
    ...result,
  };
}

/** A code of a newer version than ours is shown as it is. */
function sentenceOf(code: string): string {
  if (code === 'stopped') return 'The report ended before it was done.';
  return isProblemCode(code) ? PROBLEMS[code].title : code;
}
