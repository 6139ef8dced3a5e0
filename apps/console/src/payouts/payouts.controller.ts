import { Readable } from 'node:stream';
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
  StreamableFile,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { readQuery } from '../http/read-query';
import { CommandDto } from '../log/log-dto';
import { PayoutDesk } from './payout-desk';
import { BringInBody, PayoutCsvQuery, PayoutDto, PayoutListQuery, PayoutPageDto, PayoutPartsQuery } from './payout.dto';
import { payoutsCsv } from './payouts-csv';

@ApiTags('payouts')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company')
export class PayoutsController {
  constructor(@Inject(PayoutDesk) private readonly desk: PayoutDesk) {}

  @Get('payouts')
  @ApiQuery({ type: PayoutListQuery })
  @ApiOkResponse({ type: PayoutPageDto })
  list(@Param('company') tenant: string, @Query() query: object): Promise<PayoutPageDto> {
    return this.desk.list(tenant, readQuery(PayoutListQuery, query));
  }

  @Get('payouts.csv')
  @ApiQuery({ type: PayoutCsvQuery })
  @ApiProduces('text/csv')
  async csv(@Param('company') tenant: string, @Query() query: object): Promise<StreamableFile> {
    const { month } = readQuery(PayoutCsvQuery, query);
    const lines = await payoutsCsv(this.desk, tenant, month);
    return new StreamableFile(Readable.from(lines), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="payouts${month === undefined ? '' : `-${month}`}.csv"`,
    });
  }

  @Get('payouts/:id')
  @ApiQuery({ type: PayoutPartsQuery })
  @ApiOkResponse({ type: PayoutDto })
  show(@Param('company') tenant: string, @Param('id') id: string, @Query() query: object): Promise<PayoutDto> {
    return this.desk.show(tenant, id, readQuery(PayoutPartsQuery, query));
  }

  @Post('payouts/:id/bring-in')
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

  @Post('payouts/:id/close')
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

  @Post('payouts/:id/reopen')
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
