import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CodedDto } from '../log/log-dto';

class LatencyDto {
  @ApiProperty({ type: Number, nullable: true }) p50Seconds: number | null;
  @ApiProperty({ type: Number, nullable: true }) p95Seconds: number | null;
  @ApiProperty({ type: Number, nullable: true }) within60Percent: number | null;
}

export class DrainDto {
  @ApiProperty({ description: 'Sent of the backlog.' }) done: number;
  @ApiProperty() total: number;
  @ApiProperty() perMinute: number;
  @ApiProperty() etaSeconds: number;
}

export class SummaryDto {
  @ApiProperty({ type: CodedDto }) headline: CodedDto;
  @ApiProperty() waiting: number;
  @ApiProperty({ type: String, nullable: true }) oldestWaitingAt: string | null;
  @ApiProperty() problems: number;
  @ApiProperty() warnings: number;
  @ApiProperty({
    description: 'Payouts that a person has to look at: a part is missing, or Stripe cannot say what is in it.',
  })
  payoutsOpen: number;
  @ApiPropertyOptional({ type: DrainDto }) drain?: DrainDto;
  @ApiProperty({ type: LatencyDto, description: 'Of the last 24 hours, from the event to QuickBooks’ answer.' })
  latency: LatencyDto;
}
