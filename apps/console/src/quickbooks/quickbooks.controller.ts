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
  ApiNoContentResponse,
  ApiOkResponse,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { BearerGuard, type CallerRequest } from '../http/bearer.guard';
import { IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { readBody } from '../http/read-body';
import { readQuery } from '../http/read-query';
import { QuickBooksDesk } from './quickbooks-desk';
import {
  AccountBody,
  AccountsDto,
  AccountsQuery,
  AccountWantedDto,
  PreferencesDto,
  TaxCodeBody,
  TaxCodesDto,
  ToClassifyDto,
} from './quickbooks.dto';
import { ToClassifyDesk } from './to-classify-desk';

@ApiTags('quickbooks')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company/quickbooks')
export class QuickBooksController {
  constructor(
    @Inject(QuickBooksDesk) private readonly desk: QuickBooksDesk,
    @Inject(ToClassifyDesk) private readonly family: ToClassifyDesk,
  ) {}

  @Get('accounts')
  @ApiQuery({ type: AccountsQuery })
  @ApiOkResponse({ type: AccountsDto })
  accounts(@Param('company') tenant: string, @Query() query: object): Promise<AccountsDto> {
    return this.desk.accounts(tenant, readQuery(AccountsQuery, query).use);
  }

  @Post('accounts')
  @HttpCode(202)
  @ApiBody({ type: AccountBody })
  @ApiAcceptedResponse({ type: AccountWantedDto })
  wantAccount(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Req() request: CallerRequest,
  ): Promise<AccountWantedDto> {
    return this.desk.wantAccount(tenant, readBody(AccountBody, body).template, request.caller.kind);
  }

  @Get('tax-codes')
  @ApiOkResponse({ type: TaxCodesDto })
  taxCodes(@Param('company') tenant: string): Promise<TaxCodesDto> {
    return this.desk.taxCodes(tenant);
  }

  /** QuickBooks lets no app delete what this makes: `GET tax-codes` says so before. */
  @Post('tax-codes')
  @HttpCode(202)
  @ApiBody({ type: TaxCodeBody })
  @ApiAcceptedResponse({ type: ToClassifyDto })
  wantTaxCodes(
    @Param('company') tenant: string,
    @Body() body: unknown,
    @Req() request: CallerRequest,
  ): Promise<ToClassifyDto> {
    return this.family.want(tenant, readBody(TaxCodeBody, body).template, request.caller.kind);
  }

  @Get('preferences')
  @ApiOkResponse({ type: PreferencesDto })
  preferences(@Param('company') tenant: string): Promise<PreferencesDto> {
    return this.desk.preferences(tenant);
  }

  @Post('refresh')
  @HttpCode(204)
  @ApiNoContentResponse()
  refresh(@Param('company') tenant: string, @Req() request: CallerRequest): Promise<void> {
    return this.desk.refresh(tenant, request.caller.kind);
  }
}
