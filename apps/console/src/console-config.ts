import { IsString, Matches, MinLength } from 'class-validator';
import { BaseConfig, Expects } from '@qbo-sync/service/config';

/** Settings of the console's API. */
export class ConsoleConfig extends BaseConfig {
  /** Companies' tokens are derived from it: another one here makes every company's token another. */
  @Expects('the operator’s bearer token, 16 characters or more')
  @IsString()
  @MinLength(16)
  OPERATOR_TOKEN: string;

  @Expects('http://host:port of the gateway')
  @Matches(/^https?:\/\/[^\s/]+$/)
  GATEWAY_URL: string;
}
