import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import {
  BackfillMatchQuery,
  BackfillPreviewQuery,
  type BackfillMatch,
  type BackfillPage,
} from '@qbo-sync/contracts/internal/backfill';
import { check } from '@qbo-sync/contracts/validation';
import { OperatorGuard } from '../internal/operator.guard';
import { Problem, tenantOfPath } from '../internal/problem';
import { BackfillReader } from './backfill-reader';

/** For our own console, before older records are brought in. Everything here only reads. */
@Controller('internal/companies/:tenant/backfill')
@UseGuards(OperatorGuard)
export class BackfillController {
  constructor(@Inject(BackfillReader) private readonly reader: BackfillReader) {}

  @Post('preview')
  @HttpCode(200)
  preview(@Param('tenant') tenant: string, @Body() body: unknown): Promise<BackfillPage> {
    return this.reader.preview(tenantOfPath(tenant), checked(BackfillPreviewQuery, body));
  }

  @Post('matches')
  @HttpCode(200)
  async matches(
    @Param('tenant') tenant: string,
    @Body() body: unknown,
  ): Promise<{ readonly matches: readonly BackfillMatch[] }> {
    return { matches: await this.reader.matches(tenantOfPath(tenant), checked(BackfillMatchQuery, body)) };
  }
}

function checked<T extends object>(dto: new () => T, body: unknown): T {
  const result = check(dto, body);
  if (!result.ok) throw new Problem(400, result.fault.code, `${result.fault.path} ${result.fault.message}`);
  return result.value;
}
