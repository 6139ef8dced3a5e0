import { Type } from 'class-transformer';
import { IsInt, IsString, Matches, Min, MinLength } from 'class-validator';
import { QBO_LIMITS } from '@qbo-sync/qbo/client';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { ConfigError, Expects } from '@qbo-sync/service/config';
import { OperatorConfig } from '@qbo-sync/service/internal/operator-config';

const URL_FORM = /^https?:\/\/[^\s/]+\S*$/;
const URL_TEXT = 'a URL, https://host/path';

/** The gateway's settings; endpoints are settings, so that an emulator can stand in for Intuit. */
export class GatewayConfig extends OperatorConfig {
  @Expects(URL_TEXT)
  @Matches(URL_FORM)
  QBO_API_URL: string;

  @Expects(URL_TEXT)
  @Matches(URL_FORM)
  INTUIT_AUTHORIZE_URL: string;

  @Expects(URL_TEXT)
  @Matches(URL_FORM)
  INTUIT_TOKEN_URL: string;

  @Expects(URL_TEXT)
  @Matches(URL_FORM)
  INTUIT_REVOKE_URL: string;

  @Expects("the Intuit app's client id")
  @IsString()
  @MinLength(1)
  INTUIT_CLIENT_ID: string;

  @Expects("the Intuit app's client secret")
  @IsString()
  @MinLength(1)
  INTUIT_CLIENT_SECRET: string;

  @Expects("the URL of this gateway's /oauth/callback as registered with Intuit")
  @Matches(URL_FORM)
  INTUIT_REDIRECT_URI: string;

  @Expects("the verifier token of the app's webhooks; two with a comma between while they rotate")
  @IsString()
  INTUIT_WEBHOOK_VERIFIER_TOKEN: string = '';

  @Expects('the path of a JSON file {"current":"k1","keys":{"k1":"<base64 of 32 bytes>"}}')
  @IsString()
  @MinLength(1)
  TOKEN_KEYS_FILE: string;

  @Expects('milliseconds, at least 1000: how long after a send QuickBooks may still commit it')
  @Type(() => Number)
  @IsInt()
  @Min(1000)
  QBO_UNSURE_WAIT_MS: number = 125_000;

  @Expects('milliseconds, at least 1000: how long QuickBooks may take to begin an answer')
  @Type(() => Number)
  @IsInt()
  @Min(1000)
  QBO_ANSWER_WITHIN_MS: number = QBO_LIMITS.headersMs;

  @Expects('at least 7: days for which answers, and the bodies of the requests they settled, are kept')
  @Type(() => Number)
  @IsInt()
  @Min(7)
  ANSWERS_KEPT_DAYS: number = 90;

  @Expects(
    'at least 1: calls of one write or read to one QuickBooks company in any minute; with the batches at most 500',
  )
  @Type(() => Number)
  @IsInt()
  @Min(1)
  QBO_SINGLES_PER_MINUTE: number = REALM_LIMITS.perWindow.single;

  @Expects('at least 1: batches of up to 30 writes to one QuickBooks company in any minute; QuickBooks takes 40')
  @Type(() => Number)
  @IsInt()
  @Min(1)
  QBO_BATCHES_PER_MINUTE: number = REALM_LIMITS.perWindow.batch;

  @Expects('at least 1: calls to one QuickBooks company at once; QuickBooks takes 10')
  @Type(() => Number)
  @IsInt()
  @Min(1)
  QBO_CONCURRENT_CALLS: number = REALM_LIMITS.concurrent;

  @Expects("at least 1: metered reads a month in Intuit's plan, for the metrics; 500000 in the free one")
  @Type(() => Number)
  @IsInt()
  @Min(1)
  QBO_READS_PER_MONTH: number = 500_000;
}

const INTUIT = /(^|\.)(intuit|quickbooks)\.com$/;
const OUTSIDE = ['QBO_API_URL', 'INTUIT_AUTHORIZE_URL', 'INTUIT_TOKEN_URL', 'INTUIT_REVOKE_URL'] as const;

/** Production talks to Intuit alone, over TLS, unless ALLOW_SANDBOX=1. Throws {@link ConfigError}. */
export function refuseStrangers(config: GatewayConfig): void {
  if (config.NODE_ENV !== 'production' || config.ALLOW_SANDBOX === '1') return;
  const strange = OUTSIDE.filter((name) => !isIntuits(config[name]));
  if (strange.length === 0) return;
  throw new ConfigError(
    strange.map(
      (name) => `${name} is wrong: in production it must be an https URL of Intuit's (or set ALLOW_SANDBOX=1).`,
    ),
  );
}

function isIntuits(text: string): boolean {
  const url = new URL(text);
  return url.protocol === 'https:' && INTUIT.test(url.hostname);
}
