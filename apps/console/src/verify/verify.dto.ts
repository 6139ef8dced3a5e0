import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MinLength } from 'class-validator';
import { CodedDto, MoneyDto } from '../log/log-dto';
import { CHECK_CODES } from './check';

/** Body of `POST /verify`. */
export class VerifyBody {
  @ApiProperty({ description: 'Run a Call’s id of the invoice.', example: 'inv_1041' })
  @IsString()
  @Matches(/^[\w-]{1,100}$/, { message: 'invoiceId must be the id of an invoice' })
  invoiceId: string;
}

/** Body of `POST /verify/override`. */
export class OverrideBody {
  @ApiProperty({ description: 'Why it may go on without; kept.', minLength: 10 })
  @IsString()
  @MinLength(10)
  @Matches(/\S.{8,}\S/s, { message: 'reason must say why, in 10 characters or more' })
  reason: string;
}

class CheckDto {
  @ApiProperty({ enum: CHECK_CODES }) code: string;
  @ApiProperty({ enum: ['passed', 'failed', 'waiting'] }) state: string;
  @ApiProperty({ type: String, nullable: true, description: 'As QuickBooks has it.' }) found: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'By Run a Call and the settings in force.' })
  expected: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Key of the setting that causes a failure.' })
  setting: string | null;
}

class VerifiedInvoiceDto {
  @ApiProperty() id: string;
  @ApiProperty() number: string;
  @ApiProperty({ type: String, nullable: true }) party: string | null;
  @ApiProperty({ type: MoneyDto }) total: MoneyDto;
  @ApiProperty({ type: String, nullable: true }) quickbooksId: string | null;
}

class OverrideDto {
  @ApiProperty() by: string;
  @ApiProperty() at: string;
  @ApiProperty() reason: string;
}

export class VerifyDto {
  @ApiProperty({ description: 'One invoice passed all four checks in these books.' }) passed: boolean;
  @ApiPropertyOptional({ type: OverrideDto }) override?: OverrideDto;
  @ApiProperty({ type: VerifiedInvoiceDto, nullable: true }) invoice: VerifiedInvoiceDto | null;
  @ApiProperty({ type: [CheckDto] }) checks: readonly CheckDto[];
  @ApiPropertyOptional({ type: CodedDto, description: 'What keeps the invoice from QuickBooks.' }) stopped?: CodedDto;
  @ApiPropertyOptional() by?: string;
  @ApiPropertyOptional() at?: string;
  @ApiPropertyOptional({ description: 'Settings the checks compared with.' }) settingsVersion?: number;
}

export class CandidateDto {
  @ApiProperty() id: string;
  @ApiProperty() number: string;
  @ApiProperty({ type: MoneyDto }) total: MoneyDto;
  @ApiProperty() issuedOn: string;
  @ApiProperty() taxed: boolean;
  @ApiProperty() paid: boolean;
  @ApiProperty({ description: 'Different income accounts its lines map to.' }) accounts: number;
}

export class CandidatesDto {
  @ApiProperty({ type: [CandidateDto] }) items: readonly CandidateDto[];
}
