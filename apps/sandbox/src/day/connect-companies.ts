import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlayedCompany } from '@qbo-sync/sandbox/runacall/companies';
import { ConsoleApi } from './console-api';
import { DayStopped, until } from './stopped';
import type { ConnectedCompany, World } from './world';

const MOST_REDIRECTS = 10;
const CONNECT_WITHIN_MS = 60_000;

/**
 * Makes the companies and connects each to QuickBooks, one after another in their fixed order: the QuickBooks at the
 * other end gives its n-th company to the n-th authorize. Companies that are connected stay so.
 */
export async function connectCompanies(world: World, companies: readonly PlayedCompany[]): Promise<ConnectedCompany[]> {
  const { CONSOLE_URL, OPERATOR_TOKEN, STATE_DIR } = world.config;
  const operator = new ConsoleApi(CONSOLE_URL, OPERATOR_TOKEN);
  const connected: ConnectedCompany[] = [];
  for (const company of companies) {
    const { name, timeZone, currency, country, stripeAccount } = company;
    const { token } = await operator.makeCompany(company.id, { name, timeZone, currency, country, stripeAccount });
    const one = { company, token, api: new ConsoleApi(CONSOLE_URL, token) };
    connected.push(one);
    const file = connected.map((each) => ({ id: each.company.id, token: each.token }));
    const place = join(STATE_DIR, 'companies.json');
    // Put there whole: the stack reads it at any moment.
    writeFileSync(`${place}.new`, JSON.stringify(file), { mode: 0o600 });
    renameSync(`${place}.new`, place);
    const found = await connect(one);
    world.progress.step(`${company.id}: connected to ${found} in QuickBooks`);
  }
  return connected;
}

/** Says yes at Intuit for the company, where it is not connected already; gives QuickBooks' name of it. */
async function connect({ company: { id }, api }: ConnectedCompany): Promise<string> {
  const before = await api.connection(id);
  if (before.state !== 'connected') {
    const { authorizeUrl } = await api.startConnection(id);
    await followRedirects(authorizeUrl, id);
  }
  const state = async (): Promise<string | undefined> => {
    const connection = await api.connection(id);
    return connection.state === 'connected' ? (connection.companyName ?? 'a company') : undefined;
  };
  const name = await until(state, {
    withinMs: CONNECT_WITHIN_MS,
    sentence: `${id} was not connected to QuickBooks within a minute.`,
  });
  await until(async () => (await api.profile(id)) ?? undefined, {
    withinMs: CONNECT_WITHIN_MS,
    sentence: `The profile of ${id} was not read from QuickBooks within a minute.`,
  });
  return name;
}

async function followRedirects(from: string, id: string): Promise<void> {
  let at = from;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await fetch(at, { redirect: 'manual' });
    const next = response.headers.get('location');
    await response.arrayBuffer();
    if (response.ok) return;
    if (response.status < 300 || response.status >= 400 || next === null) {
      throw new DayStopped(
        `Connecting ${id} ended with status ${response.status} at ${new URL(at).origin}${new URL(at).pathname}.`,
      );
    }
    at = new URL(next, at).href;
  }
  throw new DayStopped(`Connecting ${id} took more than ${MOST_REDIRECTS} redirects.`);
}
