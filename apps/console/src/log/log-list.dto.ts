import { ApiPropertyOptional } from '@nestjs/swagger';
import { ENTITIES } from '@qbo-sync/contracts/refs';
import { IsDayOrInstant } from '@qbo-sync/contracts/validation';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsListOf } from '../http/is-list-of';
import { PageQuery } from '../http/page-query';
import { ROW_STATES } from './log-dto';

/** Query of the log's lists. */
export class LogListQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'States, separated by commas.', example: 'waiting,needs attention' })
  @IsOptional()
  @IsListOf(ROW_STATES)
  state?: string;

  @ApiPropertyOptional({ description: 'Entities, separated by commas.', example: 'invoice' })
  @IsOptional()
  @IsListOf(ENTITIES)
  entity?: string;

  @ApiPropertyOptional({ description: 'Number, name, event, record, trace or row id; #238 is a QuickBooks id.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;

  @ApiPropertyOptional({ description: 'Events that happened at or after this instant or day.' })
  @IsOptional()
  @IsDayOrInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'Events that happened before this instant or day.' })
  @IsOptional()
  @IsDayOrInstant()
  to?: string;
}
