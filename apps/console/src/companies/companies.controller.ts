import { Body, Controller, Get, HttpCode, Inject, Param, Put, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BearerGuard, OperatorOnly } from '../http/bearer.guard';
import { AnsweredAnew, IdempotencyInterceptor } from '../http/idempotency.interceptor';
import { Companies } from './companies';
import { CompanyBody, CompanyDto, MadeCompanyDto } from './company.dto';

@ApiTags('companies')
@ApiBearerAuth()
@UseGuards(BearerGuard)
@UseInterceptors(IdempotencyInterceptor)
@Controller('api/v1/companies/:company')
export class CompaniesController {
  constructor(@Inject(Companies) private readonly companies: Companies) {}

  @Put()
  @AnsweredAnew()
  @HttpCode(200)
  @OperatorOnly()
  @ApiBody({ type: CompanyBody })
  @ApiOkResponse({ type: MadeCompanyDto })
  make(@Param('company') id: string, @Body() body: unknown): Promise<MadeCompanyDto> {
    return this.companies.make(id, body);
  }

  @Get()
  @ApiOkResponse({ type: CompanyDto })
  show(@Param('company') id: string): Promise<CompanyDto> {
    return this.companies.show(id);
  }
}
