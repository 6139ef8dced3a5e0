import { IsString, Matches, MinLength } from 'class-validator';
import { BaseConfig, Expects } from '@qbo-sync/service/config';

const PLACE = /^https?:\/\/[^\s/]+$/;

/** Settings of the console's API. */
export class ConsoleConfig extends BaseConfig {
  /** Companies' tokens are derived from it: another one here makes every company's token another. */
  @Expects('the operator’s bearer token, 16 characters or more')
  @IsString()
  @MinLength(16)
  OPERATOR_TOKEN: string;

  @Expects('http://host:port of the gateway')
  @Matches(PLACE)
  GATEWAY_URL: string;

  @Expects('http://host:port of the customers service')
  @Matches(PLACE)
  CUSTOMERS_URL: string;

  @Expects('http://host:port of the items service')
  @Matches(PLACE)
  ITEMS_URL: string;

  @Expects('http://host:port of the invoices service')
  @Matches(PLACE)
  INVOICES_URL: string;

  @Expects('http://host:port of the payments service')
  @Matches(PLACE)
  PAYMENTS_URL: string;
}
