import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { CodedDto } from '../log/log-dto';
import { ACCOUNT_USES } from '../settings/settings-table';

const USES = Object.keys(ACCOUNT_USES);

/** Query of `GET /quickbooks/accounts`. */
export class AccountsQuery {
  @ApiPropertyOptional({ enum: USES, description: 'Only accounts that fit it.' })
  @IsOptional()
  @IsIn(USES)
  use?: string;
}

class AccountDto {
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

class TaxCodeDto {
  @ApiProperty() id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: String, nullable: true, description: 'Sum of its sales rates.' }) percentage: string | null;
  @ApiProperty() taxable: boolean;
  @ApiProperty() active: boolean;
}

/** One record of the family "To classify". */
export class FamilyRecordDto {
  @ApiProperty({ example: 'tax-code:8.25' }) ref: string;
  @ApiProperty({ example: 'To classify 8.25%' }) name: string;
  @ApiProperty({ enum: ['not_made', 'asked', 'refused', 'made'] }) state: string;
  @ApiPropertyOptional({ type: CodedDto, description: 'Why QuickBooks refused it.' }) reason?: CodedDto;
}

/** The family "To classify": what one click makes in QuickBooks, and what to know before it. */
export class ToClassifyDto {
  @ApiProperty({ example: 'to_classify' }) template: string;
  @ApiProperty({ example: 'tax.defaultCode', description: 'Takes the family once QuickBooks has it.' }) setting: string;
  @ApiProperty({ type: [CodedDto], description: 'To be said before the click.' }) notes: readonly CodedDto[];
  @ApiProperty({ type: [FamilyRecordDto] }) records: readonly FamilyRecordDto[];
}

export class TaxCodesDto {
  @ApiProperty({ type: [TaxCodeDto] }) items: readonly TaxCodeDto[];
  @ApiProperty() fetchedAt: string;
  @ApiProperty({ type: ToClassifyDto }) toClassify: ToClassifyDto;
}

/** Body of `POST /quickbooks/tax-codes`. */
export class TaxCodeBody {
  @ApiProperty({ enum: ['to_classify'] }) @IsString() template: string;
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
