import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { CodedDto } from '../log/log-dto';

const VALUES = {
  type: 'object',
  additionalProperties: true,
  example: { 'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' }, 'invoices.when': 'on_send' },
} as const;

/** Body of `PATCH /settings` and `POST /settings/check`: all of `values` is saved, or nothing. */
export class SettingsPatch {
  @ApiProperty({ ...VALUES, description: 'A choice is {id}, an id or null; tax.rates is {rateId: codeId}.' })
  @IsObject()
  values: Record<string, unknown>;

  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(500) why?: string;

  @ApiPropertyOptional({
    default: false,
    description:
      'Items that exist move to the income accounts changed here; earlier invoices keep theirs. Without it new items only.',
  })
  @IsOptional()
  @IsBoolean()
  existingItems?: boolean;
}

class LastChangeDto {
  @ApiProperty() by: string;
  @ApiProperty() at: string;
  @ApiProperty({ nullable: true, type: 'object', additionalProperties: true }) from: unknown;
}

export class SettingsDto {
  @ApiProperty() version: number;
  @ApiProperty({ description: 'Every service decides by this version or a newer one; 0 while one has not said so.' })
  appliedVersion: number;
  @ApiProperty(VALUES) values: object;
  @ApiProperty({ type: 'object', additionalProperties: { $ref: '#/components/schemas/LastChangeDto' } })
  changed: Readonly<Record<string, LastChangeDto>>;
}

class ValueFaultDto {
  @ApiProperty({ example: '/values/items.defaultIncomeAccount' }) pointer: string;
  @ApiProperty({ example: 'account_type' }) code: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) params: Readonly<Record<string, string>>;
  @ApiProperty({
    example: 'Old sales is inactive in QuickBooks (or of type Income). Choose another for Default income account.',
  })
  text: string;
}

export class SettingsCheckDto {
  @ApiProperty({ type: [ValueFaultDto] }) errors: readonly ValueFaultDto[];
  @ApiProperty({ type: [CodedDto] }) effects: readonly CodedDto[];
}
