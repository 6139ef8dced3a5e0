import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsInstant } from '../validation';
import { Address } from './address';

class ServiceAddress {
  @IsString() id: string;
  @IsOptional() @IsString() name?: string;
  @ValidateNested() @Type(() => Address) address: Address;
}

export class Customer {
  @IsString() id: string;
  @IsIn(['residential', 'commercial']) kind: 'residential' | 'commercial';
  @IsString() displayName: string;
  @IsOptional() @IsString() companyName?: string;
  @IsOptional() @IsString() givenName?: string;
  @IsOptional() @IsString() familyName?: string;
  @IsOptional() @IsString() email?: string;
  @IsOptional() @IsString() phone?: string;
  @IsOptional() @IsString() mobile?: string;
  @IsOptional() @ValidateNested() @Type(() => Address) billingAddress?: Address;
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ServiceAddress)
  serviceAddresses?: ServiceAddress[];
  @IsBoolean() taxExempt: boolean;
  @IsOptional() @IsString() taxExemptReason?: string;
  @IsOptional() @IsInt() paymentTermsDays?: number;
  @IsOptional() @IsString() notes?: string;
  @IsOptional() @IsString() parentId?: string;
  @IsBoolean() active: boolean;
  @IsInstant() updatedAt: string;
  /** On `merged` only. */
  @IsOptional() @IsString() mergedIntoId?: string;
  /** On `created` in answer to our own upsert command. */
  @IsOptional() @IsString() quickbooksId?: string;
}
