import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { Problem } from '../http/problem';
import { readBody } from '../http/read-body';
import { VerifyDesk } from './verify-desk';
import { CandidatesDto, OverrideBody, VerifyBody, VerifyDto } from './verify.dto';

@ApiTags('verify')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/verify')
export class VerifyController {
  constructor(@Inject(VerifyDesk) private readonly desk: VerifyDesk) {}

  @Get()
  @ApiOkResponse({ type: VerifyDto })
  show(@Param('company') tenant: string): Promise<VerifyDto> {
    return this.desk.show(tenant);
  }

  @Get('candidates')
  @ApiOperation({ summary: 'Recent invoices to verify with, best first' })
  @ApiOkResponse({ type: CandidatesDto })
  candidates(@Param('company') tenant: string): Promise<CandidatesDto> {
    return this.desk.candidates(tenant);
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Sends one invoice and its payments, while Sync active is off too, and reads them back' })
  @ApiBody({ type: VerifyBody })
  @ApiAcceptedResponse({ type: VerifyDto })
  start(@Param('company') tenant: string, @Body() body: unknown, @Req() request: CallerRequest): Promise<VerifyDto> {
    return this.desk.start(tenant, readBody(VerifyBody, body).invoiceId, request.caller.kind);
  }

  /** The company's own word: an operator cannot give it. */
  @Post('override')
  @HttpCode(200)
  @ApiBody({ type: OverrideBody })
  @ApiOkResponse({ type: VerifyDto })
  override(@Param('company') tenant: string, @Body() body: unknown, @Req() request: CallerRequest): Promise<VerifyDto> {
    if (request.caller.kind !== 'company') throw new Problem('owner_only');
    return this.desk.override(tenant, readBody(OverrideBody, body).reason, request.caller.kind);
  }
}
