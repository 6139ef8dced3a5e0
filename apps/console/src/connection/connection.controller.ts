import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { AuthorizeUrlDto, ConnectionDto, FreshStartBody } from './connection.dto';
import { Connections } from './connections';

@ApiTags('connection')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/connection')
export class ConnectionController {
  constructor(@Inject(Connections) private readonly connections: Connections) {}

  @Get()
  @ApiOkResponse({ type: ConnectionDto })
  show(@Param('company') tenant: string): Promise<ConnectionDto> {
    return this.connections.show(tenant);
  }

  @Post('start')
  @HttpCode(200)
  @ApiOkResponse({ type: AuthorizeUrlDto })
  start(@Param('company') tenant: string, @Req() request: CallerRequest): Promise<AuthorizeUrlDto> {
    return this.connections.start(tenant, request.caller.kind);
  }

  @Post('fresh-start')
  @HttpCode(200)
  @ApiBody({ type: FreshStartBody })
  @ApiOkResponse({ type: ConnectionDto })
  freshStart(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Req() request: CallerRequest,
  ): Promise<ConnectionDto> {
    return this.connections.freshStart(tenant, readBody(FreshStartBody, body).name, request.caller.kind);
  }

  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Revoked at Intuit. Links and settings stay.' })
  disconnect(@Param('company') tenant: string): Promise<void> {
    return this.connections.disconnect(tenant);
  }
}
