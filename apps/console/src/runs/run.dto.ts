import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Coded } from '@qbo-sync/contracts/reasons';
import { IsDay } from '@qbo-sync/contracts/validation';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsListOf } from '../http/is-list-of';
import { PageQuery } from '../http/page-query';
import { ReasonDto } from '../log/log-dto';
import { type BackfillPlan, type BackfillResult, FINDINGS } from './backfill/plan';
import { RUN_KINDS, RUN_STATES, type RunKind, type RunState } from './run.entity';

class BackfillSpecBody {
  @ApiProperty({ description: 'Cut-over date: everything dated on or after it.', example: '2026-01-01' })
  @IsDay()
  from: string;
  @ApiPropertyOptional({ default: true }) @IsOptional() @IsBoolean() customers?: boolean;
  @ApiPropertyOptional({ default: true }) @IsOptional() @IsBoolean() items?: boolean;
  @ApiPropertyOptional({ default: true }) @IsOptional() @IsBoolean() invoices?: boolean;
  @ApiPropertyOptional({ default: true, description: 'Refunds too.' }) @IsOptional() @IsBoolean() payments?: boolean;
}

/** Body of `POST /runs`. */
export class RunBody {
  @ApiProperty({ enum: RUN_KINDS }) @IsIn(RUN_KINDS) kind: RunKind;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(500) why?: string;
  @ApiProperty({ type: BackfillSpecBody })
  @IsObject()
  @ValidateNested()
  @Type(() => BackfillSpecBody)
  spec: BackfillSpecBody;
}

/** Body of `decide`: what QuickBooks may have already. */
export class RunChoiceBody {
  @ApiProperty({ enum: ['link', 'leave'] }) @IsIn(['link', 'leave']) choice: 'link' | 'leave';
  @ApiPropertyOptional({ type: [String], description: 'Absent: all of which number, customer and total agree.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  refs?: string[];
  @ApiPropertyOptional({ description: 'Which of several candidates the one named record is.' })
  @IsOptional()
  @Matches(/^\d{1,20}$/)
  quickbooksId?: string;
}

export class RunRecordListQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Findings, separated by commas.', example: 'duplicate,differs' })
  @IsOptional()
  @IsListOf(FINDINGS)
  finding?: string;
}

export class RunDto {
  @ApiProperty() id: string;
  @ApiProperty({ enum: RUN_KINDS }) kind: RunKind;
  @ApiProperty({ enum: RUN_STATES }) state: RunState;
  @ApiProperty({ type: Object }) spec: object;
  @ApiProperty({ type: Object, nullable: true }) plan: BackfillPlan | null;
  @ApiProperty({ description: 'Records a person has not said anything of: left out until then.' }) undecided: number;
  @ApiProperty({ description: 'Records that came to rest.' }) done: number;
  @ApiProperty({ description: 'Records handed over that have not come to rest.' }) underWay: number;
  @ApiProperty({ description: 'Paused or cancelled, while what was handed over goes on to its end.' })
  stopping: boolean;
  @ApiProperty() total: number;
  @ApiProperty() perMinute: number;
  @ApiPropertyOptional({
    description: 'Until it is done, or while stopping until it rests; absent while it is being worked out.',
  })
  etaSeconds?: number;
  @ApiPropertyOptional({ type: Object }) result?: BackfillResult;
  @ApiPropertyOptional({ type: Object, description: 'Why it failed.' }) fault?: Coded;
  @ApiProperty() by: string;
  @ApiPropertyOptional() why?: string;
  @ApiProperty() madeAt: string;
  @ApiPropertyOptional() startedAt?: string;
  @ApiPropertyOptional() endedAt?: string;
}

export class RunsDto {
  @ApiProperty({ type: [RunDto] }) items: readonly RunDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true }) total: number | null;
}

export class RunRecordDto {
  @ApiProperty() ref: string;
  @ApiProperty() day: string;
  @ApiPropertyOptional() number?: string;
  @ApiPropertyOptional() party?: string;
  @ApiPropertyOptional({ type: Object }) amount?: { readonly amount: string; readonly currency: string };
  @ApiProperty() finding: string;
  @ApiPropertyOptional({ type: ReasonDto, description: 'Why it would not be written, and what ends that.' })
  reason?: ReasonDto;
  @ApiProperty({ type: [String], description: 'Ids of what it may be in QuickBooks.' }) candidates: readonly string[];
  @ApiProperty({ type: String, nullable: true }) choice: string | null;
  @ApiPropertyOptional({ description: 'How it ended.' }) ended?: string;
}

export class RunRecordsDto {
  @ApiProperty({ type: [RunRecordDto] }) items: readonly RunRecordDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true }) total: number | null;
}

export class RunDecidedDto {
  @ApiProperty() changed: number;
}
