import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { PageQuery } from '../http/page-query';

const WHEN = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Query of the log's lists. */
export class LogListQuery extends PageQuery {
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
}
