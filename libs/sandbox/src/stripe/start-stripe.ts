import { Clock } from '../quickbooks/clock';
import { listen } from '../quickbooks/http-server';
import { StripeAccount } from './account';
import { StripeFaults } from './faults';
import { createStripeServer } from './http-server';
import { DEFAULT_STRIPE_WEBHOOKS, StripeWebhooks, type StripeWebhookSettings } from './webhooks';
import type { StripeWorld } from './world';

export interface StripeOptions {
  /** 0 = any free port. */
  port: number;
  host?: string;
  now?: () => number;
  secretKey?: string;
  accounts?: readonly string[];
  webhooks?: Partial<StripeWebhookSettings>;
}

export interface RunningStripe {
  /** `STRIPE_API_URL` */
  url: string;
  adminUrl: string;
  close(): Promise<void>;
}

/** Starts an emulated Stripe, all in memory, and answers where it listens. */
export async function startStripe(options: StripeOptions): Promise<RunningStripe> {
  const host = options.host ?? '127.0.0.1';
  const clock = new Clock(options.now ?? Date.now);
  const webhooks = new StripeWebhooks({ ...DEFAULT_STRIPE_WEBHOOKS, ...options.webhooks }, clock);
  const accounts = new Map<string, StripeAccount>();
  const world: StripeWorld = {
    secretKey: options.secretKey ?? 'sk_test_sandbox',
    accounts,
    clock,
    webhooks,
    faults: new StripeFaults(),
    calls: new Map(),
    openAccount: (id) => {
      const account =
        accounts.get(id) ?? new StripeAccount(id, clock.now, (happening) => webhooks.notify(id, happening));
      accounts.set(id, account);
      return account;
    },
  };
  for (const id of options.accounts ?? []) world.openAccount(id);
  const server = createStripeServer(world);
  const url = `http://${host}:${await listen(server, options.port, host)}`;
  return {
    url,
    adminUrl: `${url}/admin`,
    close: () =>
      new Promise((resolve) => {
        clock.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
