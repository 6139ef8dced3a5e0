import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { LocalState } from './local-state';
import type { Stack } from './stack';

/** Runs the field-service day against a stack; its exit code: 0 only when the books agree to the cent. */
export function startDay(options: {
  root: string;
  state: LocalState;
  stack: Stack;
  env: NodeJS.ProcessEnv;
  size: 'full' | 'short';
}): {
  child: ChildProcess;
  done: Promise<number>;
} {
  const { root, state, stack, env } = options;
  const child = spawn(process.execPath, [path.join(root, 'apps/sandbox/dist/day/main.js')], {
    cwd: root,
    env: {
      ...env,
      KAFKA_BROKERS: stack.kafkaBrokers,
      CONSOLE_URL: stack.services.console.url,
      GATEWAY_URL: stack.services.gateway.url,
      OPERATOR_TOKEN: state.secrets.operatorToken,
      STATE_DIR: state.sandboxDir,
      DAY_SIZE: options.size,
      ...(env['QBO_API_URL'] ? {} : { SANDBOX_ADMIN_URL: `${stack.services.quickbooksUrl}/admin` }),
      ...(env['STRIPE_API_URL'] ? {} : { STRIPE_ADMIN_URL: `${stack.services.stripeUrl}/admin` }),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const done = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  return { child, done };
}
