import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

const WHEN = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Query of the log's lists. */
export class LogListQuery {
  @ApiPropertyOptional({ description: 'States, separated by commas.', example: 'waiting,needs attention' })
  @IsOptional()
  @IsString()
  state?: string;

  @ApiPropertyOptional({ description: 'Entities, separated by commas.', example: 'invoice' })
  @IsOptional()
  @IsString()
  entity?: string;

  @ApiPropertyOptional({ description: 'Number, name, event, record, trace or row id; #238 is a QuickBooks id.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;

  @ApiPropertyOptional({ description: 'Events that happened at or after this instant or day.' })
  @IsOptional()
  @Matches(WHEN)
  from?: string;

  @ApiPropertyOptional({ description: 'Events that happened before this instant or day.' })
  @IsOptional()
  @Matches(WHEN)
  to?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @IsString()
  cursor?: string;
}
