import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { IsDecimalString, IsInstant } from '../validation';

export const ITEM_KINDS = ['service', 'material', 'equipment', 'membership', 'fee'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export class Item {
  @IsString() id: string;
  @IsString() name: string;
  @IsOptional() @IsString() description?: string;
  @IsOptional() @IsString() sku?: string;
  @IsIn(ITEM_KINDS) kind: ItemKind;
  @IsOptional() @IsString() categoryId?: string;
  @IsOptional() @IsString() categoryName?: string;
  @IsDecimalString() unitPrice: string;
  @IsOptional() @IsDecimalString() unitCost?: string;
  @IsBoolean() taxable: boolean;
  @IsBoolean() active: boolean;
  @IsInstant() updatedAt: string;
  @IsOptional() @IsString() quickbooksId?: string;
}
