import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc in a second (`getconf CLK_TCK`). */
const TICKS = 100;

/**
 * Seconds of work that each of these processes has done so far, and all below them, those that have ended too. From /proc:
 * all 0 where there is none.
 */
export function cpuSeconds(pids: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const stats = allStats();
  const ofTree = (pid: number): number =>
    (stats.get(pid)?.ticks ?? 0) +
    [...stats].filter(([, { parent }]) => parent === pid).reduce((sum, [child]) => sum + ofTree(child), 0);
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, ofTree(pid) / TICKS]));
}

interface Stat {
  readonly parent: number;
  readonly ticks: number;
}

function allStats(): ReadonlyMap<number, Stat> {
  const pids = ifThere(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid): [number, Stat][] => {
      const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
      // proc(5), counted behind the name: state, ppid, …, utime, stime, cutime, cstime
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const ticks = fields.slice(11, 15).reduce((sum, part) => sum + part, 0);
      return stat === '' ? [] : [[Number(pid), { parent: fields[1] ?? 0, ticks }]];
    }),
  );
}

/** A process ends while it is looked at. */
function ifThere<Found>(look: () => Found, otherwise: Found): Found {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
