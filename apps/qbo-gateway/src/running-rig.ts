import { createKafka } from '@qbo-sync/kafka/client';
import { createProducer } from '@qbo-sync/kafka/producer';
import { start, type Running } from '@qbo-sync/service/boot';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { gatewayService } from './gateway-service';
import {
  freePort,
  gatewayEnv,
  newTenant,
  OPERATOR_TOKEN,
  requestMessage,
  settings,
  settingsMessage,
  type QuickbooksUrls,
} from './spec-rig';

/** What only a spec may open. */
export interface RunningRigParts {
  readonly group: string;
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly quickbooks: QuickbooksUrls & { readonly adminUrl: string };
  readonly env?: Readonly<Record<string, string>>;
}

/** The gateway as its process runs it, over HTTP and Kafka, beside an emulated QuickBooks. */
export async function runningRig({ group, brokers, databaseUrl, quickbooks, env = {} }: RunningRigParts) {
  const port = await freePort();
  const lines: string[] = [];
  const running: Running = await start(
    gatewayService(group),
    { ...gatewayEnv({ brokers, databaseUrl, port, quickbooks }), ...env },
    { write: (line) => void lines.push(line) },
  );
  const producer = createProducer(createKafka({ brokers, clientId: group }));
  const tenant = newTenant();

  const internal = async <T>(method: string, path: string, as = tenant): Promise<T> => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    return (await fetch(`${running.url}/internal/companies/${as}${path}`, { method, headers })).json() as T;
  };
  const admin = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${quickbooks.adminUrl}/${path}`, { method, ...sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`emulator: ${text}`);
    return JSON.parse(text) as T;
  };

  return {
    ...{ tenant, lines, internal, admin, url: running.url },
    /** Connects to one of the emulator's companies; the books. */
    connect: async (company = 'us-auto', as = tenant): Promise<string> => {
      await admin('POST', 'next-company', { company });
      const { authorizeUrl } = await internal<{ authorizeUrl: string }>('POST', '/connection/start', as);
      await (await fetch(authorizeUrl)).text();
      return (await internal<{ books: string }>('GET', '/connection', as)).books;
    },
    settings: (version: number, change: Partial<SyncSettings>, as = tenant): Promise<void> =>
      producer.send([settingsMessage(settings(as, version, change))]),
    take: (...requests: QboRequest[]): Promise<void> => producer.send(requests.map(requestMessage)),
    /** The samples of one of the gateway's metrics, by their labels without the service's. */
    metric: async (name: string): Promise<Record<string, number>> => {
      const text = await (await fetch(`${running.url}/metrics`)).text();
      const samples = text.matchAll(new RegExp(`^qbo_sync_gateway_${name}\\{(.*)\\} (\\S+)$`, 'gm'));
      return Object.fromEntries(
        [...samples].map(([, labels = '', value]) => {
          const own = labels.split(',').filter((label) => !label.startsWith('service='));
          return [own.join(','), Number(value)];
        }),
      );
    },
    close: async (): Promise<void> => {
      await producer.close();
      await running.close();
    },
  };
}

export type RunningRig = Awaited<ReturnType<typeof runningRig>>;
