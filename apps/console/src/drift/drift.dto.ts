import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { PageQuery } from '../http/page-query';
import { QuickBooksLinkDto } from '../log/log-dto';
import { DRIFT_CAUSES } from './compare';

/** Query of `GET /drift/rows`. */
export class DriftRowsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'A report; without it the newest that was done.' })
  @IsOptional()
  @IsString()
  report?: string;
}

class DriftAccountDto {
  @ApiProperty({ description: '`receivable`, `tax`, `unposted` or QuickBooks’ id.' }) account: string;
  @ApiProperty() name: string;
  @ApiProperty({ description: 'By Run a Call; a debit is positive.' }) expected: string;
  @ApiProperty({ description: 'In our documents as QuickBooks has them.' }) found: string;
  @ApiProperty() difference: string;
  @ApiProperty({ description: 'Moved by documents that people entered: no difference.' }) others: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) byCause: object;
}

export class DriftReportDto {
  @ApiProperty({ type: String, nullable: true }) id: string | null;
  @ApiProperty({ enum: ['none', 'running', 'done', 'failed'] }) state: string;
  @ApiPropertyOptional({ description: 'Why it failed.' }) code?: string;
  @ApiPropertyOptional({ description: 'The same as a sentence.' }) text?: string;
  @ApiPropertyOptional({ description: 'Which one of its night, from 1.' }) try?: number;
  @ApiPropertyOptional({ description: 'When a failed one of a night is tried again; absent: it is not.' })
  nextTryAt?: string;
  @ApiPropertyOptional() by?: string;
  @ApiPropertyOptional() startedAt?: string;
  @ApiPropertyOptional() finishedAt?: string;
  @ApiProperty({ description: 'Documents of ours compared.' }) documents: number;
  @ApiProperty({ description: 'Of them, and of those not in the books, how many differ.' }) differing: number;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' } }) byCause: object;
  @ApiProperty({ type: [DriftAccountDto] }) accounts: readonly DriftAccountDto[];
  @ApiProperty({ description: 'Reads of QuickBooks it took.' }) reads: number;
}

export class DriftDto extends DriftReportDto {
  @ApiPropertyOptional({
    type: DriftReportDto,
    description: 'The last that was done, while the newest is under way or failed.',
  })
  lastDone?: DriftReportDto;
}

class FieldDifferenceDto {
  @ApiProperty({ example: 'total' }) field: string;
  @ApiProperty({ type: String, nullable: true }) expected: string | null;
  @ApiProperty({ type: String, nullable: true }) found: string | null;
}

class DriftRowDto {
  @ApiProperty({ enum: ['document', 'account', 'customer'] }) kind: string;
  @ApiProperty({ enum: DRIFT_CAUSES }) cause: string;
  @ApiProperty({ example: 'invoice:inv_1041' }) ref: string;
  @ApiProperty({ type: String, nullable: true }) name: string | null;
  @ApiProperty({ type: QuickBooksLinkDto, nullable: true }) quickbooks: QuickBooksLinkDto | null;
  @ApiProperty() expected: string;
  @ApiProperty() found: string;
  @ApiProperty() difference: string;
  @ApiProperty({ type: [FieldDifferenceDto] }) fields: readonly FieldDifferenceDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Code of the reason it shows in the log.' })
  reason: string | null;
  @ApiProperty({ type: [String] }) warnings: readonly string[];
}

export class DriftRowsDto {
  @ApiProperty({ type: [DriftRowDto] }) items: readonly DriftRowDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true }) total: number | null;
}
