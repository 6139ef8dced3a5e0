import path from 'node:path';
import type { LocalState } from './local-state';
import type { PartSpec } from './part';
import { freePort } from './ports';
import { databaseUrl } from './postgres';
import { passedThrough } from './settings';

/** The processes of the product and the world around it, each with its port, database, log and environment. */
const SERVICE_NAMES = ['customers', 'items', 'invoices', 'payments', 'tax'] as const;
const DATABASES = [...SERVICE_NAMES, 'gateway', 'console'] as const;

const databaseName = (service: string): string => `qbo_sync_${service}`;
export const DATABASE_NAMES = DATABASES.map(databaseName);

export interface ServiceSpec {
  readonly url: string;
  readonly databaseUrl?: string;
  readonly part: PartSpec;
}

export interface Services {
  readonly sandbox: ServiceSpec;
  readonly gateway: ServiceSpec;
  readonly console: ServiceSpec;
  readonly entities: Readonly<Record<(typeof SERVICE_NAMES)[number], ServiceSpec>>;
  /** The emulated QuickBooks and Stripe, whether or not others are plugged in. */
  readonly quickbooksUrl: string;
  readonly stripeUrl: string;
}

export async function services(options: {
  root: string;
  state: LocalState;
  databaseUrl: string;
  kafkaBrokers: string;
  env: NodeJS.ProcessEnv;
}): Promise<Services> {
  const { root, state, env } = options;
  const { secrets } = state;
  const shared = {
    ...inherited(env),
    KAFKA_BROKERS: options.kafkaBrokers,
    LOG_LEVEL: 'info',
    OPERATOR_TOKEN: secrets.operatorToken,
  };
  const ports = Object.fromEntries(
    await Promise.all(['sandbox', 'stripe', ...DATABASES].map(async (name) => [name, await freePort()] as const)),
  ) as Record<string, number>;
  const url = (name: string): string => `http://127.0.0.1:${ports[name]}`;
  const quickbooksUrl = url('sandbox');
  const stripeUrl = url('stripe');

  const make = (name: string, app: string, own: Record<string, string>): ServiceSpec => {
    const database = DATABASE_NAMES.includes(databaseName(name))
      ? databaseUrl(options.databaseUrl, databaseName(name))
      : undefined;
    return {
      url: url(name),
      ...(database === undefined ? {} : { databaseUrl: database }),
      part: {
        name,
        command: process.execPath,
        args: ['--max-semi-space-size=1', path.join(root, 'apps', app, 'dist', 'main.js')],
        cwd: root,
        env: {
          ...shared,
          ...own,
          ...passedThrough(env),
          ...(database === undefined ? {} : { DATABASE_URL: database }),
          PORT: String(ports[name]),
        },
        log: path.join(state.logs, `${name}.log`),
        isReady: () => isReady(url(name)),
        readyWithinMs: 60_000,
      },
    };
  };

  const intuit = {
    QBO_API_URL: quickbooksUrl,
    INTUIT_AUTHORIZE_URL: `${quickbooksUrl}/connect/oauth2`,
    INTUIT_TOKEN_URL: `${quickbooksUrl}/oauth2/v1/tokens/bearer`,
    INTUIT_REVOKE_URL: `${quickbooksUrl}/v2/oauth2/tokens/revoke`,
    INTUIT_CLIENT_ID: secrets.clientId,
    INTUIT_CLIENT_SECRET: secrets.clientSecret,
    INTUIT_REDIRECT_URI: `${url('gateway')}/oauth/callback`,
    INTUIT_WEBHOOK_VERIFIER_TOKEN: secrets.webhookVerifierToken,
    TOKEN_KEYS_FILE: state.tokenKeysFile,
    QBO_UNSURE_WAIT_MS: '3000',
  };
  const stripe = {
    STRIPE_API_URL: stripeUrl,
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
  };
  return {
    quickbooksUrl,
    stripeUrl,
    sandbox: make('sandbox', 'sandbox', {
      ...intuit,
      ...stripe,
      STRIPE_PORT: String(ports['stripe']),
      STRIPE_WEBHOOK_URL: `${url('payments')}/webhooks/stripe`,
      STATE_DIR: state.sandboxDir,
    }),
    gateway: make('gateway', 'qbo-gateway', intuit),
    console: make('console', 'console', {
      GATEWAY_URL: url('gateway'),
      CUSTOMERS_URL: url('customers'),
      ITEMS_URL: url('items'),
      INVOICES_URL: url('invoices'),
      PAYMENTS_URL: url('payments'),
    }),
    entities: {
      customers: make('customers', 'customers', {}),
      items: make('items', 'items', {}),
      invoices: make('invoices', 'invoices', {}),
      payments: make('payments', 'payments', { ...stripe, STRIPE_POLL_MS: '10000' }),
      tax: make('tax', 'tax', {}),
    },
  };
}

/** What a child needs of our own environment; never another service's secrets. */
function inherited(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    [
      'PATH',
      'HOME',
      'TMPDIR',
      'TZ',
      'LANG',
      'NODE_ENV',
      'NODE_OPTIONS',
      'ALLOW_SANDBOX',
      'NODE_EXTRA_CA_CERTS',
    ].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) });
  await response.arrayBuffer();
  return response.ok;
}
