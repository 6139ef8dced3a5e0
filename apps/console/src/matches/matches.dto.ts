import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MATCH_CHOICE, MATCH_GROUPS, type MatchGroup } from '@qbo-sync/contracts/internal/matches';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { PageQuery } from '../http/page-query';
import { ReasonDto } from '../log/log-dto';

/** Kinds that are matched: each is a service's. */
const MATCH_KINDS = ['customers', 'items'] as const;
export type MatchKind = (typeof MATCH_KINDS)[number];

const MOST_IDS = 1000;

/** Body of `POST /matches/read` and `/apply`. */
export class MatchKindBody {
  @ApiProperty({ enum: MATCH_KINDS }) @IsIn(MATCH_KINDS) kind: MatchKind;
}

export class MatchListQuery extends PageQuery {
  @ApiProperty({ enum: MATCH_KINDS }) @IsIn(MATCH_KINDS) kind: MatchKind;
  @ApiProperty({ enum: MATCH_GROUPS }) @IsIn(MATCH_GROUPS) group: MatchGroup;
}

class MatchFilter {
  @ApiProperty({ enum: MATCH_GROUPS }) @IsIn(MATCH_GROUPS) group: MatchGroup;
}

/** Body of `POST /matches/decide`: `ids` or `filter` say which records. */
export class MatchChoiceBody extends MatchKindBody {
  @ApiPropertyOptional({ type: [String], maxItems: MOST_IDS })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_IDS)
  @IsString({ each: true })
  ids?: string[];

  @ApiPropertyOptional({ type: MatchFilter })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => MatchFilter)
  filter?: MatchFilter;

  @ApiProperty({ description: '`link` takes the only candidate, `link 58` this one; `create`; `leave`.' })
  @Matches(MATCH_CHOICE, { message: 'choice must be link, link <id of QuickBooks>, create or leave' })
  choice: string;
}

export class MatchUndoBody extends MatchKindBody {
  @ApiProperty() @IsString() @MaxLength(100) undoToken: string;
}

const SKETCH = { type: 'object', additionalProperties: { type: 'string' } } as const;

class MatchCandidateDto {
  @ApiProperty({ description: 'QuickBooks’ id.' }) id: string;
  @ApiProperty(SKETCH) record: Readonly<Record<string, string>>;
  @ApiPropertyOptional({ description: 'Our record that is linked to it.' }) heldBy?: string;
}

class MatchRowDto {
  @ApiProperty() id: string;
  @ApiProperty({ enum: MATCH_GROUPS }) group: MatchGroup;
  @ApiProperty({ example: 'name_and_email' }) why: string;
  @ApiProperty(SKETCH) ours: Readonly<Record<string, string>>;
  @ApiProperty({ type: [MatchCandidateDto] }) candidates: readonly MatchCandidateDto[];
  @ApiProperty({ type: String, nullable: true }) choice: string | null;
  @ApiProperty() applied: boolean;
  @ApiPropertyOptional({ type: ReasonDto, description: 'Why Apply did not link it.' }) reason?: ReasonDto;
}

class MatchCountsDto {
  @ApiProperty() exact: number;
  @ApiProperty() likely: number;
  @ApiProperty() conflict: number;
  @ApiProperty() new: number;
  @ApiProperty({ description: 'What Apply would do now.' }) toApply: number;
  @ApiProperty({ description: 'Links that Apply did not make: a record had changed since they were decided.' })
  changed: number;
}

export class MatchPageDto {
  @ApiProperty({ type: [MatchRowDto] }) items: readonly MatchRowDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Of the group.' }) total: number | null;
  @ApiProperty({ type: MatchCountsDto }) counts: MatchCountsDto;
}

/** `stopped`: its process ended; another goes on with it within seconds, or a person begins again. */
const MATCH_STATES = ['none', 'reading', 'stopped', 'read', 'applying'] as const;

export class MatchStateDto {
  @ApiProperty({ enum: MATCH_KINDS }) kind: MatchKind;
  @ApiProperty({ enum: MATCH_STATES }) state: (typeof MATCH_STATES)[number];
  @ApiProperty({ description: 'Records of QuickBooks read, or of ours applied, in what is under way.' }) done: number;
  @ApiPropertyOptional({ description: 'Why the last one under way ended early.' }) failed?: string;
  @ApiProperty({ type: String, nullable: true }) readAt: string | null;
  @ApiProperty({ type: String, nullable: true }) appliedAt: string | null;
  @ApiProperty({ type: MatchCountsDto }) counts: MatchCountsDto;
}

export class MatchDecidedDto {
  @ApiProperty() changed: number;
  @ApiProperty() undoToken: string;
}

export class MatchUndoneDto {
  @ApiProperty() changed: number;
}
