import {
  Body,
  Controller,
  Get,
  Headers,
  Inject,
  Param,
  Put,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { etagOf, expectedVersion } from '../http/etag';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { SyncActiveBody, SyncActiveDto } from './sync-active.dto';
import { SyncSwitch, type VersionedView } from './sync-switch';

@ApiTags('sync-active')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/sync-active')
export class SyncActiveController {
  constructor(@Inject(SyncSwitch) private readonly sync: SyncSwitch) {}

  @Get()
  @ApiOkResponse({ type: SyncActiveDto })
  async show(@Param('company') tenant: string, @Res({ passthrough: true }) response: Response): Promise<SyncActiveDto> {
    return tagged(response, await this.sync.show(tenant));
  }

  @Put()
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiBody({ type: SyncActiveBody })
  @ApiOkResponse({ type: SyncActiveDto })
  async turn(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: CallerRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SyncActiveDto> {
    const wanted = readBody(SyncActiveBody, body);
    return tagged(response, await this.sync.turn(tenant, wanted, request.caller.kind, expectedVersion(ifMatch)));
  }
}

function tagged(response: Response, { version, view }: VersionedView): SyncActiveDto {
  response.setHeader('etag', etagOf(version));
  return view;
}
