import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { RedecideProgress, ReplayProgress, WouldChange } from '@qbo-sync/contracts/sync/activity';
import type { CompanyStanding } from '../connection/gateway-client';

export class OperationDto {
  @ApiProperty({ enum: ['replay', 'redecide'] }) operation: string;
  @ApiProperty() commandId: string;
  @ApiProperty({ type: String, nullable: true, description: 'Null: of every company.' }) tenant: string | null;
  @ApiProperty() by: string;
  @ApiProperty() service: string;
  @ApiProperty({ enum: ['running', 'done', 'failed'] }) state: string;
  @ApiPropertyOptional({ description: 'Why it failed.' }) why?: string;
  @ApiPropertyOptional({ description: 'Replays, as topic, from and to.' }) dryRun?: boolean;
  @ApiPropertyOptional() topic?: string;
  @ApiPropertyOptional() from?: string;
  @ApiPropertyOptional() to?: string;
  @ApiPropertyOptional({ description: 'Redecisions: of this entity alone.' }) entity?: string;
  @ApiProperty() at: string;
  @ApiProperty({ type: Object }) progress: ReplayProgress | RedecideProgress;
  @ApiProperty() wouldChangeCount: number;
  @ApiPropertyOptional({ type: [Object] }) wouldChange?: readonly WouldChange[];
}

export class OperationsDto {
  @ApiProperty({ type: [OperationDto] }) items: readonly OperationDto[];
}

export class CompanyStandingsDto {
  @ApiProperty({ type: [Object] }) items: readonly CompanyStanding[];
}
