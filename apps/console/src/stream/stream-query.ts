import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';

/** What a stream can tell of. */
export const STREAM_TOPICS = ['run', 'payout', 'match'] as const;
export type StreamTopic = (typeof STREAM_TOPICS)[number];

const ONE = `(${STREAM_TOPICS.join('|')})`;

export class StreamQuery {
  @ApiPropertyOptional({ description: 'Topics, separated by commas. Absent: all there are.', example: 'run,payout' })
  @IsOptional()
  @Matches(new RegExp(`^${ONE}(,${ONE})*$`), {
    message: `topics, separated by commas, of: ${STREAM_TOPICS.join(', ')}`,
  })
  topics?: string;
}
