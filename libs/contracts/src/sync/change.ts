import { IsArray, IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { TENANT_PATTERN } from '../keys';
import { IsInstant } from '../validation';

/** `qbo.changes.v1`: a record changed in QuickBooks, or one a `list` request asked for. One message per record. */
export class QboChange {
  @Matches(TENANT_PATTERN) tenant: string;
  @IsString() books: string;
  /** The linked ref; for `list` the ref of the request. */
  @IsOptional() @IsString() ref?: string;
  @IsString() resource: string;
  /** JSON text. */
  @IsString() record: string;
  @IsArray() @IsString({ each: true }) changed: string[];
  @IsIn(['qbo', 'list']) origin: 'qbo' | 'list';
  /** It came to an end there: by a person, or by a merge into another record. */
  @IsOptional() @IsIn(['deleted', 'voided', 'inactive', 'merged']) gone?: 'deleted' | 'voided' | 'inactive' | 'merged';
  @IsInstant() at: string;
}

/** The record that ends a narrowed list (`only` of its request): no record of QuickBooks has this id. */
export const LIST_END = '{"Id":"","ListEnd":true}';
