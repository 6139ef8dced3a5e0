import { Clock } from '../quickbooks/clock';
import { listen } from '../quickbooks/http-server';
import { JournalFile } from '../quickbooks/journal-file';
import { StripeAccount } from './account';
import { perform } from './acts';
import { StripeFaults } from './faults';
import { createStripeServer } from './http-server';
import type { StripeLine } from './journal';
import { DEFAULT_STRIPE_WEBHOOKS, StripeWebhooks, type StripeWebhookSettings } from './webhooks';
import type { StripeWorld } from './world';

export interface StripeOptions {
  /** 0 = any free port. */
  port: number;
  host?: string;
  now?: () => number;
  /** Where everything is kept between starts; absent = in memory alone. */
  journalFile?: string;
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

/** Starts an emulated Stripe as its journal left it and answers where it listens. */
export async function startStripe(options: StripeOptions): Promise<RunningStripe> {
  const host = options.host ?? '127.0.0.1';
  const journal = options.journalFile === undefined ? undefined : new JournalFile<StripeLine>(options.journalFile);
  const lines = journal?.read() ?? [];
  let replayed: number | undefined;
  const clock = new Clock(() => replayed ?? (options.now ?? Date.now)());
  const write = (line: StripeLine): void => {
    if (replayed === undefined) journal?.append(line);
  };
  const webhooks = new StripeWebhooks(
    { ...DEFAULT_STRIPE_WEBHOOKS, ...options.webhooks },
    clock,
    new Set(lines.flatMap((line) => (line.kind === 'told' ? [line.event] : []))),
    (event) => write({ kind: 'told', event }),
  );
  const accounts = new Map<string, StripeAccount>();
  const world: StripeWorld = {
    secretKey: options.secretKey ?? 'sk_test_sandbox',
    accounts,
    clock,
    webhooks,
    faults: new StripeFaults(),
    calls: new Map(),
    done: new Map(),
    write,
    openAccount: (id) => {
      const account =
        accounts.get(id) ?? new StripeAccount(id, clock.now, (happening) => webhooks.notify(id, happening));
      accounts.set(id, account);
      return account;
    },
  };
  for (const line of lines) {
    if (line.kind !== 'act') continue;
    replayed = line.at;
    perform(world, line.name, line.body);
  }
  replayed = undefined;
  for (const id of options.accounts ?? []) world.openAccount(id);
  const server = createStripeServer(world);
  const url = `http://${host}:${await listen(server, options.port, host)}`;
  return {
    url,
    adminUrl: `${url}/admin`,
    close: () =>
      new Promise((resolve) => {
        clock.stop();
        journal?.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
