import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { kafkaIsAProcess } from '@qbo-sync/local-stack/kafka';
import type { LocalStack } from './local-stack';
import { until } from './until';

/** What a running stack can be left without; `sandbox` is QuickBooks. */
export type StoppablePart = 'kafka' | 'postgres' | 'sandbox';
/** Killed and started again over the same data and port, or every process of it stopped and continued. */
export type OutageWay = 'SIGKILL' | 'SIGSTOP';

export interface Outage {
  /** The part is there again: started, or continued. What it needs until it answers is its own. */
  end(): Promise<void>;
}

/** Whether its processes can be told to stop and its data outlive them: not those of a container. */
export function canBeAway(part: StoppablePart): boolean {
  return part !== 'kafka' || kafkaIsAProcess();
}

/** Takes a part away until the outage is ended; a killed one is held down, though the stack would start it again at once. */
export function beginOutage(stack: LocalStack, part: StoppablePart, way: OutageWay): Outage {
  const pid = stack.pidOf(part);
  if (way === 'SIGKILL') stack.holdDown(part);
  const stopped = stopAll(pid);
  if (way === 'SIGSTOP') return { end: () => Promise.resolve(signalEach(stopped, 'SIGCONT')) };
  signalEach(stopped, 'SIGKILL');
  return {
    async end() {
      stack.letGo(part);
      await until(() => stack.pidOf(part) !== pid, { timeoutMs: 30_000, what: `${part} to be started again` });
    },
  };
}

/** Stops a process first, so that it makes no more of them; then those it made, and theirs, until no new one shows. */
function stopAll(root: number): ReadonlySet<number> {
  const stopped = new Set<number>();
  for (;;) {
    const fresh = [root, ...descendantsOf(root)].filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) return stopped;
    signalEach(fresh, 'SIGSTOP');
    for (const pid of fresh) stopped.add(pid);
  }
}

function signalEach(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

function descendantsOf(root: number): number[] {
  const parents = parentsOfAll();
  const found: number[] = [];
  for (let of = [root]; of.length > 0;) {
    of = [...parents].filter(([, parent]) => of.includes(parent)).map(([pid]) => pid);
    found.push(...of);
  }
  return found;
}

/** Each process' parent. */
function parentsOfAll(): Map<number, number> {
  if (!existsSync('/proc/self/stat')) {
    const lines = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  }
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  return parents;
}
