import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';

export class StreamQuery {
  @ApiPropertyOptional({ description: 'Topics, separated by commas: `run`. Absent: all there are.', example: 'run' })
  @IsOptional()
  @Matches(/^run$/, { message: 'topics that there are: run' })
  topics?: string;
}
