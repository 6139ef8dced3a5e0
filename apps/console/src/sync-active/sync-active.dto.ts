import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsBoolean, IsOptional, IsString } from 'class-validator';

/** Body of `PUT /sync-active`. */
export class SyncActiveBody {
  @ApiProperty() @IsBoolean() active: boolean;
  @ApiPropertyOptional({ type: [String], description: 'Codes of advice that is knowingly not followed.' })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  acknowledged?: string[];
}

class ReadinessPointDto {
  @ApiProperty() code: string;
  @ApiProperty() ok: boolean;
  @ApiProperty() link: string;
}

export class SyncActiveDto {
  @ApiProperty() active: boolean;
  @ApiProperty({ type: [ReadinessPointDto] }) needed: readonly ReadinessPointDto[];
  @ApiProperty({ type: [ReadinessPointDto] }) advised: readonly ReadinessPointDto[];
}
