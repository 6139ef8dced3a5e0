import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { infrastructure } from './infrastructure';
import { type LocalState, writePrivate } from './local-state';
import { createDatabases } from './postgres';
import { DATABASE_NAMES, services, type Services } from './services';
import { Supervisor } from './supervisor';

/** The whole stack, up. */
export interface Stack {
  readonly services: Services;
  readonly kafkaBrokers: string;
  /** Rewrites stack.json when something changed: a pid, a company. */
  readonly writeFile: () => void;
  readonly stop: () => Promise<void>;
}

export async function startStack(options: {
  root: string;
  state: LocalState;
  env: NodeJS.ProcessEnv;
  step: (text: string) => void;
  say: (text: string) => void;
  giveUp: (why: string) => void;
}): Promise<Stack> {
  const { state, env, step } = options;
  let writeFile = (): void => undefined;
  const supervisor = new Supervisor({
    pidFile: state.pidFile,
    say: options.say,
    giveUp: options.giveUp,
    changed: () => writeFile(),
    isHeldDown: (name) => existsSync(path.join(state.heldDownDir, name)),
  });
  try {
    const infra = await infrastructure({ env, localDir: state.dir, logs: state.logs, durable: true, progress: step });
    await supervisor.start(infra.parts);
    step(`Postgres and Kafka are up (${infra.parts.map((part) => part.name).join(', ') || 'both given'})`);
    await createDatabases(infra.databaseUrl, DATABASE_NAMES);
    const all = await services({
      root: options.root,
      state,
      databaseUrl: infra.databaseUrl,
      kafkaBrokers: infra.kafkaBrokers,
      env,
    });
    await supervisor.start([all.sandbox.part]);
    step('The sandbox is up: an emulated QuickBooks, Stripe and Run a Call');
    await supervisor.start([
      all.gateway.part,
      all.console.part,
      ...Object.values(all.entities).map((service) => service.part),
    ]);
    step('Gateway, console and five services are up');
    let written = '';
    writeFile = () => {
      const document = stackDocument(all, infra, supervisor, state);
      const text = JSON.stringify(document);
      if (text !== written) writePrivate(state.stackFile, document);
      written = text;
    };
    writeFile();
    return { services: all, kafkaBrokers: infra.kafkaBrokers, writeFile, stop: () => supervisor.stop() };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

/**
 * stack.json:
 *   { kafkaBrokers, databaseUrl, services: { <name>: { url, pid, databaseUrl?, log } }, sandbox: { quickbooksUrl, adminUrl, stripeUrl,
 *     stripeAdminUrl },
 *     operatorToken, companies: [{ id, token }] }
 */
function stackDocument(
  all: Services,
  infra: { kafkaBrokers: string; databaseUrl: string },
  supervisor: Supervisor,
  state: LocalState,
): Record<string, unknown> {
  const every = { ...all.entities, gateway: all.gateway, console: all.console, sandbox: all.sandbox };
  return {
    kafkaBrokers: infra.kafkaBrokers,
    databaseUrl: infra.databaseUrl,
    services: Object.fromEntries(
      Object.entries(every).map(([name, service]) => [
        name,
        { url: service.url, pid: supervisor.pidOf(name), databaseUrl: service.databaseUrl, log: service.part.log },
      ]),
    ),
    sandbox: {
      quickbooksUrl: all.quickbooksUrl,
      adminUrl: `${all.quickbooksUrl}/admin`,
      stripeUrl: all.stripeUrl,
      stripeAdminUrl: `${all.stripeUrl}/admin`,
    },
    operatorToken: state.secrets.operatorToken,
    companies: companies(state),
  };
}

function companies(state: LocalState): { id: string; token: string }[] {
  const file = path.join(state.sandboxDir, 'companies.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { id: string; token: string }[]) : [];
}
