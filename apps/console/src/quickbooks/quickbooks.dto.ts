import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';

export class AccountDto {
  @ApiProperty() id: string;
  @ApiProperty() name: string;
  @ApiProperty({ example: 'Income:Service revenue' }) path: string;
  @ApiProperty({ type: String, nullable: true }) number: string | null;
  @ApiProperty({ example: 'Other Current Asset' }) type: string;
  @ApiProperty() subType: string;
  @ApiProperty() active: boolean;
}

export class AccountsDto {
  @ApiProperty({ type: [AccountDto] }) items: readonly AccountDto[];
  @ApiProperty() fetchedAt: string;
}

export class TaxCodeDto {
  @ApiProperty() id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: String, nullable: true, description: 'Sum of its sales rates.' }) percentage: string | null;
  @ApiProperty() taxable: boolean;
  @ApiProperty() active: boolean;
}

export class TaxCodesDto {
  @ApiProperty({ type: [TaxCodeDto] }) items: readonly TaxCodeDto[];
  @ApiProperty() fetchedAt: string;
}

/** Body of `POST /quickbooks/accounts`. */
export class AccountBody {
  @ApiProperty({ example: 'stripe-clearing', description: 'A role of the accounts we make.' })
  @IsString()
  template: string;
}

export class AccountWantedDto {
  @ApiProperty({ example: 'account:stripe-clearing' }) ref: string;
  @ApiPropertyOptional({ example: 'payments.clearingAccount', description: 'Takes the account if it is empty then.' })
  setting?: string;
}

export class PreferencesDto {
  @ApiProperty({ nullable: true, type: 'object', additionalProperties: true }) profile: object | null;
}
