import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';

/** Body of `PUT /api/v1/companies/{id}`. */
export class CompanyBody {
  @ApiProperty({ example: 'Acme Heating' }) @IsString() @Length(1, 200) name: string;
  @ApiProperty({ example: 'America/Chicago', description: 'IANA zone.' }) @IsString() @Length(1, 60) timeZone: string;
  @ApiProperty({ example: 'USD' }) @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code' }) currency: string;
  @ApiProperty({ example: 'US' }) @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166 code' }) country: string;
  @ApiPropertyOptional({ example: 'acct_1N' })
  @IsOptional()
  @Matches(/^acct_[A-Za-z0-9]+$/, { message: 'must be a Stripe account id' })
  stripeAccount?: string | null;
}

export class CompanyDto {
  @ApiProperty() id: string;
  @ApiProperty() name: string;
  @ApiProperty() timeZone: string;
  @ApiProperty() currency: string;
  @ApiProperty() country: string;
  @ApiProperty({ type: String, nullable: true }) stripeAccount: string | null;
}

export class MadeCompanyDto extends CompanyDto {
  @ApiProperty({ description: 'The company’s own bearer token; the same whenever it is asked for.' }) token: string;
}
