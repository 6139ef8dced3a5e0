import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsDecimalString, IsInstant } from '../validation';

class TaxComponent {
  @IsString() name: string;
  @IsDecimalString() percentage: string;
  @IsOptional() @IsString() agency?: string;
}

export class TaxRate {
  @IsString() id: string;
  @IsString() name: string;
  @IsDecimalString() percentage: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => TaxComponent) components: TaxComponent[];
  @IsBoolean() active: boolean;
  @IsInstant() updatedAt: string;
}
