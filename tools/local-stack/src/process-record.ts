import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process we started, told apart from a later one of the same pid by its start time. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly startedAt: string;
}

/** When a live process began, as the system says it; undefined when there is none. A zombie is none. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    if (existsSync('/proc/self/stat')) return undefined;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function recordOf(name: string, pid: number): ProcessRecord {
  return { name, pid, startedAt: startTimeOf(pid) ?? '' };
}

export function isRunning(record: ProcessRecord): boolean {
  return record.startedAt !== '' && startTimeOf(record.pid) === record.startedAt;
}

export function readRecords(file: string): ProcessRecord[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord[]) : [];
}

export function writeRecords(file: string, records: readonly ProcessRecord[]): void {
  writeFileSync(file, JSON.stringify(records), { mode: 0o600 });
}

/** Signals a process and its group; false when neither is there. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, name);
    return true;
  } catch {
    try {
      process.kill(pid, name);
      return true;
    } catch {
      return false;
    }
  }
}

/** Asks a recorded process to end, then insists after `graceMs`. Resolves when it is gone. */
export async function end(record: ProcessRecord, graceMs: number, first: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (!isRunning(record)) return;
  signal(record.pid, first);
  signal(record.pid, 'SIGCONT');
  const deadline = Date.now() + graceMs;
  while (isRunning(record) && Date.now() < deadline) await sleep(25);
  while (isRunning(record)) {
    signal(record.pid, 'SIGKILL');
    await sleep(25);
  }
}
