import { Type } from 'class-transformer';
import { IsInt, IsString, Matches, Min } from 'class-validator';
import { Expects } from '@qbo-sync/service/config';
import { OperatorConfig } from '@qbo-sync/service/internal/operator-config';

/** The payments service's settings; without a secret key no payouts are read. */
export class PaymentsConfig extends OperatorConfig {
  @Expects("the URL of Stripe's API: scheme, host and port alone")
  @Matches(/^https?:\/\/[^\s/]+$/)
  STRIPE_API_URL: string = 'https://api.stripe.com';

  @Expects("the platform's secret key at Stripe; without it no payouts are read")
  @IsString()
  STRIPE_SECRET_KEY: string = '';

  @Expects("the signing secret of Stripe's webhooks; two with a comma between while they rotate")
  @IsString()
  STRIPE_WEBHOOK_SECRET: string = '';

  @Expects('milliseconds, at least 100: how often payouts are listed for what webhooks missed')
  @Type(() => Number)
  @IsInt()
  @Min(100)
  STRIPE_POLL_MS: number = 300_000;
}
