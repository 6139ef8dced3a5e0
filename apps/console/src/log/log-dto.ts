import type { RecordState } from '@qbo-sync/contracts/sync/activity';
import { IsInt, IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export const ROW_STATES = [
  'waiting',
  'sending',
  'synced',
  'synced with warnings',
  'needs attention',
  'skipped',
  'dismissed',
] as const satisfies readonly RecordState[];

/** Shapes of console.md §12 as the API serves them. */
export class CodedDto {
  @ApiProperty() code: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) params: Readonly<Record<string, string>>;
  @ApiProperty({ description: 'The English sentence.' }) text: string;
}

/** Why a row stands as it does, and what ends that. */
export class ReasonDto extends CodedDto {
  @ApiPropertyOptional({ description: 'What to do next, in English.' }) action?: string;
  @ApiPropertyOptional({ description: 'The setting that ends it.', example: 'tax.untaxedCode' }) setting?: string;
}

export class MoneyDto {
  @ApiProperty({ example: '179.70' }) amount: string;
  @ApiProperty({ example: 'USD', type: String, nullable: true }) currency: string | null;
}

export class QuickBooksLinkDto {
  @ApiProperty({ example: 'Invoice' }) type: string;
  @ApiProperty({ example: '238' }) id: string;
}

class ChoiceDto {
  @ApiProperty({ example: 'date' }) code: string;
  @ApiProperty({ type: [String], description: 'What follows the code, with a space between each.', example: ['day'] })
  needs: readonly string[];
}

export class LogRowDto {
  @ApiProperty() id: string;
  @ApiProperty({ description: 'Order of arrival.' }) position: string;
  @ApiProperty({ type: String, nullable: true }) eventId: string | null;
  @ApiProperty({ example: 'invoice' }) entity: string;
  @ApiProperty() recordId: string;
  @ApiPropertyOptional() number?: string;
  @ApiPropertyOptional() party?: string;
  @ApiProperty({ example: 'sent' }) change: string;
  @ApiPropertyOptional({ type: MoneyDto }) amount?: MoneyDto;
  @ApiProperty() occurredAt: string;
  @ApiProperty() receivedAt: string;
  @ApiProperty({ enum: ROW_STATES }) state: string;
  @ApiPropertyOptional({ type: ReasonDto }) reason?: ReasonDto;
  @ApiProperty({ type: [CodedDto] }) warnings: readonly CodedDto[];
  @ApiProperty() attempts: number;
  @ApiPropertyOptional() retryAt?: string;
  @ApiPropertyOptional() settledAt?: string;
  @ApiPropertyOptional({ description: 'From the event to QuickBooks’ answer.' }) tookSeconds?: number;
  @ApiPropertyOptional({ type: QuickBooksLinkDto }) quickbooks?: QuickBooksLinkDto;
  @ApiProperty({ description: 'Rises with every decision; a choice is made on one.' }) revision: number;
  @ApiProperty({ type: [ChoiceDto], description: 'What a person may say of it as it stands.' })
  choices: readonly ChoiceDto[];
}

/** Operators see whose row it is. */
export class OperationsLogRowDto extends LogRowDto {
  @ApiProperty({ type: String, nullable: true }) company: string | null;
}

export class LogPageDto {
  @ApiProperty({ type: [LogRowDto] }) items: readonly LogRowDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true }) total: number | null;
}

export class OperationsLogPageDto {
  @ApiProperty({ type: [OperationsLogRowDto] }) items: readonly OperationsLogRowDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true }) total: number | null;
}

const COUNTS = { type: 'object', additionalProperties: { type: 'integer' } } as const;

export class LogCountsDto {
  @ApiProperty(COUNTS) byState: Readonly<Record<string, number>>;
  @ApiProperty(COUNTS) byEntity: Readonly<Record<string, number>>;
  @ApiProperty({ ...COUNTS, description: 'By the code of the reason.' }) byCause: Readonly<Record<string, number>>;
}

export class StoryStepDto {
  @ApiProperty({ enum: ['event', 'decision', 'wait', 'request', 'answer', 'person'] }) step: string;
  @ApiProperty() at: string;
  @ApiProperty({ type: CodedDto }) text: CodedDto;
}

export class FieldDiffDto {
  @ApiProperty() field: string;
  @ApiProperty({ type: String, nullable: true, description: 'JSON text in QuickBooks before.' }) before: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'JSON text as sent.' }) sent: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'JSON text QuickBooks kept.' }) kept: string | null;
}

export class TechnicalDto {
  @ApiPropertyOptional() traceId?: string;
  @ApiPropertyOptional() intuitTid?: string;
  @ApiPropertyOptional() topic?: string;
  @ApiPropertyOptional() partition?: number;
  @ApiPropertyOptional() offset?: string;
  @ApiPropertyOptional() settingsVersion?: number;
}

export class StoryDto {
  @ApiProperty({ type: LogRowDto }) row: LogRowDto;
  @ApiProperty({ type: [StoryStepDto] }) steps: readonly StoryStepDto[];
  @ApiProperty({ type: [FieldDiffDto] }) diff: readonly FieldDiffDto[];
  @ApiProperty({ type: [String] }) related: readonly string[];
  @ApiProperty({ type: TechnicalDto }) technical: TechnicalDto;
}

export class RawDto {
  @ApiProperty({ type: String, nullable: true, description: 'The request as JSON text.' }) request: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The answer as JSON text.' }) answer: string | null;
}

/** Body of `POST /log/{id}/resolve`. */
export class ResolveBody {
  @ApiProperty({ examples: ['date 2026-12-02', 'fields DisplayName=ours,Mobile=theirs'] })
  @IsString()
  @MaxLength(1000)
  choice: string;

  @ApiPropertyOptional({ description: 'The revision the person saw; with another in force nothing is done.' })
  @IsOptional()
  @IsInt()
  revision?: number;
}

export class CommandDto {
  @ApiProperty() commandId: string;
}
