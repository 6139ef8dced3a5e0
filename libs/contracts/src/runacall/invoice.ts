import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsDay, IsDecimalString, IsInstant } from '../validation';
import { Address } from './address';
import { ITEM_KINDS, type ItemKind } from './item';

export class Line {
  @IsString() id: string;
  @IsIn([...ITEM_KINDS, 'discount', 'note']) kind: ItemKind | 'discount' | 'note';
  @IsOptional() @IsString() itemId?: string;
  @IsString() name: string;
  @IsOptional() @IsString() description?: string;
  @IsDecimalString() quantity: string;
  @IsDecimalString() unitPrice: string;
  @IsDecimalString() amount: string;
  @IsBoolean() taxable: boolean;
  @IsOptional() @IsString() taxRateId?: string;
  @IsOptional() @IsString() categoryId?: string;
  @IsOptional() @IsDay() servicedOn?: string;
}

class Discount {
  @IsDecimalString() amount: string;
  @IsOptional() @IsString() description?: string;
}

export class InvoiceTax {
  @IsString() taxRateId: string;
  @IsDecimalString() taxableAmount: string;
  @IsDecimalString() amount: string;
}

export class Invoice {
  @IsString() id: string;
  @IsString() number: string;
  @IsString() customerId: string;
  @IsOptional() @IsString() jobId?: string;
  @IsOptional() @IsString() serviceAddressId?: string;
  @IsOptional() @IsString() membershipId?: string;
  @IsString() currency: string;
  @IsDay() issuedOn: string;
  @IsOptional() @IsDay() dueOn?: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => Line) lines: Line[];
  @IsOptional() @ValidateNested() @Type(() => Discount) discount?: Discount;
  @IsOptional() @IsDecimalString() tip?: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => InvoiceTax) taxes: InvoiceTax[];
  @IsDecimalString() subtotal: string;
  @IsDecimalString() taxTotal: string;
  @IsDecimalString() total: string;
  @IsDecimalString() balance: string;
  @IsOptional() @IsDay() paidOn?: string;
  @IsOptional() @IsDay() voidedOn?: string;
  @IsOptional() @IsString() voidReason?: string;
  @IsOptional() @IsString() customerMemo?: string;
  @IsOptional() @IsString() internalNote?: string;
  @IsOptional() @IsString() poNumber?: string;
  @IsOptional() @ValidateNested() @Type(() => Address) billingAddress?: Address;
  @IsOptional() @ValidateNested() @Type(() => Address) serviceAddress?: Address;
  @IsInstant() updatedAt: string;
}
