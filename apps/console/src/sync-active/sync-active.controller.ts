import { Body, Controller, Get, Inject, Param, Put, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { SyncActiveBody, SyncActiveDto } from './sync-active.dto';
import { SyncSwitch } from './sync-switch';

@ApiTags('sync-active')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/sync-active')
export class SyncActiveController {
  constructor(@Inject(SyncSwitch) private readonly sync: SyncSwitch) {}

  @Get()
  @ApiOkResponse({ type: SyncActiveDto })
  show(@Param('company') tenant: string): Promise<SyncActiveDto> {
    return this.sync.show(tenant);
  }

  @Put()
  @ApiBody({ type: SyncActiveBody })
  @ApiOkResponse({ type: SyncActiveDto })
  turn(@Param('company') tenant: string, @Body() body: unknown, @Req() request: CallerRequest): Promise<SyncActiveDto> {
    return this.sync.turn(tenant, readBody(SyncActiveBody, body), request.caller.kind);
  }
}
