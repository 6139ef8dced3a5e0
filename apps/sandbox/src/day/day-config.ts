import { Expects } from '@qbo-sync/service/config';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';

const URL_FORM = /^https?:\/\/\S+$/;
const URL_TEXT = 'http://host:port';

export const DAY_STEPS = ['connect', 'configure', 'activate', 'publish', 'settle', 'compare'] as const;
export type DayStep = (typeof DAY_STEPS)[number];

/** What the field-service day reads from its environment. */
export class DayConfig {
  @Expects(URL_TEXT) @Matches(URL_FORM) CONSOLE_URL: string;
  @Expects(URL_TEXT) @Matches(URL_FORM) GATEWAY_URL: string;
  @Expects('the operator’s bearer token') @IsString() OPERATOR_TOKEN: string;
  @Expects('host:port[,host:port]') @Matches(/^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/) KAFKA_BROKERS: string;
  /** Where the day is kept between runs. */
  @Expects('a folder') @IsString() STATE_DIR: string;
  @Expects('full or short') @IsIn(['full', 'short']) DAY_SIZE: 'full' | 'short' = 'full';
  /** Another seed is another day; the seed of the first run stands. */
  @IsOptional() @IsString() SEED?: string;
  /** How far to go; each step stands on those before it, which change nothing where all is done already. */
  @Expects('connect, configure, activate, publish, settle or compare') @IsIn(DAY_STEPS) DAY_UNTIL: DayStep = 'compare';
  /** The emulator's admin interface, for counting writes on paper: nothing is decided by it. */
  @Expects(URL_TEXT) @IsOptional() @Matches(URL_FORM) SANDBOX_ADMIN_URL?: string;
  /** The emulated Stripe's: what Stripe does is said through it. Absent: another Stripe, and no payouts are played. */
  @Expects(URL_TEXT) @IsOptional() @Matches(URL_FORM) STRIPE_ADMIN_URL?: string;
}
