import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GatewayClient } from '../connection/gateway-client';
import { BearerGuard, OperatorOnly } from '../http/bearer.guard';
import { Problem } from '../http/problem';
import { CompanyStandingsDto, OperationDto, OperationsDto } from './operations.dto';
import { Operations } from './operations';

@ApiTags('operations')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@OperatorOnly()
@Controller('api/v1/operations')
export class OperationsController {
  constructor(
    @Inject(Operations) private readonly operations: Operations,
    @Inject(GatewayClient) private readonly gateway: GatewayClient,
  ) {}

  @Get('replays')
  @ApiOperation({ summary: 'Replays in every service, the newest first' })
  @ApiOkResponse({ type: OperationsDto })
  async list(): Promise<OperationsDto> {
    return { items: await this.operations.list('replay') };
  }

  @Get('redecisions')
  @ApiOperation({ summary: 'Commands to decide the records of a company again, in every service, the newest first' })
  @ApiOkResponse({ type: OperationsDto })
  async redecisions(): Promise<OperationsDto> {
    return { items: await this.operations.list('redecide') };
  }

  @Get(['replays/:command', 'redecisions/:command'])
  @ApiOperation({ summary: 'One command in every service; of a dry run what would change' })
  @ApiOkResponse({ type: [OperationDto] })
  async show(@Param('command') commandId: string): Promise<OperationsDto> {
    const items = await this.operations.of(commandId);
    if (items.length === 0) throw new Problem('not_found');
    return { items };
  }

  @Get('companies')
  @ApiOperation({ summary: 'How things stand for every company that was ever connected; who waits longest first' })
  @ApiOkResponse({ type: CompanyStandingsDto })
  async companies(): Promise<CompanyStandingsDto> {
    const answer = await this.gateway.standings();
    if (!answer.ok) throw new Problem('gateway_unavailable');
    return { items: answer.value.companies };
  }
}
