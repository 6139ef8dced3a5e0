import { Expects, LOG_LEVELS, type LogLevel } from '@qbo-sync/service/config';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

/** What the emulated QuickBooks and Stripe are started with. */
export class SandboxConfig {
  @Expects('a port from 0 to 65535 (0 picks a free one)')
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT: number = 0;

  @Expects(`one of ${LOG_LEVELS.join(', ')}`)
  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  /** Where the companies' books are kept between runs. */
  @Expects('a folder') @IsString() STATE_DIR: string;
  @Expects('the client id the gateway is given') @IsString() INTUIT_CLIENT_ID: string;
  @Expects('the client secret the gateway is given') @IsString() INTUIT_CLIENT_SECRET: string;
  /** The one registered address; absent = any on this machine. */
  @Expects('http://host:port/path') @IsOptional() @Matches(/^https?:\/\/\S+$/) INTUIT_REDIRECT_URI?: string;
  /** Where webhooks go; absent = nowhere until an admin call says so. */
  @Expects('http://host:port/path') @IsOptional() @Matches(/^https?:\/\/\S+$/) INTUIT_WEBHOOK_URL?: string;
  @Expects('the verifier token the gateway is given') @IsOptional() @IsString() INTUIT_WEBHOOK_VERIFIER_TOKEN?: string;

  @Expects('a port from 0 to 65535 (0 picks a free one)')
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65535)
  STRIPE_PORT: number = 0;

  @Expects('the secret key the payments service is given') @IsString() STRIPE_SECRET_KEY: string;
  @Expects('http://host:port/path') @IsOptional() @Matches(/^https?:\/\/\S+$/) STRIPE_WEBHOOK_URL?: string;
  /** Two, comma separated, while one is rotated. */
  @Expects('the webhook secret the payments service is given')
  @IsOptional()
  @IsString()
  STRIPE_WEBHOOK_SECRET?: string;
}
