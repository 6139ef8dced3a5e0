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
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { readQuery } from '../http/read-query';
import { MatchDesk } from './match-desk';
import {
  MatchChoiceBody,
  MatchDecidedDto,
  MatchKindBody,
  MatchListQuery,
  MatchPageDto,
  MatchStateDto,
  MatchUndoBody,
  MatchUndoneDto,
} from './matches.dto';

@ApiTags('matches')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/matches')
export class MatchesController {
  constructor(@Inject(MatchDesk) private readonly desk: MatchDesk) {}

  @Get()
  @ApiQuery({ type: MatchListQuery })
  @ApiOkResponse({ type: MatchPageDto })
  list(@Param('company') tenant: string, @Query() query: object): Promise<MatchPageDto> {
    return this.desk.list(tenant, readQuery(MatchListQuery, query));
  }

  @Get('state')
  @ApiQuery({ type: MatchKindBody })
  @ApiOkResponse({ type: MatchStateDto })
  state(@Param('company') tenant: string, @Query() query: object): Promise<MatchStateDto> {
    return this.desk.state(tenant, readQuery(MatchKindBody, query).kind);
  }

  @Post('read')
  @HttpCode(202)
  @ApiBody({ type: MatchKindBody })
  @ApiAcceptedResponse({ type: MatchStateDto })
  read(@Param('company') tenant: string, @Body() body: unknown, @Req() request: CallerRequest): Promise<MatchStateDto> {
    return this.desk.read(tenant, readBody(MatchKindBody, body).kind, request.caller.kind);
  }

  @Post('decide')
  @HttpCode(200)
  @ApiBody({ type: MatchChoiceBody })
  @ApiOkResponse({ type: MatchDecidedDto })
  decide(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Req() request: CallerRequest,
  ): Promise<MatchDecidedDto> {
    return this.desk.decide(tenant, readBody(MatchChoiceBody, body), request.caller.kind);
  }

  /** Takes a decision back, where it was not applied. */
  @Post('undo')
  @HttpCode(200)
  @ApiBody({ type: MatchUndoBody })
  @ApiOkResponse({ type: MatchUndoneDto })
  undo(@Param('company') tenant: string, @Body() body: unknown): Promise<MatchUndoneDto> {
    const { kind, undoToken } = readBody(MatchUndoBody, body);
    return this.desk.undo(tenant, kind, undoToken);
  }

  @Post('apply')
  @HttpCode(202)
  @ApiBody({ type: MatchKindBody })
  @ApiAcceptedResponse({ type: MatchStateDto })
  apply(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Req() request: CallerRequest,
  ): Promise<MatchStateDto> {
    return this.desk.apply(tenant, readBody(MatchKindBody, body).kind, request.caller.kind);
  }
}
