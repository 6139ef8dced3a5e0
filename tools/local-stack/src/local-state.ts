import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The folder that holds everything a stack keeps between runs: `.local`, or `QBO_SYNC_LOCAL_DIR`. */
export interface LocalState {
  readonly dir: string;
  readonly logs: string;
  readonly stackFile: string;
  readonly pidFile: string;
  readonly starterFile: string;
  /** A part that died stays down while a file of its name is in here. */
  readonly heldDownDir: string;
  readonly tokenKeysFile: string;
  readonly sandboxDir: string;
  readonly secrets: Secrets;
}

/** Made at the first run and kept: tokens of people, and of the emulated Intuit app and Stripe. */
export interface Secrets {
  readonly operatorToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookVerifierToken: string;
  readonly stripeSecretKey: string;
  readonly stripeWebhookSecret: string;
}

export function openLocalState(dir: string): LocalState {
  const logs = path.join(dir, 'logs');
  const sandboxDir = path.join(dir, 'sandbox');
  mkdirSync(logs, { recursive: true });
  mkdirSync(sandboxDir, { recursive: true });
  return {
    dir,
    logs,
    sandboxDir,
    stackFile: path.join(dir, 'stack.json'),
    pidFile: path.join(dir, 'pids.json'),
    starterFile: path.join(dir, 'starter.json'),
    heldDownDir: path.join(dir, 'held-down'),
    tokenKeysFile: tokenKeys(path.join(dir, 'token-keys.json')),
    secrets: secrets(path.join(dir, 'secrets.json')),
  };
}

function secrets(file: string): Secrets {
  const fresh: Secrets = {
    operatorToken: token(),
    clientId: `AB${token().slice(0, 20)}`,
    clientSecret: token(),
    webhookVerifierToken: token(),
    stripeSecretKey: `sk_test_${token()}`,
    stripeWebhookSecret: `whsec_${token()}`,
  };
  const kept = readOrMake<Partial<Secrets>>(file, () => fresh);
  const whole = { ...fresh, ...kept };
  // A folder of an earlier version lacks what came later.
  if (Object.keys(kept).length < Object.keys(fresh).length) writePrivate(file, whole);
  return whole;
}

function tokenKeys(file: string): string {
  readOrMake(file, () => ({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }));
  return file;
}

const token = (): string => randomBytes(24).toString('base64url');

function readOrMake<T>(file: string, make: () => T): T {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  const made = make();
  writePrivate(file, made);
  return made;
}

/** Writes JSON readable by its owner only; a reader never sees half of it. */
export function writePrivate(file: string, content: unknown): void {
  const part = `${file}.part`;
  writeFileSync(part, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(part, 0o600);
  renameSync(part, file);
}

/** Throws everything away, also a cluster that had to live outside the folder. */
export function throwAway(dir: string): void {
  const postgres = path.join(dir, 'postgres.json');
  if (existsSync(postgres)) {
    const { dataDir } = JSON.parse(readFileSync(postgres, 'utf8')) as { dataDir: string };
    rmSync(dataDir, { recursive: true, force: true });
  }
  rmSync(dir, { recursive: true, force: true });
}
