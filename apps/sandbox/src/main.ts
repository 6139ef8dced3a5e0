import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { startStripe } from '@qbo-sync/sandbox/stripe/start-stripe';
import { ConfigError, readConfig } from '@qbo-sync/service/config';
import { openLog } from '@qbo-sync/service/log';
import { SandboxConfig } from './sandbox-config';

/** The outside world as one process: an emulated QuickBooks on PORT and Stripe on STRIPE_PORT, with `/admin` and `/health` each. */
async function run(config: SandboxConfig): Promise<void> {
  const log = openLog('sandbox', config.LOG_LEVEL);
  mkdirSync(config.STATE_DIR, { recursive: true });
  const quickbooks = await startQuickBooks({
    port: config.PORT,
    journalFile: path.join(config.STATE_DIR, 'quickbooks.journal'),
    oauth: {
      clientId: config.INTUIT_CLIENT_ID,
      clientSecret: config.INTUIT_CLIENT_SECRET,
      redirectUris: config.INTUIT_REDIRECT_URI === undefined ? [] : [config.INTUIT_REDIRECT_URI],
    },
    webhooks: {
      url: config.INTUIT_WEBHOOK_URL ?? null,
      ...(config.INTUIT_WEBHOOK_VERIFIER_TOKEN === undefined
        ? {}
        : { verifierToken: config.INTUIT_WEBHOOK_VERIFIER_TOKEN }),
    },
  });
  const stripe = await startStripe({
    port: config.STRIPE_PORT,
    journalFile: path.join(config.STATE_DIR, 'stripe.journal'),
    secretKey: config.STRIPE_SECRET_KEY,
    webhooks: {
      url: config.STRIPE_WEBHOOK_URL ?? null,
      ...(config.STRIPE_WEBHOOK_SECRET === undefined ? {} : { secrets: config.STRIPE_WEBHOOK_SECRET.split(',') }),
    },
  });
  log.info({ port: portOf(quickbooks.url), stripePort: portOf(stripe.url) }, 'listening');
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    void Promise.all([quickbooks.close(), stripe.close()]).then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

const portOf = (url: string): number => Number(new URL(url).port);

run(readConfigOrExit()).catch((error: unknown) => {
  process.stderr.write(`the sandbox could not start: ${error instanceof Error ? error.message : 'unknown'}\n`);
  process.exit(1);
});

function readConfigOrExit(): SandboxConfig {
  try {
    return readConfig(SandboxConfig, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
