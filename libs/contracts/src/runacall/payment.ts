import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsIn, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsDay, IsDecimalString, IsInstant } from '../validation';

const PAYMENT_METHODS = ['card', 'ach', 'cash', 'check', 'financing', 'other'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export class Allocation {
  @IsString() invoiceId: string;
  @IsDecimalString() amount: string;
}

class RefundLine {
  @IsString() lineId: string;
  @IsDecimalString() amount: string;
}

export class Refund {
  @IsString() id: string;
  @IsDecimalString() amount: string;
  @IsOptional() @IsDecimalString() taxAmount?: string;
  @IsDay() refundedOn: string;
  @IsIn(PAYMENT_METHODS) method: PaymentMethod;
  @IsIn(['reduce-sale', 'reopen-invoice', 'return-credit']) effect: 'reduce-sale' | 'reopen-invoice' | 'return-credit';
  @IsOptional() @IsString() invoiceId?: string;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => RefundLine) lines?: RefundLine[];
  @IsOptional() @IsString() processorRefundId?: string;
  @IsIn(['succeeded', 'failed']) status: 'succeeded' | 'failed';
  @IsOptional() @IsString() reason?: string;
}

export class Payment {
  @IsString() id: string;
  @IsString() customerId: string;
  @IsDecimalString() amount: string;
  @IsString() currency: string;
  @IsDay() collectedOn: string;
  @IsIn(PAYMENT_METHODS) method: PaymentMethod;
  @IsOptional() @IsIn(['stripe']) processor?: 'stripe';
  @IsOptional() @IsString() processorChargeId?: string;
  @IsOptional() @IsString() reference?: string;
  @IsOptional() @IsDecimalString() tip?: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => Allocation) allocations: Allocation[];
  @IsArray() @ValidateNested({ each: true }) @Type(() => Refund) refunds: Refund[];
  @IsOptional() @IsDay() voidedOn?: string;
  @IsOptional() @IsIn(['entered-in-error', 'failed', 'returned']) voidReason?:
    'entered-in-error' | 'failed' | 'returned';
  @IsOptional() @IsString() memo?: string;
  @IsInstant() updatedAt: string;
  /** On `refunded` only: the refund that is new. */
  @IsOptional() @IsString() refundId?: string;
}
