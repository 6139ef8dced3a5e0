import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';

const KEPT = path.resolve(__dirname, '../seeds.txt');

/** Seeds that failed once; they are run for ever. One a line, `#` begins a remark. */
export function keptSeeds(): string[] {
  return readFileSync(KEPT, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

/** A seed that failed is run from now on. */
export function keepSeed(seed: string, why: string): void {
  appendFileSync(KEPT, `${seed} # ${why.replaceAll('\n', ' ').slice(0, 120)}\n`);
}

/** As many fresh seeds, of this commit: the same for whoever runs it, others with the next commit. */
export function freshSeeds(count: number): string[] {
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).trim();
  return Array.from({ length: count }, (_, n) => `${commit}-${n}`);
}
