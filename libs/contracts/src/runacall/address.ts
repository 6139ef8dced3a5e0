import { IsOptional, IsString } from 'class-validator';

export class Address {
  @IsString() line1: string;
  @IsOptional() @IsString() line2?: string;
  @IsString() city: string;
  @IsString() region: string;
  @IsString() postalCode: string;
  /** ISO 3166 alpha-2, `"US"`. */
  @IsString() country: string;
}
