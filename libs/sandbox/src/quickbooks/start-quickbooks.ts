import type { Server } from 'node:http';
import { Disturbances } from './disturbances';
import { DEFAULT_SETTINGS } from './default-settings';
import { Emulator, type CompanySeed, type EmulatorSettings } from './emulator';
import { createQuickBooksServer, listen } from './http-server';
import type { OAuthSettings } from './oauth';
import { Traffic } from './traffic';
import { CA_RATES } from './seeds/ca-rates';
import { UK_VAT } from './seeds/uk-vat';
import { US_AUTO } from './seeds/us-auto';
import { US_MANUAL } from './seeds/us-manual';
import { eventsOf } from './webhook-events';
import { DEFAULT_WEBHOOKS, Webhooks, type WebhookSettings } from './webhooks';

export interface QuickBooksOptions {
  /** 0 = any free port. */
  port: number;
  /** Where the emulator keeps everything; made when it is not there. */
  journalFile: string;
  host?: string;
  now?: () => number;
  /** In the order in which authorizes connect them. */
  companies?: readonly CompanySeed[];
  oauth?: Partial<OAuthSettings>;
  settings?: Partial<EmulatorSettings>;
  webhooks?: Partial<WebhookSettings>;
}

export interface RunningQuickBooks {
  /** Base of everything public: `QBO_API_URL`, and the OAuth addresses under it. */
  url: string;
  authorizeUrl: string;
  tokenUrl: string;
  revokeUrl: string;
  /** Beside it, to callers of this machine alone. */
  adminUrl: string;
  close(): Promise<void>;
}

const DEFAULT_COMPANIES: readonly CompanySeed[] = [US_AUTO, UK_VAT, US_MANUAL, CA_RATES];

const DEFAULT_OAUTH: OAuthSettings = {
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
  redirectUris: [],
  accessTokenLifeS: 3600,
  rotateAlways: false,
  previousTokenLifeMs: 86_400_000,
  reuseRevokes: false,
};

/** Starts an emulated QuickBooks Online over its journal and answers where it listens. */
export async function startQuickBooks(options: QuickBooksOptions): Promise<RunningQuickBooks> {
  const host = options.host ?? '127.0.0.1';
  const emulator = new Emulator(
    options.journalFile,
    options.companies ?? DEFAULT_COMPANIES,
    { ...DEFAULT_OAUTH, ...options.oauth },
    { ...DEFAULT_SETTINGS, ...options.settings },
    options.now ?? Date.now,
  );
  const world = {
    emulator,
    clock: emulator.clock,
    disturbances: new Disturbances(),
    traffic: new Traffic(emulator.now),
    webhooks: new Webhooks({ ...DEFAULT_WEBHOOKS, ...options.webhooks }, emulator.clock),
  };
  emulator.onCommit = (company, about, change, before) => {
    const isTold = about.actor !== 'api' || world.webhooks.settings.echo;
    if (isTold && emulator.oauth.isConnected(company.profile.realmId))
      world.webhooks.notify(eventsOf(company, about, change, before));
  };
  const server = createQuickBooksServer(world);
  const url = `http://${host}:${await listen(server, options.port, host)}`;
  return {
    url,
    authorizeUrl: `${url}/connect/oauth2`,
    tokenUrl: `${url}/oauth2/v1/tokens/bearer`,
    revokeUrl: `${url}/v2/oauth2/tokens/revoke`,
    adminUrl: `${url}/admin`,
    close: async () => {
      await stop(server);
      emulator.close();
    },
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
