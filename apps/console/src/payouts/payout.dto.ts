import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PAYOUT_STATES, type PayoutState } from '@qbo-sync/contracts/stripe/payout-view';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { PageQuery } from '../http/page-query';
import { CodedDto, MoneyDto, QuickBooksLinkDto } from '../log/log-dto';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const MONTH_WORDS = { description: 'Only those that arrive in this month.', example: '2026-12' };
const MONTH_WRONG = { message: 'month must be a year and a month, 2026-12' };

/** Shapes of payouts (console.md §12). */
export class PayoutListQuery extends PageQuery {
  @ApiPropertyOptional(MONTH_WORDS) @IsOptional() @Matches(MONTH, MONTH_WRONG) month?: string;
}

export class PayoutCsvQuery {
  @ApiPropertyOptional(MONTH_WORDS) @IsOptional() @Matches(MONTH, MONTH_WRONG) month?: string;
}

export class PayoutPartsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Only parts that are missing or on their way.' })
  @IsOptional()
  @IsIn(['true', 'false'])
  open?: 'true' | 'false';
}

class PayoutProgressDto {
  @ApiProperty({ description: 'Transactions read at Stripe so far.' }) read: number;
  @ApiProperty({ description: 'All of them.' }) whole: boolean;
}

export class PayoutRowDto {
  @ApiProperty({ example: 'po_1Nabc' }) id: string;
  @ApiProperty({ example: '2026-12-02' }) arrivesOn: string;
  @ApiProperty({ type: MoneyDto }) amount: MoneyDto;
  @ApiProperty({ enum: PAYOUT_STATES }) state: PayoutState;
  @ApiPropertyOptional({ type: MoneyDto, description: 'The payout less what its known parts make.' })
  difference?: MoneyDto;
  @ApiProperty({ type: [CodedDto] }) missing: readonly CodedDto[];
  @ApiProperty({ type: PayoutProgressDto }) progress: PayoutProgressDto;
  @ApiProperty({
    type: [QuickBooksLinkDto],
    description: 'Its deposit, its deposits or its entry, as far as they are there.',
  })
  quickbooks: readonly QuickBooksLinkDto[];
}

export class PayoutPageDto {
  @ApiProperty({ type: [PayoutRowDto] }) items: readonly PayoutRowDto[];
  @ApiProperty({ type: String, nullable: true }) next: string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Of all pages.' }) total: number | null;
}

class PayoutSumDto {
  @ApiProperty({ example: 'charge' }) kind: string;
  @ApiProperty() count: number;
  @ApiProperty({ type: MoneyDto }) amount: MoneyDto;
  @ApiProperty({ type: MoneyDto }) fee: MoneyDto;
}

export class PayoutPartDto {
  @ApiProperty({ example: 'charge' }) kind: string;
  @ApiProperty({ type: MoneyDto }) amount: MoneyDto;
  @ApiProperty({ type: MoneyDto }) fee: MoneyDto;
  @ApiProperty({ example: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0' }) stripeId: string;
  @ApiPropertyOptional({ example: 'payment' }) entity?: string;
  @ApiPropertyOptional({ example: 'pay_500' }) recordId?: string;
  @ApiProperty({ enum: ['known', 'waiting', 'missing'] }) state: string;
  @ApiPropertyOptional({ type: QuickBooksLinkDto }) quickbooks?: QuickBooksLinkDto;
}

export class PayoutDto extends PayoutRowDto {
  @ApiProperty({ type: [PayoutSumDto] }) sums: readonly PayoutSumDto[];
  @ApiProperty({ type: [PayoutPartDto] }) parts: readonly PayoutPartDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Where the next page of parts begins.' })
  next: string | null;
}

export class BringInBody {
  @ApiProperty({ description: 'The missing part, by Stripe’s id.', example: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0' })
  @Matches(/^\w{1,255}$/)
  stripeId: string;

  @ApiPropertyOptional({
    description:
      'QuickBooks’ account its money goes to; absent: where Stripe payments wait, unless that is Undeposited Funds.',
  })
  @IsOptional()
  @Matches(/^[\w-]{1,50}$/)
  accountId?: string;
}
