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
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { PageQuery } from '../http/page-query';
import { readBody } from '../http/read-body';
import { readQuery } from '../http/read-query';
import { CommandDto } from '../log/log-dto';
import { PayoutDesk } from './payout-desk';
import { BringInBody, PayoutDto, PayoutPageDto, PayoutPartsQuery } from './payout.dto';

@ApiTags('payouts')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/payouts')
export class PayoutsController {
  constructor(@Inject(PayoutDesk) private readonly desk: PayoutDesk) {}

  @Get()
  @ApiQuery({ type: PageQuery })
  @ApiOkResponse({ type: PayoutPageDto })
  list(@Param('company') tenant: string, @Query() query: object): Promise<PayoutPageDto> {
    return this.desk.list(tenant, readQuery(PageQuery, query));
  }

  @Get(':id')
  @ApiQuery({ type: PayoutPartsQuery })
  @ApiOkResponse({ type: PayoutDto })
  show(@Param('company') tenant: string, @Param('id') id: string, @Query() query: object): Promise<PayoutDto> {
    return this.desk.show(tenant, id, readQuery(PayoutPartsQuery, query));
  }

  @Post(':id/bring-in')
  @HttpCode(202)
  @ApiOperation({ summary: 'Names the account of a part that is missing; the payout posts once all are there' })
  @ApiBody({ type: BringInBody })
  @ApiAcceptedResponse({ type: CommandDto })
  async bringIn(
    @Param('company') tenant: string,
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() { caller }: CallerRequest,
  ): Promise<CommandDto> {
    return { commandId: await this.desk.bringIn(tenant, id, readBody(BringInBody, body), caller.kind) };
  }

  @Post(':id/close')
  @HttpCode(202)
  @ApiOperation({ summary: 'Handled in QuickBooks' })
  @ApiAcceptedResponse({ type: CommandDto })
  async close(
    @Param('company') tenant: string,
    @Param('id') id: string,
    @Req() { caller }: CallerRequest,
  ): Promise<CommandDto> {
    return { commandId: await this.desk.close(tenant, id, caller.kind) };
  }

  @Post(':id/reopen')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: CommandDto })
  async reopen(
    @Param('company') tenant: string,
    @Param('id') id: string,
    @Req() { caller }: CallerRequest,
  ): Promise<CommandDto> {
    return { commandId: await this.desk.reopen(tenant, id, caller.kind) };
  }
}
