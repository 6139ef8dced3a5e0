import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
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
import { SettingsDesk } from './settings-desk';
import { SettingsCheckDto, SettingsDto, SettingsPatch } from './settings.dto';

@ApiTags('settings')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/settings')
export class SettingsController {
  constructor(@Inject(SettingsDesk) private readonly desk: SettingsDesk) {}

  @Get()
  @ApiOkResponse({ type: SettingsDto })
  async show(@Param('company') tenant: string, @Res({ passthrough: true }) response: Response): Promise<SettingsDto> {
    return tagged(response, await this.desk.show(tenant));
  }

  @Patch()
  @ApiHeader({ name: 'If-Match', required: false })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiBody({ type: SettingsPatch })
  @ApiOkResponse({ type: SettingsDto })
  async save(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: CallerRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SettingsDto> {
    const patch = readBody(SettingsPatch, body);
    return tagged(response, await this.desk.save(tenant, patch, request.caller.kind, expectedVersion(ifMatch)));
  }

  @Post('check')
  @HttpCode(200)
  @ApiBody({ type: SettingsPatch })
  @ApiOkResponse({ type: SettingsCheckDto })
  check(@Param('company') tenant: string, @Body() body: unknown): Promise<SettingsCheckDto> {
    return this.desk.check(tenant, readBody(SettingsPatch, body));
  }
}

function tagged(response: Response, settings: SettingsDto): SettingsDto {
  response.setHeader('etag', etagOf(settings.version));
  return settings;
}
