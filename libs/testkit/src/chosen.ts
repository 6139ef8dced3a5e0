import { execFileSync } from 'node:child_process';

/** One of these by the commit's hash, so that every one has its turn; outside a clone always the first. There must be one. */
export function chosenByCommit<Choice>(choices: readonly Choice[]): Choice {
  const chosen = choices[Number.parseInt(commit().slice(0, 8), 16) % choices.length];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

/** The commit's hash; `0` outside a clone. */
export function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: __dirname, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '0';
  }
}
